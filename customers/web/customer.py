"""The page of one customer: what they owe, their papers, people and history."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.access import change_requests_for, customers_for, get_customer_for
from customers.bounces import people_of
from customers.exposure import exposure_of
from customers.holds import standing_holds
from customers.mandates import with_state
from customers.models import ChangeRequest, ChangeStatus, Customer
from customers.panels import days_of, panels_of, timeline_of
from customers.payers import payer_of
from customers.privacy import erased_at
from customers.queries import free_credit, owed_in
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from ledger.snapshot import snapshot
from office.web.doors import staff_door
from office.web.requests import StaffRequest


@require_GET
@staff_door("customers.view_customer")
@snapshot()
def customer_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What a customer owes, item by item, with how to reach them and what was done."""
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    owed = OpenItem.objects.filter(customer_id=customer.pk).exclude(balance=0).order_by("due_on", "dated_on", "pk")
    items = list(with_late(owed, today))
    merged = list(customer.merged.order_by("-merged_at"))
    context = {
        "customer": customer,
        "parent": customers_for(request.user).filter(pk=customer.parent_id).first() if customer.parent_id else None,
        "today": today,
        "owed": owed_in(items),
        "free": free_credit(customer),
        "items": items,
        "days": days_of(items, today),
        "contacts": people_of(customer),
        "accounts": customer.accounts.filter(closed_at=None),
        "mandates": with_state(customer.mandates.select_related("account", "given"), today),
        "addresses": customer.addresses.all(),
        "exposure": exposure_of(customer, today),
        "holds": standing_holds([customer.pk]).get(customer.pk, []),
        "asked": _asked(request, customer),
        "merged": merged,
        "payer": payer_of(customer),
        "payees": customer.declared_payees.filter(ended_at=None).select_related("customer"),
        "panels": panels_of(request.user, customer),
        "events": timeline_of(request.user, customer),
        "erased_at": erased_at(customer),
    }
    return render(request, "customers/customer.html", context)


def _asked(request: StaffRequest, customer: Customer) -> list[ChangeRequest]:
    """The changes that the customer asks for and somebody has to decide, for who may."""
    if not request.user.has_perm("customers.decide_changes"):
        return []
    waiting = change_requests_for(request.user).filter(customer=customer, status=ChangeStatus.OPEN)
    return list(waiting.select_related("contact").order_by("pk"))
