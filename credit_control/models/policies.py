from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from ledger.fields import AmountField
from office.models import Company


class ReminderMode(models.TextChoices):
    OFF = "off", "By hand only"
    ASK = "ask", "Each working day, after somebody looked at it"
    SEND = "send", "Each working day, without asking"


class CreditPolicy(models.Model):
    """How a company treats promises and reminders."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="credit_policy")
    promise_days = models.PositiveSmallIntegerField(
        "days ahead that a promise may be", default=30, help_text="For longer, agree on a plan."
    )
    promise_grace_days = models.PositiveSmallIntegerField(
        "days until a promise is broken", default=2, help_text="After its day: banks take their time."
    )
    own_promise_days = models.PositiveSmallIntegerField(
        "days that customers may promise ahead on their page",
        default=14,
        help_text="After the due day or, where that is past, from today on. 0: they cannot promise there.",
    )
    paid_notice_days = models.PositiveSmallIntegerField(
        "days that reminders wait for a payment that a customer tells of",
        default=10,
        help_text="Of that document, until somebody says that it was not found. 0: they do not wait.",
    )
    reminders = models.CharField("reminders go out", max_length=4, choices=ReminderMode, default=ReminderMode.OFF)
    reminder_hour = models.PositiveSmallIntegerField("from which hour", default=9)
    most_unattended = models.PositiveIntegerField(
        "most customers without asking", default=500, help_text="Where more are to be reminded, somebody has to look."
    )
    smallest_reminder = AmountField(
        "no reminder below", default=Decimal(0), help_text="In the currency of what is owed, of all of it together."
    )
    waits_for_bank = models.BooleanField(
        "wait while a payment of theirs is in the bank queue",
        default=True,
        help_text="Who paid already is neither reminded nor charged before somebody has matched it.",
    )
    plan_months = models.PositiveSmallIntegerField(
        "months that a payment plan may last", default=12, help_text="From the offer to the last instalment."
    )
    plan_offer_days = models.PositiveSmallIntegerField(
        "days to answer the offer of a plan", default=14, help_text="While it may be answered, reminders wait."
    )
    plan_is_interest_free = models.BooleanField(
        "plans are free of interest",
        default=True,
        help_text="As a plan is kept, only what is past its own day bears interest; each plan can say otherwise.",
    )
    plan_notice_days = models.PositiveSmallIntegerField(
        "days of notice before an instalment", default=3, help_text="0: none is sent."
    )
    plan_grace_days = models.PositiveSmallIntegerField(
        "days until an instalment is missed", default=3, help_text="After its day: banks take their time."
    )
    own_plan_parts = models.PositiveSmallIntegerField(
        "instalments that customers may ask for on their page",
        default=6,
        help_text="What they ask for is no plan before somebody offers it. 0: they cannot ask there.",
    )
    plan_cancel_days = models.PositiveSmallIntegerField(
        "days after which an unpaid instalment ends the plan",
        null=True,
        blank=True,
        help_text="After the instalment's day. Empty: no plan ends by itself, the collector gets a task.",
    )

    class Meta:
        verbose_name_plural = "credit policies"
        constraints = [
            models.CheckConstraint(
                name="credit_policy_reminders_sensible",
                condition=Q(reminder_hour__lte=23, smallest_reminder__gte=0),
            ),
            models.CheckConstraint(
                name="credit_policy_days_sensible",
                condition=Q(promise_days__lte=366, promise_grace_days__lte=31)
                & Q(own_promise_days__lte=90, paid_notice_days__lte=90),
            ),
            models.CheckConstraint(
                name="credit_policy_plans_sensible",
                condition=Q(plan_months__range=(1, 60), plan_offer_days__range=(1, 90), plan_notice_days__lte=31)
                & Q(plan_grace_days__lte=31, own_plan_parts__lte=60)
                & (Q(plan_cancel_days=None) | Q(plan_cancel_days__gte=F("plan_grace_days"))),
            ),
        ]

    def __str__(self) -> str:
        return f"Credit policy of {self.company}"


def policy_of(company: Company) -> CreditPolicy:
    """The company's policy, or the usual one where it has said nothing."""
    return CreditPolicy.objects.filter(company=company).first() or CreditPolicy(company=company)
