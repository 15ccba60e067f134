"""Direct debit on the page of the account: giving a mandate, seeing it, and ending it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.models import OpeningKind
from billing.operations.note_opening import network_of, require_not_too_often
from billing.printed import country_name, parties_of
from credit_control.models import AccountLink
from credit_control.web.account_door import held, note_visit
from credit_control.web.downloads import download
from customers.account_numbers import plain, sepa_lengths
from customers.mandate_pdf import file_name, kept_mandate_pdf
from customers.mandate_words import authorisation, title_of
from customers.models import AccountKind, GivenMandate, GivenStatus, Mandate, MandateScheme
from customers.operations.add_account import LONGEST_HOLDER, AccountDetails
from customers.operations.decide_mandate import end_mandate
from customers.operations.manage_mandates import next_reference
from ledger.refusals import Refused
from office.languages import as_written_in
from office.papers import PdfUnavailable
from office.web.address import address_of
from office.web.customer_door import NoSuchLink, customer_door, is_visit
from payments.mandate_offer import scheme_offered, standing_mandates
from payments.operations.give_mandate import creditor_identifier, give_mandate, is_waiting

LONGEST_NUMBER = 60
"""What is read of an account number as somebody typed it, with blanks."""
WHERE = {"bad_holder": "holder", "bad_iban": "number", "bad_scheme": "number", "account_blocked": "number"}
WHERE |= {"bad_routing_number": "bank_code", "bad_account_number": "number"}
"""The field that a refusal is about."""


class GiveForm(forms.Form):
    """Whose account is debited, which, and that it is authorised; a US account has the number of its bank, too."""

    holder = forms.CharField(required=False, max_length=LONGEST_HOLDER)
    number = forms.CharField(required=False, max_length=LONGEST_NUMBER)
    bank_code = forms.CharField(required=False, max_length=20)
    is_savings = forms.BooleanField(required=False)
    agreed = forms.BooleanField(required=False)

    def details(self, scheme: str) -> AccountDetails:
        """The account as typed."""
        typed, is_ach = self.cleaned_data, scheme == MandateScheme.ACH
        kind = AccountKind.US if is_ach else AccountKind.IBAN
        code = typed["bank_code"] if is_ach else ""
        return AccountDetails(kind, typed["number"], typed["holder"], code, is_savings=is_ach and typed["is_savings"])


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def mandate(request: HttpRequest, ref: str) -> HttpResponse:
    """The mandate that holds or waits, or giving one; a filled form does, and nothing else."""
    link = held(request, ref)
    with override(_language_of(link)):
        form = GiveForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            note_visit(request, link, OpeningKind.SEEN)
            if form.is_valid() and _given(request, link, form):
                messages.success(request, _("Thank you: we have your mandate, mail it to you, and look at it."))
                return redirect("account:mandate", ref)
        return _page(request, link, form)


@require_POST
@customer_door
def end(request: HttpRequest, ref: str, mandate_id: int) -> HttpResponse:
    """Let nothing more be debited; whoever ticked that they want it."""
    link = held(request, ref)
    found = next((each for each in standing_mandates(link.customer) if each.pk == mandate_id), None)
    if found is None:
        _own(link, mandate_id)
        return redirect("account:mandate", ref)
    with override(_language_of(link)):
        note_visit(request, link, OpeningKind.SEEN)
        if not request.POST.get("sure"):
            return _page(request, link, GiveForm(), _("Please tick that we shall debit nothing more."))
        try:
            require_not_too_often(link.openings)
            end_mandate(mandate_id, contact=link.contact, on=found.company.today())
        except Refused:
            return _page(request, link, GiveForm(), _other())
        messages.success(request, _("It is ended: we debit nothing more under this mandate."))
        return redirect("account:mandate", ref)


@require_safe
@customer_door
def mandate_pdf(request: HttpRequest, ref: str, mandate_id: int) -> HttpResponse:
    """A mandate as it was given on this page."""
    link = held(request, ref)
    rows = GivenMandate.objects.select_related("mandate", "company", "contact")
    given = rows.filter(customer=link.customer, mandate=mandate_id).first()
    if given is None:
        raise NoSuchLink
    with override(_language_of(link)):
        try:
            content = b"" if request.method == "HEAD" else bytes(kept_mandate_pdf(given).content)
        except PdfUnavailable:
            context = {"link": link, "company": given.company}
            return render(request, "portal/account_no_pdf.html", context, status=503)
        if is_visit(request):
            note_visit(request, link, OpeningKind.DOWNLOADED)
        return download(content, "application/pdf", file_name(given))


def _language_of(link: AccountLink) -> str:
    return as_written_in(link.customer.language, link.customer.company.country)


def _own(link: AccountLink, mandate_id: int) -> None:
    """Raise NoSuchLink for a mandate that is not of this link's customer."""
    if not Mandate.objects.filter(customer=link.customer, pk=mandate_id).exists():
        raise NoSuchLink


def _given(request: HttpRequest, link: AccountLink, form: GiveForm) -> bool:
    """Give it, or take it for what was sent a moment ago; what is refused stands on the form."""
    customer = link.customer
    scheme = scheme_offered(customer) or _waiting_scheme(link)
    if not form.cleaned_data["agreed"]:
        form.add_error("agreed", _("Please tick that you authorise it."))
        return False
    details = form.details(scheme)
    try:
        require_not_too_often(link.openings)
        give_mandate(link.contact_id, details, on=customer.company.today(), network=network_of(address_of(request)))
    except Refused as refusal:
        if refusal.code == "given_already" and is_waiting(link.contact, details):
            return True
        form.add_error(WHERE.get(refusal.code), _in_words(refusal, details))
        return False
    return True


def _waiting_scheme(link: AccountLink) -> str:
    waiting = GivenMandate.objects.filter(customer=link.customer, status=GivenStatus.OPEN).select_related("mandate")
    return next((each.mandate.scheme for each in waiting), "")


def _in_words(refusal: Refused, details: AccountDetails) -> str:
    if refusal.code == "bad_iban":
        return _wrong_iban(plain(details.number))
    return {
        "bad_holder": _("Please type whose account it is."),
        "bad_scheme": _("From an account in this country no SEPA debit can be made. Please name another."),
        "account_blocked": _("Debits from this account came back. Please name another, or call us."),
        "bad_routing_number": _("This routing number cannot be one: a digit of it is wrong or missing."),
        "bad_account_number": _("This account cannot be one: a sign of it is wrong or missing."),
        "given_already": _("A mandate was given already. We look at it."),
        "mandate_holds": _("We have a mandate of yours already: there is nothing more to do."),
        "too_many": _("That is more than this page takes. Please answer our mail, or call us."),
        "too_often": _("That is more than this page takes. Please answer our mail, or call us."),
    }.get(refusal.code) or _other()


def _wrong_iban(number: str) -> str:
    """What is wrong with an IBAN, in the reader's words."""
    length = sepa_lengths().get(number[:2])
    if length and len(number) != length:
        facts = {"country": country_name(number[:2]), "length": length, "typed": len(number)}
        return _("An IBAN of %(country)s has %(length)s letters and digits; this one has %(typed)s.") % facts
    return _("This IBAN cannot be one: a sign of it is wrong or missing.")


def _other() -> str:
    return _("That did not work. Please look at it again, or call us.")


def _page(request: HttpRequest, link: AccountLink, form: GiveForm, wrong: str = "") -> HttpResponse:
    customer, company = link.customer, link.customer.company
    standing, scheme = standing_mandates(customer), scheme_offered(customer)
    context = {
        "link": link,
        "company": company,
        "form": form,
        "standing": standing,
        "declined": None if standing else _last_declined(link),
        "wrong": wrong,
        **(_offer(link, scheme) if scheme else {}),
    }
    response = render(request, "portal/mandate.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _offer(link: AccountLink, scheme: str) -> dict[str, Any]:
    """What a mandate says that is given now."""
    customer = link.customer
    return {
        "scheme": scheme,
        "title": title_of(scheme),
        "printed": parties_of(customer.company, customer),
        "identifier": creditor_identifier(customer, scheme),
        "reference": next_reference(customer),
        "words": authorisation(scheme, customer.company.legal_name),
        "lengths": " ".join(f"{code}{length}" for code, length in sepa_lengths().items()),
    }


def _last_declined(link: AccountLink) -> GivenMandate | None:
    """What came of the mandate that was given last, where it was declined."""
    last = GivenMandate.objects.filter(customer=link.customer).order_by("-pk").first()
    return last if last and last.status == GivenStatus.DECLINED else None
