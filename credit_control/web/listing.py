"""The list of late charges."""

from django.db.models import F
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from credit_control.access import late_charges_for
from credit_control.late_charges import STATES, with_state
from customers.search import fold
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

LATE_CHARGES = ListSpec(
    name="late-charges",
    title="Late charges",
    columns=(
        Column(
            "number",
            "Number",
            "number",
            sort="pk",
            url=lambda row: reverse("credit_control:late_charge", args=[row.pk]),
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column("claimed_on", "Up to", "claimed_on", "day", sort="claimed_on", hide_below="phone"),
        Column("interest", "Interest", "interest", "money", sort="interest", total="interest", hide_below="tablet"),
        Column("fee", "Fee", "fee", "money", sort="fee", total="fee", hide_below="tablet"),
        Column("total", "Total", "charged", "money", sort="charged", total=F("interest") + F("fee")),
        Column("open", "Open", "open", "money", sort="open", total="open", hide_below="phone"),
    ),
    order="-number",
    filters=(Choice("state", "State", "state", STATES), DateRange("day", "Up to", "claimed_on")),
    search=("number", "customer__search_text"),
    search_hint="Number or customer",
    fold=fold,
    empty=Empty(
        "Nobody was charged for paying late",
        "Choose a rule under Settings, Late charges; then look who would be charged what.",
        "percentage",
        "credit_control:claim_late_charges",
        "Look who is late",
    ),
)


@require_GET
@staff_door("credit_control.view_latecharge")
def late_charge_list(request: StaffRequest) -> HttpResponseBase:
    """What customers were charged for paying late, and what of it is open."""
    rows = with_state(late_charges_for(request.user).filter(company=request.company)).select_related("customer")
    return list_page(request, LATE_CHARGES, rows, template="credit_control/late_charge_list.html")
