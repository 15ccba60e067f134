"""The list of customers, and the picker other pages choose one from."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from customers.access import customers_for
from customers.bounces import with_bounced_address
from customers.holds import with_hold
from customers.limits import over_limit, used_words, with_limit_used
from customers.models import Customer
from customers.queries import elsewhere_words, owing, owing_late, with_owed, with_owed_elsewhere
from customers.search import fold
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists import Column, Empty, ListSpec, Text, Toggle, list_page
from office.web.lists.filters import clean_text, search_rows
from office.web.requests import StaffRequest

PICKED = 8

CUSTOMERS = ListSpec(
    name="customers",
    title="Customers",
    columns=(
        Column(
            "name",
            "Customer",
            "name",
            sort="sort_name",
            url=lambda row: reverse("customers:customer", args=[row.pk]),
            note=lambda row: ", ".join(["On hold"] * row.is_held + ["Not active"] * (not row.is_active)),
        ),
        Column("number", "Number", "number", sort="number", hide_below="phone"),
        Column("oldest_due", "Oldest due", "oldest_due", "day", hide_below="tablet"),
        Column("overdue", "Overdue", "overdue", "money", sort="overdue", total="overdue", hide_below="phone"),
        Column("balance", "Owes", "balance", "money", sort="balance", total="balance", note=elsewhere_words),
        Column("credit_limit", "Credit limit", "limit_now", "money", hide_below="tablet"),
        Column(
            "limit_used",
            "Limit used",
            used_words,
            "figure",
            sort="limit_used",
            note=lambda row: "Over the limit" if row.limit_now is not None and row.exposure > row.limit_now else "",
            hide_below="tablet",
        ),
        Column("sales_owner", "Sales", "sales_owner.name", hide_below="tablet"),
        Column("tags", "Tags", lambda row: ", ".join(row.tags), hide_below="tablet"),
        Column("elsewhere", "Also owes in", lambda row: ", ".join(row.elsewhere), in_files=True),
    ),
    order="name",
    filters=(
        Toggle("owing", "Owes something", lambda rows, _: owing(rows)),
        Toggle("late", "Overdue", lambda rows, _: owing_late(rows)),
        Toggle("over", "Over limit", lambda rows, _: over_limit(rows)),
        Toggle("held", "On hold", lambda rows, _: rows.filter(is_held=True)),
        Text("tag", "Tag", lambda rows, tag: rows.filter(tags__contains=[tag])),
        Toggle("bounced", "Address bounced", lambda rows, _: with_bounced_address(rows)),
        Toggle("inactive", "Not active", lambda rows, _: rows.filter(is_active=False)),
    ),
    search=("search_text",),
    search_hint="Name, number, tax id, contact or tag",
    fold=fold,
    empty=Empty(
        "No customers yet",
        "A customer is somebody you send invoices to. Add one, or import a list from Excel or CSV.",
        "users",
        "customers:new",
        "Add a customer",
    ),
)


@require_GET
@staff_door("customers.view_customer")
def customer_list(request: StaffRequest) -> HttpResponseBase:
    """All customers with what they owe."""
    customers = customers_for(request.user).filter(company=request.company, merged_into=None)
    customers = customers.select_related("sales_owner")
    today = request.company.today()
    owed = with_owed_elsewhere(with_owed(customers, today), today)
    rows = with_limit_used(with_hold(owed), request.company, today)
    return list_page(request, CUSTOMERS, rows, template="customers/customer_list.html")


@require_GET
@staff_door("customers.view_customer")
def pick_customer(request: StaffRequest) -> HttpResponse:
    """The customers whose name, number or contact holds what was typed, as the picker's options."""
    customers = customers_for(request.user).filter(company=request.company, is_active=True)
    typed = clean_text(request.GET.get("q", ""))
    customers = search_rows(customers, CUSTOMERS.search, fold(typed))
    found = with_hold(with_owed(customers, request.company.today())).order_by("sort_name", "pk")[:PICKED]
    return render(request, "customers/_picked.html", {"customers": found, "typed": typed})


def customer_choice(request: StaffRequest, value: str) -> Customer | None:
    """The customer a picker or link names, if this person may see it in the company they work in."""
    return customers_for(request.user).filter(company=request.company, pk=typed_id(value) or 0).first()
