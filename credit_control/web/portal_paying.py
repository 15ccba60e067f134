"""Paying from the account behind a mailed link: several items at once, an amount on account, own credit first."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from billing.models import OpeningKind
from credit_control.models import AccountLink
from credit_control.statements.paper import printed_of
from credit_control.web.account_door import held, note_visit
from credit_control.web.choosing_items import Choice, choices_of
from ledger.refusals import Refused
from office.web.customer_door import customer_door, is_visit
from payments.models import OnlinePayment
from payments.online import providers
from payments.online.asking import Asked, Door
from payments.operations.begin_online_payment import begin_online_payment
from payments.web.after_paying import after_paying, paid_just_now, payment_of, way_on
from payments.web.paying_words import refused_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose what to pay; only a filled form opens the provider's page, or uses the customer's credit."""
    link = held(request, ref)
    if is_visit(request):
        note_visit(request, link, OpeningKind.SEEN if request.method == "POST" else OpeningKind.OPENED)
    printed = printed_of(link.customer.company, link.customer)
    with override(printed["language"]):
        choices = choices_of(link.customer, request.POST if request.method == "POST" else None)
        wrong = ""
        if request.method == "POST":
            answer = _answered(link, choices)
            if isinstance(answer, OnlinePayment):
                return redirect(way_on(answer, _address_after(ref, answer)))
            wrong = answer
        more = {"choices": choices, "wrong": wrong, "is_able": bool(providers())}
        response = render(request, "portal/pay_account.html", _frame(link, printed) | more)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


@require_safe
@customer_door
def after(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """Where the provider sends the customer back to: what came of the payment, as we know it now."""
    link = held(request, ref)
    payment = payment_of(_door_of(link), reference)
    printed = printed_of(link.customer.company, link.customer)
    with override(printed["language"]):
        return after_paying(request, payment, _frame(link, printed))


def _answered(link: AccountLink, choices: Sequence[Choice]) -> OnlinePayment | str:
    """The payment that was begun, or why there is none."""
    sent = next((choice for choice in choices if choice.is_sent), None)
    asked = sent.asked() if sent else Asked(link.customer.currency)
    if asked is None:
        return _("Something is not right yet. Please look at what is marked below.")
    door = _door_of(link)
    if not asked.shares and not asked.on_account:
        sent_before = sent and paid_just_now(door, Refused("", code="nothing_to_pay"), sent.ticked())
        return sent_before or _("Please tick what you want to pay.")
    try:
        return begin_online_payment(
            link.customer,
            asked,
            by=None,
            return_url=lambda payment: _address_after(link.ref, payment),
            door=door,
        )
    except Refused as refusal:
        return paid_just_now(door, refusal, asked) or refused_in_words(refusal)


def _door_of(link: AccountLink) -> Door:
    return Door(f"account:{link.pk}", link.contact)


def _address_after(ref: str, payment: OnlinePayment) -> str:
    return settings.SITE_URL + reverse("account:after_paying", args=[ref, payment.reference])


def _frame(link: AccountLink, printed: dict[str, Any]) -> dict[str, Any]:
    company = link.customer.company
    return {
        "link": link,
        "company": company,
        "printed": printed,
        "seller": company.legal_name,
        "logo_url": reverse("account:logo", args=[link.ref]) if company.logo else "",
        "back": reverse("account:page", args=[link.ref]),
        "for_account": True,
    }
