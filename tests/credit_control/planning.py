"""Payment plans for tests."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from credit_control.models import PaymentPlan, PlanAnswer
from credit_control.operations.accept_plan import accept_plan
from credit_control.operations.offer_plan import PlanDetails, offer_plan
from credit_control.plans.spread import Instalment
from tests import world


def laid(today: date, *parts: tuple[int, str]) -> list[Instalment]:
    """Instalments so many days from today, of such amounts."""
    return [Instalment(today + timedelta(days=days), Decimal(amount)) for days, amount in parts]


def details(customer: Any, papers: Sequence[Any], *parts: tuple[int, str], on: date | None = None, **more: Any) -> Any:
    """A plan of the items of these papers, as staff type it."""
    items = [world.item_of(paper).pk for paper in papers]
    values = {"currency": "EUR", "item_ids": items} | more
    return PlanDetails(instalments=laid(on or customer.company.today(), *parts), **values)


def offer(
    customer: Any, papers: Sequence[Any], *parts: tuple[int, str], on: date | None = None, **more: Any
) -> PaymentPlan:
    """An offered plan."""
    today = on or customer.company.today()
    return offer_plan(customer.pk, details(customer, papers, *parts, on=today, **more), on=today, by=None)


def accept(plan: PaymentPlan, on: date | None = None, how: str = PlanAnswer.LINK) -> PaymentPlan:
    """The plan, accepted by its customer."""
    return accept_plan(plan.pk, "Eva Brandt", how=PlanAnswer(how), on=on or plan.offered_on, by=None)


def agreed(
    customer: Any, papers: Sequence[Any], *parts: tuple[int, str], on: date | None = None, **more: Any
) -> PaymentPlan:
    """A plan that stands."""
    return offer(customer, papers, *parts, on=on, agreed_by="Eva Brandt", **more)
