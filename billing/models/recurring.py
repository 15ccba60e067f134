from django.db import models
from django.db.models import F, Q

from billing.models.documents import DocumentStatus, Invoice
from billing.models.taxes import Tax
from billing.schedules import Interval, Pause, Schedule
from customers.models import Customer
from ledger.fields import CurrencyField, ExchangeRateField, RateField
from office.models import Company, User

INTERVALS = [(interval.value, interval.value.capitalize()) for interval in Interval]


class RecurringInvoice(models.Model):
    """An invoice to be made again and again: for whom, on which days, on what terms.

    `next_on` is the day the next document is due to be made, kept beside the rule so that what is due is found by an
    index; it is empty where nothing follows.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="recurring_invoices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="recurring_invoices")
    name = models.CharField(max_length=100)

    interval = models.CharField(max_length=10, choices=INTERVALS, default=Interval.MONTH)
    every = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    wanted_day = models.PositiveSmallIntegerField(null=True, blank=True, help_text="31 is the last day of each month.")
    ends_on = models.DateField(null=True, blank=True, help_text="The last day billed.")
    most = models.PositiveSmallIntegerField(null=True, blank=True, help_text="So many documents, then no more.")
    in_arrears = models.BooleanField(default=False, help_text="Billed after the period, not on its first day.")
    prorates = models.BooleanField(default=True, help_text="A part of a period costs a part of the price.")
    issues = models.BooleanField(default=False, help_text="Issued when due; else it waits as a draft.")
    sends = models.BooleanField(default=False, help_text="Mailed when issued.")

    net_days = models.PositiveSmallIntegerField(null=True, blank=True)
    currency = CurrencyField()
    exchange_rate = ExchangeRateField(null=True, blank=True)
    po_number = models.CharField(max_length=60, blank=True)
    prices_include_tax = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    internal_note = models.TextField(blank=True)

    is_active = models.BooleanField(default=True)
    next_on = models.DateField(null=True, blank=True)
    confirmed_until = models.DateField(
        null=True, editable=False, help_text="A person had what is due up to this day made, however much it was."
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, help_text="Counts the saves; a stale save is refused.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="recurring_name_once_per_company"),
            models.CheckConstraint(name="recurring_every_at_least_one", condition=Q(every__gte=1)),
            models.CheckConstraint(
                name="recurring_wanted_day_in_a_month",
                condition=Q(wanted_day=None) | Q(wanted_day__gte=1, wanted_day__lte=31),
            ),
            models.CheckConstraint(
                name="recurring_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="recurring_most_at_least_one", condition=Q(most=None) | Q(most__gte=1)),
            models.CheckConstraint(
                name="recurring_sends_only_what_it_issues", condition=Q(sends=False) | Q(issues=True)
            ),
            models.CheckConstraint(name="recurring_ended_has_no_next", condition=Q(is_active=True) | Q(next_on=None)),
        ]
        indexes = [models.Index(fields=["next_on"], condition=Q(next_on__isnull=False), name="recurring_by_next_day")]
        permissions = [
            ("manage_recurring", "Set up, pause and end recurring invoices"),
            ("record_usage", "Record usage to be billed"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def schedule(self) -> Schedule:
        """The rule of its periods, with its pauses."""
        return Schedule(
            interval=Interval(self.interval),
            starts_on=self.starts_on,
            every=self.every,
            wanted_day=self.wanted_day,
            ends_on=self.ends_on,
            most=self.most,
            in_arrears=self.in_arrears,
            pauses=[Pause(pause.first_on, pause.last_on) for pause in self.pauses.all()],
        )


class RecurringLine(models.Model):
    """A line of each document. With a meter its quantity is what was used; the text may hold placeholders.

    A new price counts for the periods that begin on its day or later: a period has one price, and what was used costs
    that of the period it was used in, whenever it is billed.
    """

    recurring = models.ForeignKey(RecurringInvoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.TextField()
    quantity = RateField(default=1)
    meter = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    unit_price = RateField()
    new_price = RateField(null=True, blank=True)
    new_price_from = models.DateField(null=True, blank=True)
    discount_percent = RateField(default=0)
    tax = models.ForeignKey(Tax, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["recurring", "position"], name="recurring_line_position_once"),
            models.CheckConstraint(
                name="recurring_new_price_has_its_day",
                condition=Q(new_price=None, new_price_from=None)
                | Q(new_price__isnull=False, new_price_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description[:60]}"


class RecurringPause(models.Model):
    """Days on which no period begins; without a last day, until somebody resumes it."""

    recurring = models.ForeignKey(RecurringInvoice, on_delete=models.CASCADE, related_name="pauses")
    first_on = models.DateField()
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="recurring_pause_ends_after_it_begins", condition=Q(last_on=None) | Q(last_on__gte=F("first_on"))
            ),
            models.UniqueConstraint(
                fields=["recurring"], condition=Q(last_on=None), name="recurring_paused_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} to {self.last_on or 'further notice'}"


class Outcome(models.TextChoices):
    """What came of a period."""

    MADE = "made", "Made"
    NOTHING = "nothing", "Nothing to bill"
    PARKED = "parked", "Parked"


class Occurrence(models.Model):
    """A period of a recurring invoice that was taken on, once: its document, or why there is none."""

    recurring = models.ForeignKey(RecurringInvoice, on_delete=models.PROTECT, related_name="occurrences")
    period_from = models.DateField()
    period_to = models.DateField()
    due_on = models.DateField(help_text="The day it was to be made.")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.NOTHING)
    invoice = models.ForeignKey(
        Invoice,
        null=True,
        on_delete=models.SET_NULL,
        related_name="occurrences",
        help_text="Empty again where its draft was thrown away.",
    )
    problem = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-period_from"]
        constraints = [
            models.UniqueConstraint(fields=["recurring", "period_from"], name="occurrence_once_per_period"),
            models.CheckConstraint(name="occurrence_period_in_order", condition=Q(period_to__gte=F("period_from"))),
            models.CheckConstraint(
                name="occurrence_parked_says_why", condition=~Q(outcome="parked") | Q(invoice=None) & ~Q(problem="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recurring} {self.period_from} to {self.period_to}"

    @property
    def may_be_made_again(self) -> bool:
        """Whether it has none, or a void one: it failed, had nothing to bill then, or its draft was thrown away."""
        return self.invoice is None or self.invoice.status == DocumentStatus.VOID


class UsageRecord(models.Model):
    """So much used by a customer on a day, by meter. Its reference makes it count once, however often it is sent."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="usage")
    meter = models.CharField(max_length=40)
    used_on = models.DateField()
    quantity = RateField()
    reference = models.CharField(max_length=100)
    occurrence = models.ForeignKey(
        Occurrence, null=True, on_delete=models.PROTECT, related_name="usage", help_text="The period that billed it."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "reference"], name="usage_reference_once_per_company")
        ]
        indexes = [
            models.Index(
                fields=["customer", "meter", "used_on"], condition=Q(occurrence=None), name="usage_not_billed"
            ),
            models.Index(fields=["company", "-used_on", "-id"], name="usage_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity} {self.meter}"
