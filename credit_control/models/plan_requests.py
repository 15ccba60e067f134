"""That a customer asks to pay in instalments. It is no plan: somebody here offers one, or says why not."""

from django.db import models
from django.db.models import Q

from credit_control.models.plans import PaymentPlan
from customers.models import Contact, Customer
from ledger.fields import AmountField, CurrencyField
from office.models import Company, User


class AskedStatus(models.TextChoices):
    OPEN = "open", "Waiting"
    OFFERED = "offered", "Offered"
    DECLINED = "declined", "Declined"


class PlanRequest(models.Model):
    """What a contact asks for: so many monthly instalments from a day on. `amount` is what was late then."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="plan_requests")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="plan_requests")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    currency = CurrencyField()
    amount = AmountField()
    parts = models.PositiveSmallIntegerField("instalments")
    first_on = models.DateField("first day")
    words = models.CharField("what they write", max_length=500, blank=True)
    asked_on = models.DateField()
    asked_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=AskedStatus, default=AskedStatus.OPEN)
    plan = models.OneToOneField(PaymentPlan, null=True, on_delete=models.PROTECT, related_name="asked_for")
    answer = models.CharField(max_length=300, blank=True, help_text="What the customer reads of it.")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=Q(status="open"), name="plan_asked_once_at_a_time"
            ),
            models.CheckConstraint(name="plan_request_above_zero", condition=Q(amount__gt=0, parts__gte=2)),
            models.CheckConstraint(
                name="plan_request_says_what_became_of_it",
                condition=Q(status="open", plan=None, answer="", closed_at=None)
                | Q(status="offered", plan__isnull=False, closed_at__isnull=False)
                | Q(status="declined", plan=None, closed_at__isnull=False) & ~Q(answer=""),
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="plan_request_newest_first")]

    def __str__(self) -> str:
        return f"Plan asked for by {self.customer.name}"
