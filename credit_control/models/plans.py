from django.db import models
from django.db.models import F, Q

from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import OpenItem
from office.models import Company, User


class PlanStatus(models.TextChoices):
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CANCELLED = "cancelled", "Cancelled"


class PlanAnswer(models.TextChoices):
    LINK = "link", "On the mailed link"
    STAFF = "staff", "Told to us"


UNANSWERED = Q(accepted_on=None, accepted_at=None, accepted_name="", accepted_how="")
ACCEPTED = Q(accepted_on__isnull=False, accepted_at__isnull=False) & ~Q(accepted_name="") & ~Q(accepted_how="")
STANDING = Q(closed_on=None, closed_at=None, close_reason="")
CLOSED = Q(closed_on__isnull=False, closed_at__isnull=False) & ~Q(close_reason="")


class PaymentPlan(models.Model):
    """That a customer may pay open items in instalments. Whether they do is read from the book and the day."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="plans")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="plans")
    currency = CurrencyField()
    amount = AmountField()
    is_interest_free = models.BooleanField("no interest while it is kept")
    offered_on = models.DateField()
    valid_until = models.DateField("offer holds until")
    status = models.CharField(max_length=10, choices=PlanStatus, default=PlanStatus.OFFERED)
    accepted_on = models.DateField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_name = models.CharField("who agreed", max_length=100, blank=True)
    accepted_how = models.CharField(max_length=5, choices=PlanAnswer, blank=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    close_reason = models.CharField(max_length=300, blank=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    note = models.CharField(max_length=500, blank=True)
    printed = models.JSONField(help_text="Names, addresses, accounts and language as they were when it was offered.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    searched_masked = {"accepted_name": ()}

    class Meta:
        constraints = [
            models.CheckConstraint(name="plan_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="plan_days_in_order", condition=Q(offered_on__lte=F("valid_until"))),
            models.CheckConstraint(
                name="plan_says_what_was_decided",
                condition=(Q(status="offered") & UNANSWERED & STANDING)
                | (Q(status="accepted") & ACCEPTED & STANDING)
                | (Q(status__in=["declined", "withdrawn"]) & UNANSWERED & CLOSED)
                | (Q(status="cancelled") & ACCEPTED & CLOSED),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="plan_newest_first"),
            models.Index(fields=["customer", "-id"], name="plan_by_customer"),
            models.Index(
                fields=["company", "accepted_on"], condition=Q(accepted_on__isnull=False), name="plan_accepted_by_day"
            ),
        ]
        permissions = [("manage_plans", "Offer payment plans, record answers, withdraw and cancel them")]

    def __str__(self) -> str:
        return f"Payment plan {self.pk}"


class PlanInstalment(models.Model):
    """What of a plan is to be paid by which day."""

    append_only = True

    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, related_name="instalments")
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount = AmountField()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="instalment_once_at_a_position"),
            models.UniqueConstraint(fields=["plan", "due_on"], name="instalment_once_a_day"),
            models.CheckConstraint(name="instalment_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.amount}"


class PlannedItem(models.Model):
    """What of an open item a plan is about. It is let go once: when the plan ends, or an offer is past its day."""

    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="planned")
    amount = AmountField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "item"], name="planned_item_once_per_plan"),
            models.UniqueConstraint(fields=["item"], condition=Q(released_at=None), name="item_in_one_plan_at_a_time"),
            models.CheckConstraint(name="planned_item_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"


class PlanStage(models.TextChoices):
    NOTICE = "notice", "Soon due"
    MISSED = "missed", "Missed"
    ENDED = "ended", "Not paid for too long"
    LAPSED = "lapsed", "Offer not answered in time"


class PlanStep(models.Model):
    """That something was done about an instalment: its customer was told, or somebody here was asked to act. Of each
    stage once, but that it is missed again after it was paid and the money came back."""

    append_only = True

    instalment = models.ForeignKey(PlanInstalment, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(max_length=6, choices=PlanStage)
    done_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["instalment", "stage"], condition=~Q(stage="missed"), name="plan_step_once"
            ),
            models.UniqueConstraint(
                fields=["instalment", "done_on"], condition=Q(stage="missed"), name="plan_missed_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.instalment}"


class PlanPdf(models.Model):
    """The agreement as it was sent: made once, kept, and the same for everybody."""

    append_only = True

    plan = models.OneToOneField(PaymentPlan, on_delete=models.PROTECT, related_name="pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.plan}: {self.sha256}"
