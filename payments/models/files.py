from django.db import models
from django.db.models import Q

from ledger.fields import AmountField, CurrencyField
from office.models import Company, User


class PaymentFileKind(models.TextChoices):
    """What a file does at the bank."""

    DEBIT = "debit", "Direct debits"
    CREDIT = "credit", "Credit transfers"


class PaymentFile(models.Model):
    """A file for the bank, made once and kept as its bytes, sealed, for it names whole account numbers."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payment_files")
    kind = models.CharField(max_length=6, choices=PaymentFileKind)
    form = models.CharField(max_length=20, help_text="pain.008.001.08, nacha and so on.")
    name = models.CharField(max_length=100)
    message_id = models.CharField(max_length=35)
    sealed_content = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="Of the bytes that the bank gets.")
    count = models.PositiveIntegerField()
    total = AmountField()
    currency = CurrencyField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "message_id"], name="payment_file_message_id_once"),
            models.CheckConstraint(name="payment_file_moves_something", condition=Q(count__gt=0, total__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class FileState(models.TextChoices):
    """How far an order of a file is. What became of each debit or refund stands with that."""

    WAITING = "waiting", "Waiting"
    READY = "ready", "File made"
    CANCELLED = "cancelled", "Cancelled"


class FileOrder(models.Model):
    """What the bank is to do, by a file that is made once a second person has said yes."""

    currency = CurrencyField()
    version = models.CharField(max_length=20, help_text="Of the file's form.")
    state = models.CharField(max_length=10, choices=FileState, default=FileState.WAITING)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_reason = models.CharField(max_length=300, blank=True)

    file: "PaymentFile | None"
    file_id: int | None

    class Meta:
        abstract = True
