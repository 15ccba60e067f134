from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from customers.models.customer import Customer
from ledger.fields import AmountField
from office.models import Company, User


class HoldCause(models.TextChoices):
    """Why nothing more is billed to a customer."""

    BY_HAND = "by_hand", "By hand"
    OVER_LIMIT = "over_limit", "Over the limit"
    LATE = "late", "Pays late"
    BROKEN_PROMISE = "broken_promise", "Broken promise"


BY_RULE = tuple(cause for cause in HoldCause if cause != HoldCause.BY_HAND)
"""The causes that the office looks for each day."""


class CreditHold(models.Model):
    """That nothing more is billed to a customer, for one cause, until somebody releases it."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="credit_holds")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=20, choices=HoldCause)
    words = models.CharField("why", max_length=300)
    placed_on = models.DateField()
    placed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", help_text="None: a rule."
    )
    placed_at = models.DateTimeField(auto_now_add=True)
    released_on = models.DateField(null=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=300, blank=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    quiet_until = models.DateField(null=True, help_text="Until then no rule places it again.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "cause"], condition=Q(released_on=None), name="hold_once_per_cause_at_a_time"
            ),
            models.CheckConstraint(name="hold_says_why", condition=~Q(words="")),
            models.CheckConstraint(
                name="hold_released_whole_or_not",
                condition=(Q(released_on__isnull=False, released_at__isnull=False) & ~Q(release_reason=""))
                | Q(
                    released_on=None,
                    released_at=None,
                    released_by=None,
                    release_reason="",
                    approved_by=None,
                    quiet_until=None,
                ),
            ),
            models.CheckConstraint(
                name="hold_released_after_it_was_placed",
                condition=Q(released_on=None) | Q(released_on__gte=F("placed_on")),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_release",
                condition=Q(approved_by=None) | ~Q(approved_by=F("released_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="hold_newest_first"),
            models.Index(fields=["customer", "cause", "quiet_until"], name="hold_quiet_by_customer"),
        ]
        permissions = [
            ("place_hold", "Put customers on hold"),
            ("release_hold", "Release customers from hold"),
            ("ask_release", "Ask for customers to be released from hold"),
        ]

    def __str__(self) -> str:
        return f"{self.customer.name}: {self.words}"

    @property
    def state(self) -> str:
        """Whether it stands."""
        return "released" if self.released_on else "on_hold"


class HoldPolicy(models.Model):
    """When a company's customers are put on hold without anybody's doing; a cause left out is not looked for."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="hold_policy")
    over_percent = models.PositiveSmallIntegerField(
        "over the limit by more than, in percent", null=True, help_text="Empty: nobody is held for it."
    )
    late_days = models.PositiveSmallIntegerField(
        "so many days late", null=True, help_text="After the agreed due day. Empty: nobody is held for it."
    )
    late_amount = AmountField(
        "with at least so much", default=Decimal(0), help_text="In the currency of the item that is late."
    )
    broken_promise = models.BooleanField("when a promise is broken", default=False)
    lifts = models.BooleanField("release by itself when the cause is gone", default=True)
    quiet_days = models.PositiveSmallIntegerField(
        "days without a new hold after staff released one",
        default=14,
        help_text="For the same cause; whoever releases can choose another number.",
    )
    counts_orders = models.BooleanField(
        "count what is ordered against the limit",
        default=False,
        help_text="What of open orders is on no invoice and no draft, without tax.",
    )
    looked_on = models.DateField(null=True, editable=False, help_text="The last day on which it was looked by it.")

    class Meta:
        verbose_name_plural = "hold policies"
        constraints = [
            models.CheckConstraint(
                name="hold_policy_sensible",
                condition=(Q(over_percent=None) | Q(over_percent__lte=1000))
                & (Q(late_days=None) | Q(late_days__range=(1, 366)))
                & Q(late_amount__gte=0, quiet_days__lte=366),
            )
        ]

    def __str__(self) -> str:
        return f"Hold policy of {self.company}"


def hold_policy_of(company: Company) -> HoldPolicy:
    """The company's policy, or the usual one, which holds nobody, where it has said nothing."""
    return HoldPolicy.objects.filter(company=company).first() or HoldPolicy(company=company)
