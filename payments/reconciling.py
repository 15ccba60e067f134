"""The bank against the book: both balances on a day, and what one has that the other has not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from ledger.fields import AmountField
from ledger.models import Entry, Line
from ledger.present import present
from ledger.snapshot import snapshot
from office.models import BankAccount
from payments.booked_banks import booked_account
from payments.models import BankLine, BankStatement, BankTie, Payout, Receipt
from payments.refunds_clearing import NEVER_LEFT

OPENING = "book_opening_balance"
"""The kind of the entry of what stood on an account before its first statement."""
DAYS_APART = 10
"""How far the bank's day may be from the book's for a pair to be offered."""
NOTHING = Value(Decimal(0), output_field=AmountField())


class Untied(TypedDict):
    untied: Decimal


UntiedBankLine: TypeAlias = "WithAnnotations[BankLine, Untied]"
UntiedBookLine: TypeAlias = "WithAnnotations[Line, Untied]"


@dataclass(frozen=True)
class Reconciliation:
    """A bank account on a day: what the bank says, what the book says, and what explains the difference.

    `unexplained` is what neither list explains: what stood on the account before its first statement, or a gap.
    """

    on: date
    statement_balance: Decimal
    book_balance: Decimal
    bank_lines: Sequence[UntiedBankLine]
    book_lines: Sequence[UntiedBookLine]

    @property
    def difference(self) -> Decimal:
        """The bank's balance less the book's."""
        return self.statement_balance - self.book_balance

    @property
    def only_bank(self) -> Decimal:
        """What the bank has that the book has not."""
        return sum((line.untied for line in self.bank_lines), Decimal(0))

    @property
    def only_book(self) -> Decimal:
        """What the book has that the bank has not."""
        return sum((line.untied for line in self.book_lines), Decimal(0))

    @property
    def unexplained(self) -> Decimal:
        """The difference less what both lists explain."""
        return self.difference - self.only_bank + self.only_book


@snapshot()
def reconciliation_of(bank_account: BankAccount, until: date) -> Reconciliation | None:
    """The account as of its last statement until a day; None where no statement with a balance is known."""
    statement = last_statement(bank_account, until)
    if statement is None:
        return None
    day = present(statement.until_on)
    book = Line.objects.filter(account=booked_account(bank_account), currency=bank_account.currency, dated_on__lte=day)
    balance = book.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    bank_lines = untied_bank_lines(BankLine.objects.filter(bank_account=bank_account, booked_on__lte=day), day)
    first = first_statement(bank_account)
    since = book.filter(dated_on__gte=first.from_on) if first else book  # what was before is in its opening
    return Reconciliation(
        day,
        present(statement.closing),
        balance,
        list(bank_lines.order_by("booked_on", "pk")),
        list(untied_book_lines(since, day).select_related("entry").order_by("dated_on", "pk")),
    )


def last_statement(bank_account: BankAccount, until: date) -> BankStatement | None:
    """The latest statement with a closing balance until a day."""
    known = BankStatement.objects.filter(bank_account=bank_account, closing__isnull=False, until_on__lte=until)
    return known.order_by("-until_on", "-pk").first()


def first_statement(bank_account: BankAccount) -> BankStatement | None:
    """The earliest statement with an opening balance: what the book had before it stands in that."""
    known = BankStatement.objects.filter(bank_account=bank_account, opening__isnull=False, from_on__isnull=False)
    return known.order_by("from_on", "pk").first()


def with_untied(lines: QuerySet[BankLine], until: date = date.max) -> QuerySet[UntiedBankLine]:
    """Add `untied`: what of each bank line no receipt or payout was made of and no line of the book until a day is."""
    receipts = Receipt.objects.filter(bank_line=OuterRef("pk"), was_mistaken=False).order_by()
    matched = receipts.values("bank_line").annotate(sum=Sum(F("amount") - F("bank_fee"))).values("sum")
    payouts = Payout.objects.filter(line=OuterRef("pk"), reversal_entry=None)
    ties = BankTie.objects.filter(line=OuterRef("pk"), undone_at=None, book_line__dated_on__lte=until).order_by()
    tied = ties.values("line").annotate(sum=Sum("amount")).values("sum")
    return lines.annotate(
        untied=F("amount")
        - Coalesce(Subquery(matched, output_field=AmountField()), NOTHING)
        - Coalesce(Subquery(tied, output_field=AmountField()), NOTHING)
        - Coalesce(Subquery(payouts.values("amount")[:1], output_field=AmountField()), NOTHING)
    )


def untied_bank_lines(lines: QuerySet[BankLine], until: date = date.max) -> QuerySet[UntiedBankLine]:
    """Those of `with_untied` that the book has not in full."""
    return with_untied(lines, until).exclude(untied=Decimal(0))


def untied_book_lines(lines: QuerySet[Line], until: date = date.max) -> QuerySet[UntiedBookLine]:
    """The lines of the book that the bank has not in full until a day, with `untied`, what of each is missing there.

    Left out are a provider's payout, which its bank line tells, what was a mistake or never left with its mirror, as
    the bank never had it, and the opening balance.
    """
    made = Receipt.objects.filter(bank_line__isnull=False, was_mistaken=False).values("entry")
    mistaken = Receipt.objects.filter(was_mistaken=True, reversed_on__lte=until)
    unsent = Entry.objects.filter(kind__in=NEVER_LEFT, dated_on__lte=until)
    ties = BankTie.objects.filter(book_line=OuterRef("pk"), undone_at=None, line__booked_on__lte=until).order_by()
    tied = ties.values("book_line").annotate(sum=Sum("amount")).values("sum")
    seen = lines.exclude(
        Q(entry__kind=OPENING)
        | Q(entry__in=made)
        | Q(entry__in=Payout.objects.values("entry"))
        | Q(entry__in=Payout.objects.exclude(reversal_entry=None).values("reversal_entry"))
        | Q(entry__in=mistaken.values("entry"))
        | Q(entry__in=mistaken.values("reversal_entry"))
        | Q(entry__in=unsent)
        | Q(entry__in=unsent.values("reverses"))
    )
    return seen.annotate(untied=F("amount") - Coalesce(Subquery(tied, output_field=AmountField()), NOTHING)).exclude(
        untied=0
    )


def fitting_pairs(found: Reconciliation) -> list[tuple[UntiedBankLine, UntiedBookLine]]:
    """Lines of bank and book that can only be each other: one amount, about one day, and no other of that amount."""
    pairs = []
    for line in found.bank_lines:
        alike = [other for other in found.bank_lines if other.untied == line.untied]
        near = [
            each
            for each in found.book_lines
            if each.untied == line.untied and abs((each.dated_on - line.booked_on).days) <= DAYS_APART
        ]
        if len(alike) == len(near) == 1:
            pairs.append((line, near[0]))
    return pairs
