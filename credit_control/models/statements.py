import secrets
from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from customers.models import Contact, Customer, CustomerGroup, StatementForm
from office.models import Company, Run, User


class StatementSchedule(models.Model):
    """When a company's statements are made by themselves; without a day they are not."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="statement_schedule")
    day_of_month = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1 to 31, or the month's last day where it has no such day. Empty: never."
    )
    at = models.TimeField("time of day", default=time(6), help_text="Where the company is.")
    sends = models.BooleanField(
        "send without a person", default=False, help_text="Else the run waits for somebody to look at it."
    )
    most = models.PositiveIntegerField(
        "at most so many without a person", default=1000, help_text="A larger run waits for somebody to look at it."
    )
    since_at = models.DateTimeField(null=True, editable=False, help_text="What was due before is not caught up.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="statement_schedule_day_of_a_month",
                condition=Q(day_of_month=None) | Q(day_of_month__range=(1, 31)),
            )
        ]
        permissions = [("send_statements", "Prepare and send statements")]

    def __str__(self) -> str:
        return f"{self.company}: {self.day_of_month or 'never'}"


class StatementRun(models.Model):
    """Which statements a run makes: of which days, and whose. The schedule's day comes once."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="statement_run")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    on = models.DateField()
    group = models.ForeignKey(CustomerGroup, null=True, on_delete=models.SET_NULL, related_name="+")
    scheduled_for = models.DateField(null=True, help_text="The schedule's day; empty: a person began it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "scheduled_for"], name="statement_run_once_per_scheduled_day"),
            models.CheckConstraint(name="statement_run_of_days_in_order", condition=Q(from_on__lte=F("on"))),
        ]

    def __str__(self) -> str:
        return str(self.run)


class StatementOutcome(models.TextChoices):
    """How a customer stands in a run. What is not looked at yet is first only looked at."""

    UNCHECKED = "unchecked", "Not looked at yet"
    WAITING = "waiting", "Will get one"
    PARKED = "parked", "Held back"
    LEFT_OUT = "left_out", "Will not"
    DONE = "done", "Made"


class StatementRow(models.Model):
    """A customer in a run: whether they get a statement, or why not; `closing` is what it closes with, by currency;
    `repeats` the same statement that another run sent them."""

    run = models.ForeignKey(StatementRun, on_delete=models.CASCADE, related_name="rows")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    is_combined = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=StatementOutcome, default=StatementOutcome.UNCHECKED)
    note = models.CharField(max_length=500, blank=True, help_text="Why not, or what looks wrong.")
    closing = models.JSONField(default=dict)
    is_approved = models.BooleanField(default=False, help_text="Somebody looked at what seems wrong, and sends it.")
    repeats = models.ForeignKey("Statement", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "customer", "is_combined"], name="statement_row_once_per_run"),
            models.CheckConstraint(
                name="statement_row_left_out_with_a_reason",
                condition=~Q(outcome__in=["left_out", "parked"]) | ~Q(note=""),
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="statement_row_next")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.outcome}"


class Statement(models.Model):
    """A statement as it was sent: its figures as they stood, and what it printed. Kept for good.

    Runs send one of the same days once, but where a person sent it again: then it `repeats` the one before."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="statements")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="statements")
    run = models.ForeignKey(StatementRun, null=True, on_delete=models.PROTECT, related_name="statements")
    repeats = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="repeated")
    is_combined = models.BooleanField(default=False)
    form = models.CharField(max_length=20, choices=StatementForm)
    from_on = models.DateField()
    on = models.DateField()
    figures = models.JSONField()
    closing = models.JSONField(help_text="What each account of it closes with, by currency.")
    printed = models.JSONField()
    read_at = models.DateTimeField(help_text="What the book knew then is in it.")
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "customer", "is_combined"], name="statement_once_per_run"),
            models.UniqueConstraint(
                fields=["customer", "is_combined", "form", "from_on", "on"],
                condition=Q(run__isnull=False, repeats=None),
                name="statement_once_by_runs_unless_repeated",
            ),
            models.CheckConstraint(name="statement_of_days_in_order", condition=Q(from_on__lte=F("on"))),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="statement_newest_first"),
            models.Index(fields=["customer", "is_combined", "on"], name="statement_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.on}"


class StatementPdf(models.Model):
    """The kept bytes of a statement: made once, the same for everybody."""

    append_only = True

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.statement)


def new_ref() -> str:
    """A name for the page behind a link: random, so it says nothing of whose account it is."""
    return secrets.token_urlsafe(16)


class AccountLink(models.Model):
    """A contact's key to their account without log-in, with its subsidiaries' where `is_combined`. Only the token's
    hash is kept; `ref` stands in the page's address, and alone opens nothing."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="account_links")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="account_links")
    is_combined = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    ref = models.CharField(max_length=32, unique=True, default=new_ref)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Account of {self.customer} for {self.contact}"

    @property
    def has_run_out(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= timezone.now()


class AccountOpening(models.Model):
    """One visit by a link to an account. A mail scanner opens; only a person's touch counts as seen."""

    append_only = True

    link = models.ForeignKey(AccountLink, on_delete=models.PROTECT, related_name="openings")
    kind = models.CharField(
        max_length=12, choices=[("opened", "Opened"), ("seen", "Seen"), ("downloaded", "Downloaded")]
    )
    address_prefix = models.CharField(max_length=50, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.link} {self.kind}"
