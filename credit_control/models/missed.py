from django.db import models
from django.db.models import Q

from credit_control.models.plans import PlanInstalment
from credit_control.models.promises import PaymentPromise
from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import OpenItem
from office.models import Company
from payments.models import DebitCollection, Receipt


class MissedKind(models.TextChoices):
    DUE_DAY = "due_day", "Not paid when due"
    DEBIT = "debit", "Direct debit returned"
    RETURN = "return", "Payment returned"
    INSTALMENT = "instalment", "Instalment missed"
    PROMISE = "promise", "Promise broken"


WHAT = {
    MissedKind.DUE_DAY: "item",
    MissedKind.DEBIT: "debit",
    MissedKind.RETURN: "receipt",
    MissedKind.INSTALMENT: "instalment",
    MissedKind.PROMISE: "promise",
}
"""What was missed, by the kind: the field that names it."""


def _names_what_was_missed() -> Q:
    """One thing is named, that of the kind; a day by which it was to be paid, of all but what came back."""
    kinds = Q()
    for kind, field in WHAT.items():
        others = {f"{other}": None for other in WHAT.values() if other != field}
        came_back = kind in (MissedKind.DEBIT, MissedKind.RETURN)
        kinds |= Q(kind=kind, due_on__isnull=came_back, **{f"{field}__isnull": False}, **others)
    return kinds


class MissedPayment(models.Model):
    """That a customer did not pay what they had to on a day: a fact, found once. What became of it is read later."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="missed_payments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="missed_payments")
    kind = models.CharField(max_length=10, choices=MissedKind)
    on = models.DateField(help_text="The first day on which it was missed, or the day on which it came back.")
    due_on = models.DateField(null=True, help_text="The last day on which it was to be paid, as it stood then.")
    amount = AmountField(help_text="What was missed then, without what was disputed or promised.")
    currency = CurrencyField()
    reference = models.CharField(max_length=100, help_text="The paper's number, or what names the agreement.")
    item = models.ForeignKey(OpenItem, null=True, on_delete=models.PROTECT, related_name="missed")
    debit = models.OneToOneField(DebitCollection, null=True, on_delete=models.PROTECT, related_name="missed")
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="missed")
    instalment = models.OneToOneField(PlanInstalment, null=True, on_delete=models.PROTECT, related_name="missed")
    promise = models.OneToOneField(PaymentPromise, null=True, on_delete=models.PROTECT, related_name="missed")
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "due_on"], name="missed_once_by_item_and_day"),
            models.CheckConstraint(name="missed_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="missed_names_what_was_missed", condition=_names_what_was_missed()),
        ]
        indexes = [
            models.Index(fields=["company", "-on", "-id"], name="missed_newest_first"),
            models.Index(fields=["customer", "-on", "-id"], name="missed_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reference}"


class MissedDay(models.Model):
    """That missed payments of a day were looked for: the day's row is what makes it once."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="missed_days")
    on = models.DateField()
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "on"], name="missed_day_once")]

    def __str__(self) -> str:
        return f"{self.company} {self.on}"
