"""Which refunds wait to be paid by file, and how each stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django_stubs_ext import WithAnnotations

from ledger.models import AccountRole, OpenItem
from ledger.money import format_money
from ledger.present import present
from office.models import Company
from payments.models import FileState, HandPayment, Refund, RepaymentLine

STATES: tuple[tuple[str, str], ...] = (
    ("to_pay", "To be paid"),
    ("waiting", "Waiting for approval"),
    ("in_file", "In a file"),
    ("by_hand", "Paid by hand"),
    ("withdrawn", "Taken back"),
)


@dataclass(frozen=True)
class Repayments:
    """The refunds that would be paid, and those that would not with the reason."""

    refunds: list[Refund]
    others: list[tuple[Refund, str]]


class RefundState(TypedDict):
    state: str


RefundWithState: TypeAlias = "WithAnnotations[Refund, RefundState]"


def with_repayment(refunds: QuerySet[Refund]) -> QuerySet[RefundWithState]:
    """Add `state`: whether a refund is taken back, paid by hand, to be paid by file, waits, or is in a file."""
    lines = RepaymentLine.objects.filter(refund=OuterRef("pk"), is_under_way=True)
    by_hand = HandPayment.objects.filter(refund=OuterRef("pk"), undone_at=None)
    return refunds.annotate(
        state=Case(
            When(entry__reversed_by__isnull=False, then=Value("withdrawn")),
            When(Q(account=None) | Exists(by_hand), then=Value("by_hand")),
            When(Exists(lines.filter(batch__state=FileState.WAITING)), then=Value("waiting")),
            When(Exists(lines), then=Value("in_file")),
            default=Value("to_pay"),
            output_field=CharField(),
        )
    )


def with_payer(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    """Add `paid_from`: the account of the book out of which each was paid, in words; empty while it waits."""
    of_refund = {"refund": OuterRef("pk")}
    by_hand = HandPayment.objects.filter(undone_at=None, **of_refund)
    by_file = RepaymentLine.objects.filter(is_under_way=True, batch__state=FileState.READY, **of_refund)
    is_out = ~Q(bank_account__role=AccountRole.REFUNDS) & Q(entry__reversed_by=None)
    own = Case(When(is_out, then=_named("bank_account")), default=Value(""))
    return refunds.annotate(
        paid_from=Coalesce(
            Subquery(by_hand.values(named=_named("bank_account__booked__account"))[:1]),
            Subquery(by_file.values(named=_named("batch__bank_account__booked__account"))[:1]),
            own,
        )
    )


def _named(account: str) -> Concat:
    return Concat(f"{account}__code", Value(" "), f"{account}__name", output_field=CharField())


def choose_refunds(company: Company, currency: str) -> Repayments:
    """Of the refunds in a currency that are to be paid, which would be now, and which not and why."""
    to_pay = with_repayment(Refund.objects.filter(company=company, currency=currency)).filter(state="to_pay")
    rows = list(to_pay.select_related("account", "customer").order_by("refunded_on", "pk"))
    gone = credits_gone(rows)
    why = {row.pk: present(row.account).reason_not_to_use or gone.get(row.pk, "") for row in rows}
    return Repayments([row for row in rows if not why[row.pk]], [(row, why[row.pk]) for row in rows if why[row.pk]])


def credits_gone(refunds: Iterable[Refund]) -> dict[int, str]:
    """Of refunds those of whose credit some is not there any more, as when the payment came back, in words: nothing is
    paid back for that."""
    by_entry = {refund.entry_id: refund.pk for refund in refunds}
    open_ = OpenItem.objects.filter(entry__in=by_entry, balance__gt=0).values_list("entry", "balance", "currency")
    return {
        by_entry[entry]: f"{format_money(balance, currency)} of the credit that it pays back is gone"
        for entry, balance, currency in open_
    }
