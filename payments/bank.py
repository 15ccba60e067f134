"""Reading what banks said: how far each account is known, and where its statements do not join."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from office.models import BankAccount, Company
from payments.models import BankStatement, UnreadLine, UnreadOutcome


def with_joints(statements: QuerySet[BankStatement]) -> QuerySet[BankStatement]:
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


def accounts_of(company: Company) -> QuerySet[BankAccount]:
    """The company's bank accounts with how far they are known: until when, the balance then, and what waits."""
    statements = BankStatement.objects.filter(bank_account=OuterRef("pk"))
    latest = statements.filter(closing__isnull=False).order_by(F("until_on").desc(nulls_last=True), "-pk")
    waiting = UnreadLine.objects.filter(bank_account=OuterRef("pk"), outcome=UnreadOutcome.WAITING).order_by()
    gaps = with_joints(statements).filter(is_gap=True).order_by()
    return (
        BankAccount.objects.filter(company=company)
        .annotate(
            known_until=Subquery(latest.values("until_on")[:1]),
            closing=Subquery(latest.values("closing")[:1]),
            statement_count=Count("statements"),
            waiting=_count(waiting),
            gaps=_count(gaps),
        )
        .order_by("name", "pk")
    )


def _count(rows: QuerySet) -> Coalesce:
    """How many rows an outer account has."""
    return Coalesce(Subquery(rows.values("bank_account").annotate(count=Count("pk")).values("count")), 0)
