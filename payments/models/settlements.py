"""What one save on the allocation screen did."""

from django.db import models
from django.db.models import Q

from billing.models import Dispute, Invoice
from customers.models import Customer
from ledger.fields import AmountField
from ledger.models import Allocation, OpenItem
from office.models import Company, User
from payments.models.receipts import Refund
from payments.models.write_offs import WriteOff


class Rest(models.TextChoices):
    """What becomes of an open item's rest when a payment falls short of it."""

    OPEN = "open", "Stays open"
    DISCOUNT = "discount", "Early-payment discount"
    LATE_DISCOUNT = "late_discount", "Discount, though paid too late"
    BANK_FEE = "bank_fee", "Bank fee"
    TOLERANCE = "tolerance", "Small difference"
    DISPUTE = "dispute", "Disputed"


class Settlement(models.Model):
    """One credit applied to open items at one go, with what became of their rests. It can be undone as a whole."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="settlements")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="settlements")
    credit = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="settlements")
    settled_on = models.DateField()
    refund = models.OneToOneField(Refund, null=True, on_delete=models.PROTECT, related_name="settlement")
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(auto_now_add=True)
    undone_on = models.DateField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"], name="settlement_by_customer")]
        constraints = [
            models.CheckConstraint(
                name="settlement_undone_with_a_reason",
                condition=Q(undone_on=None, undo_reason="") | Q(undone_on__isnull=False) & ~Q(undo_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credit.reference} of {self.settled_on}"


class SettledItem(models.Model):
    """What one save did to one open item: what was applied, and what its rest became."""

    append_only = True

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="+")
    allocation = models.OneToOneField(Allocation, null=True, on_delete=models.PROTECT, related_name="settled_item")
    rest = models.CharField(max_length=20, choices=Rest)
    rest_amount = AmountField()
    write_off = models.OneToOneField(WriteOff, null=True, on_delete=models.PROTECT, related_name="settled_item")
    credit_memo = models.OneToOneField(Invoice, null=True, on_delete=models.PROTECT, related_name="settled_item")
    dispute = models.ForeignKey(Dispute, null=True, on_delete=models.PROTECT, related_name="settled_items")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "item"], name="settled_item_once_per_settlement"),
            models.CheckConstraint(name="settled_item_rest_not_negative", condition=Q(rest_amount__gte=0)),
            models.CheckConstraint(
                name="settled_item_rest_is_what_it_says",
                condition=Q(rest="open", write_off=None, credit_memo=None, dispute=None)
                | Q(rest__in=["discount", "late_discount"], credit_memo__isnull=False, write_off=None, dispute=None)
                | Q(rest__in=["bank_fee", "tolerance"], write_off__isnull=False, credit_memo=None, dispute=None)
                | Q(rest="dispute", dispute__isnull=False, write_off=None, credit_memo=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.rest}"
