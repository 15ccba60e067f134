"""All links that open a customer's papers, page by page, for staff."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.shown_links import newest_links
from customers.access import get_customer_for
from office.web.doors import staff_door
from office.web.requests import StaffRequest

EACH, MOST_PAGES = 50, 200


@require_GET
@staff_door("billing.view_invoice")
def customer_links(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The links of a customer's people to documents and accounts, the newest first."""
    customer = get_customer_for(request.user, customer_id)
    typed = request.GET.get("page", "")
    page = min(int(typed), MOST_PAGES) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 1
    page = max(page, 1)
    rows = newest_links(request.user, customer, page * EACH + 1)
    context = {
        "customer": customer,
        "links": rows[(page - 1) * EACH : page * EACH],
        "page": page,
        "is_followed": len(rows) > page * EACH and page < MOST_PAGES,
    }
    return render(request, "billing/customer_links.html", context)
