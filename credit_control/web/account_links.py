"""Stopping and renewing the links to a customer's account."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from credit_control.account.shown import get_account_link_for
from credit_control.operations.manage_account_links import renew_account_link, revoke_account_link
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest

MANAGE = "billing.manage_links"


@require_POST
@staff_door(MANAGE)
def revoke(request: StaffRequest, account_link_id: int) -> HttpResponse:
    """Stop a link at once."""
    link = get_account_link_for(request.user, account_link_id)
    try:
        revoke_account_link(link.pk, by=request.user)
        messages.success(request, f"The link of {link.contact.shown_name} stopped.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("customers:customer", link.customer_id)


@require_POST
@staff_door(MANAGE)
def renew(request: StaffRequest, account_link_id: int) -> HttpResponse:
    """Mail the contact a new link; the old one stops."""
    link = get_account_link_for(request.user, account_link_id)
    try:
        renew_account_link(link.pk, by=request.user)
        messages.success(request, f"{link.contact.shown_name} gets a mail with a new link. The old one stopped.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("customers:customer", link.customer_id)
