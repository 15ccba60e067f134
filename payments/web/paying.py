"""Paying a document online, for its customer: from the page behind the link to the provider, and back."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from billing.customer_view import CustomerView, customer_view
from billing.models import DocumentLink, OpeningKind
from billing.operations.note_opening import note_opening
from billing.printed import language_of
from billing.web.portal import acting_link, held_link, opened_link
from ledger.refusals import Refused
from office.papers import PdfUnavailable
from office.web.address import address_of
from office.web.customer_door import NoSuchLink, customer_door
from payments.models import OnlinePayment
from payments.online import providers
from payments.online.asking import Door
from payments.online.offers import amounts_of
from payments.online.own_credit import credit_for
from payments.online.receipts import receipts_of
from payments.operations.begin_online_payment import begin_payment_of_invoice
from payments.receipt_pdf import kept_receipt_pdf
from payments.web.after_paying import after_paying, paid_just_now, payment_of, way_on
from payments.web.paying_words import amount_typed, no_amount, no_more_than, refused_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose how much of the document to pay; what is chosen opens the provider's page, and nothing else does."""
    link = acting_link(request, ref)
    view = customer_view(link.invoice)
    with override(language_of(link.invoice)):
        wrong, credit = "", credit_for(link.contact, view.invoice.currency)
        uses_credit = bool(credit and request.POST.get("use_credit"))
        if request.method == "POST":
            note_opening(link, OpeningKind.SEEN, address_of(request))
            amount, wrong = _chosen(request, view)
            answer = (
                _begun(link, amount, uses_credit=uses_credit) if amount is not None else _just_paid(link, view) or wrong
            )
            if isinstance(answer, OnlinePayment):
                return redirect(way_on(answer, address_after(ref, answer)))
            wrong = answer
        context = {
            "ways": amounts_of(view),
            "wrong": wrong,
            "typed": request.POST.get("amount", ""),
            "credit": credit,
            "uses_credit": uses_credit,
            "is_able": view.is_payable and bool(providers()),
        }
        response = render(request, "portal/pay.html", _frame(link, view) | context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


@require_safe
@customer_door
def after(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """Where the provider sends the customer back to: what came of the payment, as we know it now."""
    link = held_link(request, ref)
    payment = payment_of(door_of(link), reference)
    with override(language_of(link.invoice)):
        return after_paying(request, payment, _frame(link, customer_view(link.invoice)))


@require_safe
@customer_door
def receipt(request: HttpRequest, ref: str, receipt_id: int) -> HttpResponse:
    """A receipt of money that paid this document and nothing else, the same for everybody."""
    link = held_link(request, ref)
    found = next((each for each in receipts_of(link.invoice) if each.pk == receipt_id), None)
    if found is None:
        raise NoSuchLink
    opened_link(request, ref, OpeningKind.DOWNLOADED)
    try:
        content = b"" if request.method == "HEAD" else bytes(kept_receipt_pdf(found).content)
    except PdfUnavailable:
        with override(language_of(link.invoice)):
            return render(request, "portal/no_pdf.html", {"link": link, "company": link.invoice.company}, status=503)
    disposition = f'attachment; filename="{found.number}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


def address_after(ref: str, payment: OnlinePayment) -> str:
    """The page to which the customer comes back."""
    return settings.SITE_URL + reverse("paying:after", args=[ref, payment.reference])


def door_of(link: DocumentLink) -> Door:
    """Where payments by this link are begun."""
    return Door(f"document:{link.pk}", link.contact)


def _chosen(request: HttpRequest, view: CustomerView) -> tuple[Decimal | None, str]:
    """The amount of the part that was chosen or typed, or what is wrong with it."""
    part, text = request.POST.get("part", ""), request.POST.get("amount", "")
    if part or not text.strip():
        amount = amounts_of(view).get(part) if view.is_payable else None
        return (amount, "") if amount else (None, refused_in_words(Refused("", code="not_offered")))
    try:
        amount = amount_typed(text, view.invoice.currency)
    except ValueError:
        return None, no_amount()
    most = view.account["to_pay"]
    return (amount, "") if amount <= most or not most else (None, no_more_than(most, view.invoice.currency))


def _just_paid(link: DocumentLink, view: CustomerView) -> OnlinePayment | None:
    """What settled the document a moment ago, where the same form comes again."""
    return None if view.is_payable else paid_just_now(door_of(link), Refused("", code="nothing_to_pay"))


def _begun(link: DocumentLink, amount: Decimal, *, uses_credit: bool) -> OnlinePayment | str:
    """The payment, or why there is none."""
    door = door_of(link)
    try:
        return begin_payment_of_invoice(
            link.invoice_id,
            amount,
            by=None,
            return_url=lambda payment: address_after(link.ref, payment),
            door=door,
            uses_credit=uses_credit,
        )
    except Refused as refusal:
        return paid_just_now(door, refusal) or refused_in_words(refusal)


def _frame(link: DocumentLink, view: CustomerView) -> dict[str, Any]:
    company = view.invoice.company
    return {
        "link": link,
        "view": view,
        "invoice": view.invoice,
        "company": company,
        "seller": view.seller["name"],
        "logo_url": reverse("portal:logo", args=[link.ref]) if company.logo else "",
        "back": reverse("portal:document", args=[link.ref]),
        "for_account": False,
    }
