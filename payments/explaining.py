"""Which payment an advice explains, and which advice a payment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django.db.models import Exists, OuterRef, QuerySet
from django_stubs_ext import WithAnnotations

from ledger.present import present
from payments.bank import with_left
from payments.models import BankLine, Remittance, RemittanceUse

DAYS_APART = timedelta(days=45)
"""How long before or after a payment its advice may come, where nobody joined them."""


def remittance_for(bank_line: BankLine) -> Remittance | None:
    """The advice that explains a line of money in, where only one can be meant."""
    return remittances_of(bank_line.company_id, [bank_line]).get(bank_line.pk)


def remittances_of(company_id: int, bank_lines: Sequence[BankLine]) -> dict[int, Remittance]:
    """The advice that explains each of many lines, by line, in three queries.

    It is the one joined with the line. Without that it is the only one of the line's amount, of about its day, and the
    line is the only one of that amount; or the one whose payer's number stands in the line.
    """
    lines = [line for line in bank_lines if line.amount > 0]
    joined = Remittance.objects.filter(bank_line__in=lines).defer("content").order_by("-pk")
    found = {present(remittance.bank_line_id): remittance for remittance in joined}
    free = _by_amount(free_remittances(company_id).filter(total__in={line.amount for line in lines}))
    alike = _by_amount(_money_in(company_id, set(free))) if free else {}
    for line in lines:
        meant = None if line.pk in found else _meant(line, free[_amount_of(line)], alike.get(_amount_of(line), []))
        if meant:
            found[line.pk] = meant
    return found


def _meant(line: BankLine, free: Sequence[Remittance], alike: Sequence[BankLine]) -> Remittance | None:
    near = [each for each in free if abs(_day_of(each) - line.booked_on) <= DAYS_APART]
    named = [each for each in near if _names(line, each.payer_reference)]
    others = [each for each in alike if each.pk != line.pk and abs(each.booked_on - line.booked_on) <= DAYS_APART]
    if named:
        return named[0] if len(named) == 1 else None
    return near[0] if len(near) == 1 and not others else None


def _by_amount(rows: Iterable[Any]) -> dict[tuple[Decimal, str], list[Any]]:
    found: dict[tuple[Decimal, str], list[Any]] = defaultdict(list)
    for row in rows:
        found[_amount_of(row)].append(row)
    return found


def _amount_of(row: Any) -> tuple[Decimal, str]:
    return (row.total if isinstance(row, Remittance) else row.amount), row.currency


def _day_of(remittance: Remittance) -> date:
    """When the payer says that they paid or else when the advice came."""
    return remittance.paid_on or remittance.taken_at.date()


def _money_in(company_id: int, amounts: set[tuple[Decimal, str]]) -> QuerySet[BankLine]:
    """Lines of such amounts that no advice is joined with, and of which something is left."""
    lines = BankLine.objects.filter(bank_account__company=company_id, amount__in={amount for amount, _ in amounts})
    return with_left(lines.filter(remittances=None)).filter(left__gt=Decimal(0))


def bank_lines_like(remittance: Remittance) -> QuerySet[BankLine]:
    """The lines of money in of exactly its total that no advice is joined with, the newest first."""
    lines = BankLine.objects.filter(bank_account__company=remittance.company_id, currency=remittance.currency)
    return lines.filter(amount=remittance.total, remittances=None).select_related("bank_account").order_by("-pk")


def free_remittances(company_id: int) -> QuerySet[Remittance]:
    """Those that explain no line yet and are not withdrawn."""
    waiting = Remittance.objects.filter(company=company_id, bank_line=None, withdrawn_because="")
    return with_state(waiting).filter(is_applied=False).defer("content")


class RemittanceState(TypedDict):
    is_applied: bool


RemittanceWithState: TypeAlias = "WithAnnotations[Remittance, RemittanceState]"


def with_state(remittances: QuerySet[Remittance]) -> QuerySet[RemittanceWithState]:
    """Add `is_applied`: whether receipts stand that were applied as it says."""
    used = RemittanceUse.objects.filter(remittance=OuterRef("pk"), receipt__was_mistaken=False)
    return remittances.annotate(is_applied=Exists(used))


def _names(bank_line: BankLine, reference: str) -> bool:
    """Whether the bank's words hold the payer's number of the payment as a whole word."""
    said = " ".join((bank_line.text, bank_line.end_to_end_id, *bank_line.references)).upper().split()
    return bool(reference) and reference.upper() in said
