"""The customers of somebody in sales: how each stands, and what wants a word with them."""

from datetime import date
from typing import Any

from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.access import disputes_for
from billing.models import DisputeStatus
from credit_control.access import missed_payments_for, promises_for
from credit_control.missed.reading import LATELY, lately
from customers.access import customers_for
from customers.holds import with_hold
from customers.limits import with_limit_used
from customers.models import Customer
from customers.queries import elsewhere_words, owing_late, with_owed, with_owed_elsewhere
from customers.search import fold
from office.models import Company, User
from office.web.doors import staff_door
from office.web.lists import Column, Empty, ListSpec, Toggle, list_page
from office.web.requests import StaffRequest


def _room(row: Any) -> Any:
    """What of the limit is left; nothing where there is none."""
    return None if row.limit_now is None else row.limit_now - row.exposure


MY_CUSTOMERS = ListSpec(
    name="my-customers",
    title="My customers",
    columns=(
        Column(
            "name",
            "Customer",
            "name",
            sort="sort_name",
            url=lambda row: reverse("customers:customer", args=[row.pk]),
            note=lambda row: "On hold" if row.is_held else "",
        ),
        Column("number", "Number", "number", sort="number", hide_below="tablet"),
        Column("balance", "Owes", "balance", "money", sort="balance", total="balance", note=elsewhere_words),
        Column("overdue", "Late", "overdue", "money", sort="overdue", total="overdue", hide_below="phone"),
        Column("oldest_due", "Oldest due", "oldest_due", "day", hide_below="tablet"),
        Column("room", "Room in the limit", _room, "money", hide_below="phone"),
        Column("disputes", "Open disputes", "dispute_count", "number", sort="dispute_count", hide_below="phone"),
        Column("promised", "Promised for", "promised_for", "day", hide_below="phone"),
        Column(
            "missed",
            f"Missed in {LATELY.days} days",
            "missed_count",
            "number",
            sort="missed_count",
            hide_below="phone",
        ),
    ),
    order="-overdue",
    filters=(
        Toggle("late", "Late", lambda rows, _: owing_late(rows)),
        Toggle("held", "On hold", lambda rows, _: rows.filter(is_held=True)),
        Toggle("disputed", "In dispute", lambda rows, _: rows.filter(dispute_count__gt=0)),
        Toggle("missed", "Missed lately", lambda rows, _: rows.filter(missed_count__gt=0)),
        Toggle("over", "Over the limit", lambda rows, _: rows.filter(exposure__gt=F("limit_now"))),
    ),
    search=("search_text",),
    search_hint="Name, number or contact",
    fold=fold,
    empty=Empty(
        "Nobody is yours yet",
        "The customers of whom you are the sales owner are here, with what they owe and what they missed.",
        "users",
    ),
)


@require_GET
@staff_door("credit_control.sell")
def my_customers(request: StaffRequest) -> HttpResponseBase:
    """Those of whom the reader is the sales owner, those who owe most that is late first."""
    rows = customers_standing(request.user, request.company, request.company.today())
    return list_page(request, MY_CUSTOMERS, rows, template="credit_control/my_customers.html")


def customers_standing(person: User, company: Company, today: date) -> QuerySet[Customer]:
    """A person's own customers, each with what they owe, what is left of their limit, and what is open with them."""
    own = customers_for(person).filter(company=company, sales_owner=person)
    rows = with_limit_used(with_hold(with_owed_elsewhere(with_owed(own, today), today)), company, today)
    disputes = disputes_for(person).filter(status=DisputeStatus.OPEN)
    promises = promises_for(person).filter(withdrawn_on=None, counts_until__gte=today)
    first = promises.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(first=Min("pay_on"))
    return rows.annotate(
        dispute_count=_count(disputes),
        promised_for=Subquery(first.values("first")),
        missed_count=_count(lately(missed_payments_for(person), today)),
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    theirs = rows.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(count=Count("pk"))
    return Coalesce(Subquery(theirs.values("count")), 0)
