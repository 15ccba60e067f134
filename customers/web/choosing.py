"""Choices of a customer's person that need nobody, on the pages behind their links; and stopping reminders by mail."""

from collections.abc import Callable
from typing import Any

from babel import Locale
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from customers.models import Contact, EInvoiceFormat
from customers.operations.make_own_choice import choose_einvoice, choose_language, resume_reminders, stop_reminders
from customers.own_choices import contact_of, einvoice_kinds, is_last_reminded, languages
from customers.web.asking import Reader
from ledger.refusals import Refused
from office.email_addresses import masked
from office.languages import as_written_in
from office.web.customer_door import NoSuchLink, customer_door

KINDS: dict[str, Promise] = {
    "": gettext_lazy("No e-invoice: the PDF is enough"),
    EInvoiceFormat.FACTURX: gettext_lazy("Factur-X or ZUGFeRD (inside the PDF)"),
    EInvoiceFormat.PEPPOL_UBL: gettext_lazy("Peppol BIS Billing 3.0"),
    EInvoiceFormat.XRECHNUNG_UBL: gettext_lazy("XRechnung (UBL)"),
    EInvoiceFormat.XRECHNUNG_CII: gettext_lazy("XRechnung (CII)"),
}
ACTS: dict[str, Callable[[int, str], Contact]] = {
    "language": choose_language,
    "einvoice": choose_einvoice,
    "stop": lambda contact_id, _value: stop_reminders(contact_id),
    "resume": lambda contact_id, _value: resume_reminders(contact_id),
}


def choices_page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What the reader may choose; only a sent form chooses."""
    wrong = ""
    with override(reader.language):
        if request.method == "POST":
            wrong = _chosen(reader, request.POST.get("choice", ""), request.POST.get("value", "")[:40])
            if not wrong:
                messages.success(request, _("Saved. It holds from now on."))
                return redirect(request.path)
        response = render(request, "portal/choices.html", _context(reader, wrong))
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _chosen(reader: Reader, choice: str, value: str) -> str:
    """Do what was chosen; what keeps it from counting, in the reader's words."""
    try:
        reader.touch()
        if choice not in ACTS:
            raise Refused("There is no such choice.", code="unknown_choice")
        ACTS[choice](reader.contact.pk, value)
    except Refused as refusal:
        return _in_words(refusal, reader.contact)
    return ""


def _in_words(refusal: Refused, contact: Contact) -> str:
    if refusal.code == "last_reminded":
        company = contact.customer.company
        words = _("Nobody else of yours gets our reminders. Please name somebody who gets them instead: %(address)s")
        return words % {"address": ", ".join(filter(None, (company.email, company.phone)))}
    if refusal.code == "too_often":
        return _("That is more than this page takes. Please answer our mail, or call us.")
    return _("That did not work. Please look at it again, or call us.")


def _context(reader: Reader, wrong: str) -> dict[str, Any]:
    contact = Contact.objects.select_related("customer__company").get(pk=reader.contact.pk)
    customer = contact.customer
    kinds = ["", *einvoice_kinds(customer)]
    kinds += [customer.einvoice_format] if customer.einvoice_format not in kinds else []
    return {
        "reader": reader,
        "company": customer.company,
        "customer": customer,
        "contact": contact,
        "wrong": wrong,
        "languages": [(code, Locale(code).get_display_name()) for code in languages()],
        "kinds": [(kind, KINDS[kind]) for kind in kinds],
        "is_last": contact.gets_reminders and is_last_reminded(contact),
    }


@csrf_exempt  # a mail program sends it, without any cookie (RFC 8058): the signed address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop reminders to one address, or send them again; a visit does neither."""
    contact = contact_of(token)
    if contact is None:
        raise NoSuchLink
    company, wrong = contact.customer.company, ""
    with override(as_written_in(contact.customer.language, company.country)):
        if request.method == "POST":
            act = resume_reminders if request.POST.get("choice") == "resume" else stop_reminders
            try:
                act(contact.pk)
            except Refused as refusal:
                wrong = _in_words(refusal, contact)
            contact.refresh_from_db(fields=["gets_reminders"])
        context = {"company": company, "contact": contact, "address": masked(contact.email), "wrong": wrong}
        return render(request, "portal/stop.html", context)
