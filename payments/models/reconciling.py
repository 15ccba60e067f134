"""How banks are held against the book: which account of the one is which of the other, and which lines are the same."""

from django.db import models
from django.db.models import Q

from ledger.fields import AmountField
from ledger.models import Account, Line
from office.models import BankAccount, User
from payments.models.bank import BankLine


class BookedBank(models.Model):
    """The account of the book on which a bank account's money stands; each its own, while it is set."""

    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="booked")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.bank_account} on {self.account}"


class BankTie(models.Model):
    """That so much of a bank line is so much of a line of the book, with one sign; until it is undone.

    A receipt that was made of a bank line needs none.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="ties")
    book_line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="ties")
    amount = AmountField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_tie_has_an_amount", condition=~Q(amount=0)),
            models.UniqueConstraint(
                fields=["line", "book_line"], condition=Q(undone_at=None), name="bank_tie_once_until_undone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.line}"


class BankMonth(models.Model):
    """A month of a bank account that was reconciled and closed, with both balances as they were found."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="months")
    month = models.DateField(help_text="Its first day.")
    on = models.DateField(help_text="The day of the balances: that of the month's last statement.")
    statement_balance = AmountField()
    book_balance = AmountField()
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(auto_now_add=True)
    reopened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopened_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank_account", "month"], condition=Q(reopened_at=None), name="bank_month_closed_once"
            ),
            models.CheckConstraint(name="bank_month_is_a_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="bank_month_reopened_for_a_reason", condition=Q(reopened_at=None) ^ ~Q(reopened_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_account} {self.month:%Y-%m}"
