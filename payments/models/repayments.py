"""Refunds on their way to customers' accounts, many in one file."""

from django.db import models
from django.db.models import F, Q

from customers.models import CustomerAccount
from ledger.fields import AmountField
from ledger.models import Entry
from office.models import BankAccount, Company, User
from payments.models.files import FileOrder, PaymentFile
from payments.models.receipts import Refund


class RepaymentBatch(FileOrder):
    """Refunds that leave one of our accounts on a day, once a second person has said yes."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="repayments")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="repayments")
    pay_on = models.DateField()
    file = models.OneToOneField(PaymentFile, null=True, on_delete=models.PROTECT, related_name="repayment")

    class Meta:
        verbose_name_plural = "repayment batches"
        constraints = [
            models.CheckConstraint(
                name="nobody_approves_the_repayment_they_made", condition=~Q(approved_by=F("created_by"))
            ),
            models.CheckConstraint(
                name="repayment_has_its_file_when_ready", condition=~Q(state="ready") | Q(file__isnull=False)
            ),
            models.CheckConstraint(
                name="repayment_cancelled_has_a_reason", condition=Q(state="cancelled") ^ Q(cancelled_reason="")
            ),
        ]
        permissions = [("manage_repayments", "Prepare and cancel repayments of refunds")]

    def __str__(self) -> str:
        return f"Repayment {self.pk}"

    @property
    def message_id(self) -> str:
        """How the bank knows it."""
        return f"CT-{self.company_id}-{self.pk}"


class RepaymentLine(models.Model):
    """One refund in a batch, with the account that it goes to. A refund is on its way once at a time."""

    batch = models.ForeignKey(RepaymentBatch, on_delete=models.PROTECT, related_name="lines")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="repayments")
    account = models.ForeignKey(CustomerAccount, on_delete=models.PROTECT, related_name="repayments")
    amount = AmountField()
    end_to_end_id = models.CharField(max_length=35)
    trace = models.CharField(max_length=15, blank=True, help_text="Of an ACH entry.")
    is_under_way = models.BooleanField(default=True)
    was_sent = models.BooleanField(default=False, help_text="Whether it stands in the file.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was left out, or rejected.")
    entry = models.OneToOneField(
        Entry,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="That moves it to the account that pays.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["refund"], condition=Q(is_under_way=True), name="refund_paid_once_at_a_time"
            ),
            models.UniqueConstraint(fields=["batch", "refund"], name="refund_once_per_repayment"),
            models.CheckConstraint(name="repayment_line_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="repayment_line_stopped_has_a_reason", condition=Q(is_under_way=True) ^ ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class HandPayment(models.Model):
    """A refund that waited for a file and was paid without one, in e-banking; until that is undone."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="hand_payments")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField()
    entry = models.OneToOneField(
        Entry,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="That moves it to the account that paid.",
    )
    told_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["refund"], condition=Q(undone_at=None), name="refund_paid_by_hand_once_until_undone"
            ),
            models.CheckConstraint(
                name="hand_payment_undone_for_a_reason", condition=Q(undone_at=None) ^ ~Q(undone_reason="")
            ),
        ]
        permissions = [("pay_refund_by_hand", "Say that a refund was paid by hand, and undo it")]

    def __str__(self) -> str:
        return f"{self.refund} by hand"
