"""What customers missed: one list."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from credit_control.access import missed_payments_for
from credit_control.missed.reading import LATELY, STATES, MissedWithState, lately, with_state
from credit_control.models import MissedKind, MissedPayment
from customers.access import customers_for
from customers.search import fold
from office.models import User
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Toggle, list_page
from office.web.requests import StaffRequest


def missed_url(row: MissedPayment) -> str:
    """The paper that was not paid, or what was agreed on."""
    if row.item:
        return reverse("paper", args=[row.item.entry_id])
    if row.debit:
        return reverse("payments:debit_run", args=[row.debit.run_id])
    if row.receipt_id:
        return reverse("payments:receipt", args=[row.receipt_id])
    if row.instalment:
        return reverse("credit_control:plan", args=[row.instalment.plan_id])
    return reverse("credit_control:promise_list") + f"?q={row.customer.number}"


def missed_list_of(user: User, today: date) -> ListSpec:
    """The list, to be narrowed by the sales owners of those whom a person sees."""
    owners = User.objects.filter(pk__in=customers_for(user).values("sales_owner")).order_by("name", "pk")
    return ListSpec(
        name="missed-payments",
        title="Missed payments",
        columns=(
            Column("reference", "What", "reference", sort="reference", url=missed_url),
            Column(
                "customer",
                "Customer",
                "customer.name",
                sort="customer__sort_name",
                url=lambda row: reverse("customers:customer", args=[row.customer_id]),
            ),
            Column("kind", "How", "get_kind_display", sort="kind"),
            Column("on", "Missed on", "on", "day", sort="on"),
            Column("due_on", "Was due", "due_on", "day", hide_below="tablet"),
            Column("owner", "Sales", "customer.sales_owner.name", hide_below="tablet"),
            Column("state", "Since then", "state", "state", hide_below="phone"),
            Column("amount", "Amount", "amount", "money", sort="amount"),
        ),
        order="-on",
        filters=(
            Choice("kind", "How", "kind", MissedKind.choices),
            Choice("state", "Since then", "state", STATES),
            Choice(
                "owner",
                "Sales owner",
                "customer__sales_owner",
                lambda: [(str(owner.pk), owner.name or owner.email) for owner in owners],
            ),
            Toggle("lately", f"In the last {LATELY.days} days", lambda rows, _: lately(rows, today)),
            DateRange("day", "Missed", "on"),
        ),
        search=("customer__search_text", "reference"),
        search_hint="Customer or paper",
        fold=fold,
        empty=Empty(
            "Nobody missed a payment yet",
            "What is open when its day is over, comes back from a bank, or was promised and not paid, is noted here the"
            " same day, once.",
            "clock-exclamation",
        ),
    )


def missed_rows(user: User) -> QuerySet[MissedPayment]:
    """What a person's customers missed, with all that a list shows."""
    rows = missed_payments_for(user)
    return rows.select_related("customer__sales_owner", "item", "debit", "instalment")


@require_GET
@staff_door("credit_control.view_missedpayment")
def missed_payment_list(request: StaffRequest) -> HttpResponseBase:
    """What was not paid by its day, came back, or was not kept, and what became of it."""
    rows: QuerySet[MissedWithState] = with_state(
        missed_rows(request.user).filter(company=request.company), request.company.today()
    )
    return list_page(request, missed_list_of(request.user, request.company.today()), rows)
