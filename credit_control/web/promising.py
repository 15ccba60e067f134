"""Promising on the page of a document to pay by a day."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from billing.customer_view import customer_view
from billing.models import DocumentLink, OpeningKind
from billing.operations.note_opening import note_opening, require_not_too_often
from billing.printed import language_of
from billing.web.portal import acting_link
from credit_control.operations.take_own_promise import take_own_promise
from credit_control.own_promises import OwnOffer, own_offer, own_promise, promised_words
from ledger.refusals import Refused
from office.web.address import address_of
from office.web.customer_door import NoSuchLink, customer_door
from office.written import plain_day


class DayForm(forms.Form):
    """The day that is promised."""

    pay_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def promise(request: HttpRequest, ref: str) -> HttpResponse:
    """Promise a day; a filled form does, and nothing else."""
    link = acting_link(request, ref)
    if link.invoice.entry_id is None or link.invoice.is_credit_memo:
        raise NoSuchLink
    view = customer_view(link.invoice)
    with override(language_of(link.invoice)):
        form = DayForm(request.POST or None)
        if request.method == "POST":
            note_opening(link, OpeningKind.SEEN, address_of(request))
            if form.is_valid() and _promised(link, form, view.today):
                messages.success(request, _("Thank you: we count on it."))
                return redirect("promising:promise", ref)
        offer, stands = own_offer(link.invoice, view.today), own_promise(link.invoice, view.today)
        response = render(request, "portal/promise.html", _context(link, view, form, offer, stands))
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _context(link: DocumentLink, view: Any, form: DayForm, offer: OwnOffer | None, stands: Any) -> dict[str, Any]:
    if offer:
        days = {"min": view.today.isoformat(), "max": offer.last_day.isoformat()}
        form.fields["pay_on"].widget.attrs.update(days)
    return {
        "link": link,
        "view": view,
        "invoice": view.invoice,
        "company": view.invoice.company,
        "form": form,
        "offer": offer,
        "stands": promised_words(stands) if stands else "",
    }


def _promised(link: DocumentLink, form: DayForm, today: date) -> bool:
    """Take the promise, or what was sent a moment ago; what is refused stands on the form."""
    pay_on = form.cleaned_data["pay_on"]
    try:
        require_not_too_often(link.openings)
        take_own_promise(link.invoice_id, pay_on, contact=link.contact, on=today)
    except Refused as refusal:
        stands = own_promise(link.invoice, today)
        if refusal.code == "promised_already" and stands and stands.pay_on == pay_on:
            return True
        form.add_error(None, _in_words(refusal, link, today))
        return False
    return True


def _in_words(refusal: Refused, link: DocumentLink, today: date) -> str:
    offer = own_offer(link.invoice, today)
    if refusal.code == "day_past":
        return _("That day is past. Please choose today or a later day.")
    if refusal.code == "too_far_ahead" and offer:
        day = {"day": plain_day(offer.last_day)}
        return _("Please choose a day up to %(day)s. If you need longer, call us.") % day
    if refusal.code == "promised_already":
        return _("You promised a day already.")
    return _("That cannot be promised here. Please answer our mail, or call us.")
