"""Money that came in, and what of it went back."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerAccount
from ledger.fields import AmountField, CurrencyField, ExchangeRateField
from ledger.models import Account, Entry
from office.letters import LetterIndex
from office.models import Company, User
from payments.models.bank import BankLine


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", _("Bank transfer")
    CHEQUE = "cheque", _("Cheque")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    DIRECT_DEBIT = "direct_debit", _("Direct debit")
    WITHHELD = "withheld", _("Tax withheld")


class ReceiptStatus(models.TextChoices):
    RECORDED = "recorded", "Recorded"
    REVERSED = "reversed", "Reversed"


class ReceiptBatch(models.Model):
    """A paper list of payments, such as a day's cheques, entered together against the total that was counted."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="receipt_batches")
    number = models.CharField(max_length=40)
    received_on = models.DateField()
    currency = CurrencyField()
    control_total = AmountField(help_text="What the list adds up to, as it was counted before.")
    line_count = models.PositiveIntegerField()
    bank_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    form_key = models.UUIDField(null=True, unique=True, help_text="Of the form it was typed in: sent twice it is one.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "receipt batches"
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="receipt_batch_number_once_per_company"),
            models.CheckConstraint(name="receipt_batch_total_above_zero", condition=Q(control_total__gt=0)),
            models.CheckConstraint(name="receipt_batch_has_lines", condition=Q(line_count__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number


class Receipt(models.Model):
    """Money that came in from a customer, or tax that they kept back and have a certificate for.

    What of it is applied, and what is free, is read from the book.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="receipts")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=ReceiptStatus, default=ReceiptStatus.RECORDED)
    received_on = models.DateField()
    amount = AmountField(help_text="What the customer paid.")
    bank_fee = AmountField(default=Decimal(0), help_text="What of it the bank kept before it came to our account.")
    currency = CurrencyField()
    exchange_rate = ExchangeRateField(default=1, help_text="Company currency for one of the receipt's currency.")
    method = models.CharField(max_length=20, choices=PaymentMethod, default=PaymentMethod.TRANSFER)
    reference = models.CharField(max_length=200, blank=True, help_text="What the payer wrote.")
    bank_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(
        max_length=100,
        blank=True,
        help_text="The payment's id at the bank or provider.",
    )
    batch = models.ForeignKey(ReceiptBatch, null=True, on_delete=models.PROTECT, related_name="receipts")
    bank_line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="receipts")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reversal_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_on = models.DateField(null=True)
    reversal_reason = models.CharField(max_length=300, blank=True)
    was_mistaken = models.BooleanField(
        default=False, help_text="Whether it was reversed because it never was this customer's; its bank line is free."
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="receipt_number_once_per_company"),
            models.UniqueConstraint(
                fields=["company", "external_id"],
                condition=~Q(external_id=""),
                name="receipt_once_per_external_id",
            ),
            models.CheckConstraint(name="receipt_amount_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="receipt_bank_fee_below_its_amount", condition=Q(bank_fee__gte=0, bank_fee__lt=F("amount"))
            ),
            models.CheckConstraint(
                name="receipt_of_tax_withheld_has_no_bank_fee", condition=~Q(method="withheld") | Q(bank_fee=0)
            ),
            models.CheckConstraint(
                name="receipt_exchange_rate_above_zero",
                condition=Q(exchange_rate__gt=0),
            ),
            models.CheckConstraint(
                name="receipt_reversed_has_its_mirror",
                condition=Q(status="recorded", reversal_entry=None, reversed_on=None)
                | Q(
                    status="reversed",
                    reversal_entry__isnull=False,
                    reversed_on__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="receipt_mistaken_is_reversed", condition=Q(was_mistaken=False) | Q(status="reversed")
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-received_on", "-id"], name="receipt_newest_first"),
            models.Index(fields=["customer", "-received_on", "-id"], name="receipt_by_customer"),
            models.Index(fields=["company", "amount"], name="receipt_by_amount"),
            LetterIndex("number", "reference", "external_id", name="receipt_by_letters"),
        ]
        permissions = [
            ("record_receipt", "Record receipts"),
            ("allocate", "Apply receipts and credits"),
            ("undo_allocation", "Undo an allocation"),
            ("reverse_receipt", "Reverse a receipt that was returned or mistaken"),
            ("send_receipt", "Mail receipts"),
            ("refund_credit", "Refund a customer's credit"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def banked(self) -> Decimal:
        """What came to our account."""
        return self.amount - self.bank_fee

    @property
    def is_withheld(self) -> bool:
        """Whether it is no money, but tax that the customer pays to the tax office for us."""
        return self.method == PaymentMethod.WITHHELD


class ReceiptPdf(models.Model):
    """The kept bytes of a receipt, as it was recorded or once it was reversed: made once, the same for everybody."""

    append_only = True

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="pdfs")
    edition = models.CharField(max_length=10, choices=ReceiptStatus)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receipt", "edition"], name="receipt_pdf_once_per_edition")]

    def __str__(self) -> str:
        return f"{self.receipt} {self.edition}"


class Refund(models.Model):
    """Free credit paid back to a customer."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="refunds")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refunds")
    number = models.CharField(max_length=40)
    refunded_on = models.DateField()
    amount = AmountField()
    currency = CurrencyField()
    bank_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=20, choices=PaymentMethod, default=PaymentMethod.TRANSFER)
    account = models.ForeignKey(
        CustomerAccount,
        null=True,
        on_delete=models.PROTECT,
        related_name="refunds",
        help_text="Where it goes by file; empty: it was paid by hand.",
    )
    reason = models.CharField(max_length=300)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="refund_number_once_per_company"),
            models.CheckConstraint(name="refund_amount_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number
