"""A customer's late charges, and which rule holds for them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from credit_control.access import late_charges_for
from credit_control.late_charges import with_state
from credit_control.models import LateChargeChoice, LateChargeRule
from credit_control.rules import read_rules
from credit_control.web.rules import say_which
from customers.access import get_customer_for
from office.web.doors import staff_door
from office.web.requests import StaffRequest

LATEST = 50


@staff_door("credit_control.view_latecharge")
def customer_rule(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What they were charged lately, the rule in force, and giving them another or none."""
    customer = get_customer_for(request.user, customer_id)
    if request.method == "POST":
        if not request.user.has_perm("credit_control.claim_late_charges"):
            raise PermissionDenied
        say_which(request, customer_id=customer.pk)
        return redirect("credit_control:customer_rule", customer.pk)
    charges = with_state(late_charges_for(request.user).filter(customer=customer))
    context = {
        "customer": customer,
        "charges": charges.order_by("-pk")[:LATEST],
        "rule": read_rules(customer.company).rule_of(customer),
        "choice": LateChargeChoice.objects.filter(customer=customer).first(),
        "rules": LateChargeRule.objects.filter(company=customer.company),
    }
    return render(request, "credit_control/customer_rule.html", context)
