"""What became of missed payments: read from the book each time somebody asks. The event stays as it was found."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias, TypedDict

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least
from django_stubs_ext import WithAnnotations

from credit_control.models import MissedKind, MissedPayment, PaymentPromise, PlanInstalment, PlannedItem, PlanStatus
from credit_control.plans.spread import ZERO
from credit_control.promises import with_state as with_promise_state
from ledger.fields import AmountField
from ledger.models import Allocation

STATES = [
    ("open", "Open"),
    ("settled", "Settled"),
    ("in_time", "Paid in time after all"),
    ("cancelled", "Cancelled"),
]
LATELY = timedelta(days=7)


class MissedState(TypedDict):
    state: str


MissedWithState: TypeAlias = "WithAnnotations[MissedPayment, MissedState]"


def with_state(missed: QuerySet[MissedPayment], today: date) -> QuerySet[MissedWithState]:
    """Add `state`: open, settled since, in_time where payments that were found later are dated by the day, or
    cancelled, where the agreement ended.

    It asks first of what kinds they are: to word the question for all kinds takes longer than the answer.
    """
    of_kind: dict[str, Callable[[], Case]] = {
        MissedKind.DUE_DAY: _of_item,
        MissedKind.INSTALMENT: _of_instalment,
        MissedKind.PROMISE: lambda: _of_promise(today),
    }
    kinds = missed.order_by().values_list("kind", flat=True).distinct()
    cases = [When(kind=kind, then=of_kind.get(kind, _of_returned)()) for kind in kinds]
    return missed.annotate(state=Case(*cases, default=Value("open")))


def lately(missed: QuerySet[MissedPayment], today: date) -> QuerySet[MissedPayment]:
    """What was missed in the last days."""
    return missed.filter(on__gt=today - LATELY)


def _of_item() -> Case:
    by_then = Allocation.objects.filter(debit=OuterRef("item"), dated_on__lte=OuterRef("due_on"))
    return Case(
        When(item__amount__lte=_sum(by_then, "debit", "amount"), then=Value("in_time")),
        When(item__balance=0, then=Value("settled")),
        default=Value("open"),
    )


def _of_instalment() -> Case:
    """A plan's payments count for its instalments in their order."""
    later = Allocation.objects.filter(debit=OuterRef("item"), dated_on__gt=OuterRef(OuterRef("due_on")))
    items = PlannedItem.objects.filter(plan=OuterRef("instalment__plan"))
    left = _sum(items, "plan", Least("amount", F("item__balance")))
    was_left = _sum(items, "plan", Least("amount", F("item__balance") + _sum(later, "debit", "amount")))
    after = PlanInstalment.objects.filter(
        plan=OuterRef("instalment__plan"), position__gt=OuterRef("instalment__position")
    )
    rest = _sum(after, "plan", "amount")
    return Case(
        When(Q(instalment__plan__status=PlanStatus.CANCELLED), then=Value("cancelled")),
        When(Exists(_one().annotate(x=was_left, y=rest).filter(x__lte=F("y"))), then=Value("in_time")),
        When(Exists(_one().annotate(x=left, y=rest).filter(x__lte=F("y"))), then=Value("settled")),
        default=Value("open"),
    )


def _of_promise(today: date) -> Case:
    rows = with_promise_state(PaymentPromise.objects.filter(pk=OuterRef("promise")), today)
    return Case(
        When(Exists(rows.filter(state="kept")), then=Value("in_time")),
        When(Exists(rows.filter(state="settled")), then=Value("settled")),
        When(Exists(rows.filter(state="withdrawn")), then=Value("cancelled")),
        default=Value("open"),
    )


def _of_returned() -> Case:
    """What it had settled, or was to settle."""
    settled = Allocation.objects.filter(credit__entry=OuterRef("receipt__entry"), debit__balance__gt=0)
    collected = Allocation.objects.filter(credit__entry=OuterRef("debit__receipt__entry"), debit__balance__gt=0)
    rejected = Q(debit__receipt=None, debit__parts__item__balance__gt=0)
    wanted = MissedPayment.objects.filter(rejected, pk=OuterRef("pk"))
    still = Exists(settled) | Exists(collected) | Exists(wanted)
    return Case(When(still, then=Value("open")), default=Value("settled"))


def _one() -> QuerySet[MissedPayment]:
    return MissedPayment.objects.filter(pk=OuterRef("pk"))


def _sum(rows: QuerySet, by: str, amount: object) -> Coalesce:
    sums = rows.order_by().values(by).annotate(sum=Sum(amount, output_field=AmountField())).values("sum")
    return Coalesce(Subquery(sums), ZERO, output_field=AmountField())
