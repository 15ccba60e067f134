"""Money of a receipt that settles in another currency than it came in."""

from django.db import models
from django.db.models import F, Q

from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from office.models import Company, User
from payments.models.receipts import Receipt, ReceiptStatus


class ReceiptExchange(models.Model):
    """So much of a receipt, taken as so much of another currency. It can be undone as a whole.

    `taken_entry` takes it off the receipt, `given_entry` gives it as a credit; what both differ by in the company's own
    currency is what exchange gained or lost.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="receipt_exchanges")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="receipt_exchanges")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="exchanges")
    status = models.CharField(max_length=10, choices=ReceiptStatus, default=ReceiptStatus.RECORDED)
    exchanged_on = models.DateField()
    amount = AmountField(help_text="In the receipt's currency.")
    currency = CurrencyField()
    into_amount = AmountField()
    into_currency = CurrencyField()
    taken_entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    given_entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reversed_on = models.DateField(null=True)
    reversal_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="receipt_exchange_amounts_above_zero", condition=Q(amount__gt=0, into_amount__gt=0)
            ),
            models.CheckConstraint(
                name="receipt_exchange_into_another_currency", condition=~Q(currency=F("into_currency"))
            ),
            models.CheckConstraint(
                name="receipt_exchange_reversed_with_a_reason",
                condition=Q(status="recorded", reversed_on=None, reversal_reason="")
                | Q(status="reversed", reversed_on__isnull=False) & ~Q(reversal_reason=""),
            ),
        ]
        permissions = [("exchange_receipt", "Take a receipt as money of another currency")]

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency} of {self.receipt} as {self.into_amount:f} {self.into_currency}"
