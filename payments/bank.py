"""Reading what banks said: how far each account is known, where its statements do not join, and what waits."""

from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from ledger.fields import AmountField
from office.models import BankAccount, Company
from payments.models import BankLine, BankStatement, BankTie, Payout, Receipt, SetAside, UnreadLine, UnreadOutcome


class Joints(TypedDict):
    last_closing: Decimal | None
    is_gap: bool


StatementWithJoints: TypeAlias = "WithAnnotations[BankStatement, Joints]"


def with_joints(statements: QuerySet[BankStatement]) -> QuerySet[StatementWithJoints]:
    """Add `last_closing`, with what the account closed before, and `is_gap`: whether a statement lacks before this."""
    before = BankStatement.objects.filter(
        Q(until_on__lt=OuterRef("begins_on")) | Q(until_on=OuterRef("begins_on"), pk__lt=OuterRef("pk")),
        bank_account=OuterRef("bank_account"),
        closing__isnull=False,
    )
    last = before.order_by("-until_on", "-pk").values("closing")[:1]
    return (
        statements.alias(begins_on=Coalesce("from_on", "until_on"))
        .annotate(last_closing=Subquery(last))
        .annotate(
            is_gap=Q(opening__isnull=False)
            & Q(last_closing__isnull=False)
            & ~Exists(before.filter(closing=OuterRef("opening")))
        )
    )


class Left(TypedDict):
    left: Decimal


LineWithLeft: TypeAlias = "WithAnnotations[BankLine, Left]"


def with_left(lines: QuerySet[BankLine]) -> QuerySet[LineWithLeft]:
    """Add `left`: what of each line came in, is matched with nobody yet, nor in the book another way, nor set aside."""
    receipts = Receipt.objects.filter(bank_line=OuterRef("pk"), was_mistaken=False).order_by()
    matched = Coalesce(
        Subquery(receipts.values("bank_line").annotate(sum=Sum(F("amount") - F("bank_fee"))).values("sum")),
        Value(Decimal(0)),
    )
    ties = BankTie.objects.filter(line=OuterRef("pk"), undone_at=None).order_by()
    tied = Coalesce(Subquery(ties.values("line").annotate(sum=Sum("amount")).values("sum")), Value(Decimal(0)))
    aside = SetAside.objects.filter(line=OuterRef("pk"), withdrawn_at=None)
    payout = Payout.objects.filter(line=OuterRef("pk"), reversal_entry=None)
    nothing = Value(Decimal(0), output_field=AmountField())
    return lines.alias(is_aside=Exists(aside) | Exists(payout)).annotate(
        left=Case(
            When(Q(amount__lte=0) | Q(is_aside=True), then=nothing),
            default=F("amount") - matched - tied,
            output_field=AmountField(),
        )
    )


def left_of(line: BankLine) -> Decimal:
    """What is left of a line, as `with_left` says it."""
    return with_left(BankLine.objects.filter(pk=line.pk)).get().left


def accounts_of(company: Company) -> QuerySet[BankAccount]:
    """The company's bank accounts with how far they are known: until when, the balance then, and what waits."""
    statements = BankStatement.objects.filter(bank_account=OuterRef("pk"))
    latest = statements.filter(closing__isnull=False).order_by(F("until_on").desc(nulls_last=True), "-pk")
    waiting = UnreadLine.objects.filter(bank_account=OuterRef("pk"), outcome=UnreadOutcome.WAITING).order_by()
    gaps = with_joints(statements).filter(is_gap=True).order_by()
    to_match = with_left(BankLine.objects.filter(bank_account=OuterRef("pk"))).filter(left__gt=Decimal(0)).order_by()
    return (
        BankAccount.objects.filter(company=company)
        .annotate(
            known_until=Subquery(latest.values("until_on")[:1]),
            closing=Subquery(latest.values("closing")[:1]),
            statement_count=Count("statements"),
            waiting=_count(waiting),
            gaps=_count(gaps),
            to_match=_count(to_match),
        )
        .order_by("name", "pk")
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows an outer account has."""
    return Coalesce(Subquery(rows.values("bank_account").annotate(count=Count("pk")).values("count")), 0)
