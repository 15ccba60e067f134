"""How a customer stands, in a line: shown where somebody chose one to write a paper for."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.access import customers_for
from customers.exposure import exposure_of
from customers.holds import standing_holds
from customers.queries import elsewhere_words, with_owed, with_owed_elsewhere
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest


@require_GET
@staff_door("customers.view_customer")
def standing(request: StaffRequest) -> HttpResponse:
    """Balance, overdue, what is left of the limit, and holds; nothing while no customer is chosen."""
    today = request.company.today()
    seen = customers_for(request.user).filter(
        company=request.company, pk=typed_id(request.GET.get("customer", "")) or 0
    )
    customer = with_owed_elsewhere(with_owed(seen, today), today).select_related("company").first()
    context: dict[str, Any] = {"customer": customer, "elsewhere": elsewhere_words(customer) if customer else ""}
    if customer:
        context |= {"exposure": exposure_of(customer, today), "holds": standing_holds([customer.pk]).get(customer.pk)}
    return render(request, "customers/_standing.html", context)
