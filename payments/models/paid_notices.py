"""That a customer says they have paid a document, and what we made of it. It posts nothing: a payment does that."""

from django.db import models
from django.db.models import Q

from billing.models import Invoice
from customers.models import Contact, Customer
from ledger.fields import AmountField, CurrencyField
from office.models import Company, User


class PaidHow(models.TextChoices):
    TRANSFER = "transfer", "Bank transfer"
    CARD = "card", "Card"
    CHEQUE = "cheque", "Cheque"
    CASH = "cash", "Cash"
    OTHER = "other", "Another way"


class NoticeStatus(models.TextChoices):
    OPEN = "open", "To be looked for"
    FOUND = "found", "Found"
    NOT_FOUND = "not_found", "Not found"


class PaidNotice(models.Model):
    """What a contact says they paid on a document: one at a time is open. Whether it came says the book."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="paid_notices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="paid_notices")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="paid_notices")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    amount = AmountField()
    currency = CurrencyField()
    paid_on = models.DateField()
    how = models.CharField(max_length=10, choices=PaidHow)
    reference = models.CharField(max_length=200, blank=True, help_text="Theirs, such as the number of the transfer.")
    told_on = models.DateField()
    told_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=NoticeStatus, default=NoticeStatus.OPEN)
    answer = models.CharField(max_length=300, blank=True, help_text="What the customer reads of it.")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice"], condition=Q(status="open"), name="paid_notice_open_once"),
            models.CheckConstraint(name="paid_notice_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="paid_notice_of_the_past", condition=Q(paid_on__lte=models.F("told_on"))),
            models.CheckConstraint(
                name="paid_notice_closed_at_a_moment",
                condition=Q(status="open", closed_at=None, closed_by=None)
                | ~Q(status="open") & Q(closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="paid_notice_newest_first"),
            models.Index(fields=["company", "currency", "amount"], condition=Q(status="open"), name="paid_notice_open"),
        ]
        permissions = [("close_paid_notice", "Say whether a payment that a customer told of was found")]

    def __str__(self) -> str:
        return f"Payment told of {self.invoice.number}"


class PaidNoticeFile(models.Model):
    """What shows that it was paid: a photo or a paper of the bank."""

    append_only = True

    notice = models.OneToOneField(PaidNotice, on_delete=models.PROTECT, related_name="file")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
