"""Paying a document online, for its customer: from the page behind the link to the provider, and back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from billing.customer_view import customer_view
from billing.models import OpeningKind
from billing.operations.note_opening import note_opening
from billing.printed import language_of
from billing.web.portal import held_link
from ledger.refusals import Refused
from office.web.address import address_of
from office.web.customer_door import NoSuchLink, customer_door
from payments.models import OnlinePayment
from payments.online.offers import amounts_of
from payments.operations.begin_online_payment import begin_online_payment


@require_POST
@customer_door
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    """Open the provider's page for what the customer chose, and go there."""
    link = held_link(request, ref)
    note_opening(link, OpeningKind.SEEN, address_of(request))
    amount = amounts_of(customer_view(link.invoice)).get(request.POST.get("part", ""))
    try:
        if amount is None:
            raise Refused("There is nothing to pay.", code="nothing_to_pay")
        payment = begin_online_payment(
            link.invoice_id, amount, by=None, return_url=lambda payment: address_after(ref, payment)
        )
    except Refused:
        with override(language_of(link.invoice)):
            messages.error(request, _("That could not be started just now. Nothing was taken: please try again."))
        return redirect("portal:document", ref)
    return redirect(payment.checkout_url)


@require_safe
@customer_door
def after(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """Where the provider sends the customer back to: what came of the payment, as we know it now."""
    link = held_link(request, ref)
    payment = (
        OnlinePayment.objects.filter(invoice=link.invoice_id, reference=reference).select_related("receipt").first()
    )
    if payment is None:
        raise NoSuchLink
    view = customer_view(link.invoice)
    context = {"link": link, "payment": payment, "invoice": view.invoice, "view": view, "company": view.invoice.company}
    with override(language_of(view.invoice)):
        return render(request, "portal/after_paying.html", context)


def address_after(ref: str, payment: OnlinePayment) -> str:
    """The page to which the customer comes back."""
    return settings.SITE_URL + reverse("paying:after", args=[ref, payment.reference])
