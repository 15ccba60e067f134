"""Asking for a change of one's details, and choosing what needs nobody, on the pages behind a customer's links.

The page of a document and that of an account both lead here: each says who reads, and where the way back is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from customers.changes import current, wanted_of
from customers.models import ChangeRequest, ChangeStatus, ChangeTopic, Contact, Customer
from customers.operations.ask_change import ask_change
from ledger.refusals import Refused
from office.web.fields import set_choices
from office.written import locale

LATEST = 5
TITLES: dict[str, Promise] = {
    ChangeTopic.ADDRESS: gettext_lazy("Billing address"),
    ChangeTopic.CONTACT: gettext_lazy("Your name, e-mail and phone"),
    ChangeTopic.TAX_ID: gettext_lazy("VAT or tax id"),
    ChangeTopic.PO_NUMBER: gettext_lazy("Your order number"),
    ChangeTopic.ACCOUNT: gettext_lazy("Bank account"),
}
LABELS: dict[str, Promise] = {
    "street": gettext_lazy("Street and house number"),
    "postal_code": gettext_lazy("Postal code"),
    "city": gettext_lazy("City"),
    "region": gettext_lazy("Region"),
    "country": gettext_lazy("Country"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "tax_id": gettext_lazy("VAT or tax id"),
    "po_number": gettext_lazy("Your order number for new invoices"),
    "holder": gettext_lazy("Account holder"),
    "number": gettext_lazy("IBAN or account number"),
    "bank_code": gettext_lazy("Routing number or sort code, where there is no IBAN"),
    "bic": gettext_lazy("BIC, if you know it"),
}
FILLED_BY = {
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "country": "country",
    "name": "name",
    "email": "email",
    "phone": "tel",
}
"""What a browser fills in by itself (WCAG 1.3.5)."""
LENGTHS = {"street": 200, "postal_code": 20, "city": 100, "region": 100, "name": 100, "email": 254, "phone": 40}
LENGTHS |= {"tax_id": 40, "po_number": 60, "holder": 70, "number": 60, "bank_code": 20, "bic": 20}


@dataclass(frozen=True)
class Reader:
    """Who holds the link: the person, their language, the ways back, and how their touch of the page is noted.

    `touch` raises Refused where the link was used more than a person does.
    """

    contact: Contact
    language: str
    back: str
    logo: str
    touch: Callable[[], None]

    @property
    def customer(self) -> Customer:
        return self.contact.customer


class AskForm(forms.Form):
    """One topic's fields, as the customer types them."""

    def __init__(self, data: Any, topic: str, known: dict[str, str]) -> None:
        super().__init__(data, prefix=topic, initial={} if topic == ChangeTopic.ACCOUNT else known)
        self.topic, self.title = topic, TITLES[topic]
        for name in known:
            self.fields[name] = _field(name)
        if "country" in self.fields:
            set_choices(self, "country", [("", ""), *_countries()])

    @property
    def is_wrong(self) -> bool:
        return self.is_bound and bool(self.errors)


def _field(name: str) -> forms.Field:
    attrs = {"autocomplete": FILLED_BY[name]} if name in FILLED_BY else {"autocomplete": "off"}
    if name == "country":
        return forms.ChoiceField(label=str(LABELS[name]), required=False, widget=forms.Select(attrs=attrs))
    kind = {"email": forms.EmailInput, "phone": forms.TextInput}.get(name, forms.TextInput)
    return forms.CharField(label=str(LABELS[name]), required=False, max_length=LENGTHS[name], widget=kind(attrs=attrs))


def _countries() -> list[tuple[str, str]]:
    """The countries in the reader's language, as it sorts them."""
    names = Locale.parse(str(locale())).territories
    found = [
        (code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY
    ]
    return sorted(found, key=lambda pair: pair[1])


ISO_LETTERS, NO_COUNTRY = 2, {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}


def details_page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What we know of the reader's customer; a filled form asks for a change, and nothing else does."""
    with override(reader.language):
        topic = request.POST.get("topic", "") if request.method == "POST" else ""
        form = _form(reader, topic, request.POST) if topic in TITLES else None
        if form and form.is_valid() and _asked(reader, form):
            messages.success(request, _("Thank you: we look at it. Until then everything stays as it is."))
            return redirect(request.path)
        return _page(request, reader, form)


def _form(reader: Reader, topic: str, data: Any = None) -> AskForm:
    return AskForm(data, topic, current(reader.customer, reader.contact, topic))


def _asked(reader: Reader, form: AskForm) -> bool:
    """Ask, or take it for what was sent a moment ago; what is refused stands on the form."""
    try:
        reader.touch()
        ask_change(reader.contact.pk, form.topic, form.cleaned_data)
    except Refused as refusal:
        if refusal.code == "asked_already" and _is_same(reader, form):
            return True
        form.add_error(None, WORDS.get(refusal.code, _other)())
        return False
    return True


def _is_same(reader: Reader, form: AskForm) -> bool:
    """Whether just that is asked already by the same person: a button was pressed twice."""
    last = ChangeRequest.objects.filter(contact=reader.contact, topic=form.topic, status=ChangeStatus.OPEN).first()
    if last is None or form.topic == ChangeTopic.ACCOUNT:
        return last is not None
    typed = {name: " ".join(value.split()) for name, value in form.cleaned_data.items()}
    return all(typed.get(name) == value for name, value in last.wanted.items())


def _page(request: HttpRequest, reader: Reader, typed: AskForm | None) -> HttpResponse:
    asked = _requests(reader)
    waiting = {each.topic for each in asked if each.status == ChangeStatus.OPEN}
    typed_topic = typed.topic if typed else ""
    shown = [
        typed if typed and topic == typed_topic else _form(reader, topic)
        for topic in TITLES
        if topic not in waiting or topic == typed_topic
    ]
    context = {
        "reader": reader,
        "company": reader.customer.company,
        "customer": reader.customer,
        "known": [(form, _known(reader, form.topic)) for form in shown],
        "asked": [(each, TITLES[each.topic], _rows(each)) for each in asked],
    }
    response = render(request, "portal/details.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _requests(reader: Reader) -> list[ChangeRequest]:
    """What waits of the reader's customer, and what became lately of what the reader asked."""
    rows = ChangeRequest.objects.filter(customer=reader.customer).select_related("contact")
    mine = rows.filter(contact=reader.contact)
    waiting = rows.filter(status=ChangeStatus.OPEN).exclude(topic=ChangeTopic.CONTACT)
    return list((waiting | mine).order_by("-pk")[:LATEST])


def _rows(request: ChangeRequest) -> list[tuple[Promise, str, str]]:
    return [(LABELS[name], request.before.get(name, ""), value) for name, value in wanted_of(request)]


def _known(reader: Reader, topic: str) -> str:
    """What we have, on one line."""
    return ", ".join(filter(None, current(reader.customer, reader.contact, topic).values()))


def _other() -> str:
    return _("That did not work. Please look at it again, or call us.")


WORDS: dict[str, Callable[[], str]] = {
    "nothing_changed": lambda: _("That is what we have already."),
    "asked_already": lambda: _("Somebody asked for a change of this already. We look at it."),
    "too_many": lambda: _("That is more than this page takes. Please answer our mail, or call us."),
    "too_often": lambda: _("That is more than this page takes. Please answer our mail, or call us."),
    "unknown_country": lambda: _("Please choose the country from the list."),
    "name_missing": lambda: _("Please type your name."),
    "bad_email": lambda: _("Please type a whole e-mail address, such as name@example.com."),
    "bad_tax_id": lambda: _("This VAT id cannot be one: a sign of it is wrong or missing."),
    "bad_holder": lambda: _("Please type whose account it is."),
    "bad_iban": lambda: _("This IBAN cannot be one: a sign of it is wrong or missing."),
    "bad_bic": lambda: _("This BIC cannot be one: a sign of it is wrong or missing."),
    "bad_routing_number": lambda: _("This account cannot be one: a sign of it is wrong or missing."),
    "bad_sort_code": lambda: _("This account cannot be one: a sign of it is wrong or missing."),
    "bad_account_number": lambda: _("This account cannot be one: a sign of it is wrong or missing."),
    "account_known": lambda: _("We have this account already."),
    "text_too_long": lambda: _("That is too long. Please say it in fewer words."),
}
