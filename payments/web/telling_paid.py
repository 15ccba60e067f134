"""Telling us on the page behind a link that a document is paid, and what we made of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from billing.attachments import MOST_BYTES
from billing.customer_view import CustomerView, customer_view
from billing.models import DocumentLink, Invoice, OpeningKind
from billing.operations.note_opening import note_opening, require_not_too_often
from billing.printed import language_of
from billing.web.objecting import ABOUT_FILES, as_written
from billing.web.portal import acting_link
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.web.address import address_of
from office.web.customer_door import NoSuchLink, customer_door
from office.web.fields import set_choices
from office.written import locale
from payments.models import PaidHow
from payments.operations.note_paid import PaidDetails, note_paid
from payments.paid_acts import last_notice, may_tell

WAYS: dict[str, Promise] = {
    PaidHow.TRANSFER: gettext_lazy("Bank transfer"),
    PaidHow.CARD: gettext_lazy("Card"),
    PaidHow.CHEQUE: gettext_lazy("Cheque"),
    PaidHow.CASH: gettext_lazy("Cash"),
    PaidHow.OTHER: gettext_lazy("Another way"),
}


class PaidForm(forms.Form):
    """What was paid, as the customer writes it."""

    amount = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    paid_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    how = forms.ChoiceField()
    reference = forms.CharField(max_length=200, required=False)
    file = forms.FileField(required=False)

    def __init__(self, *args: Any, view: CustomerView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "how", [(way.value, WAYS[way]) for way in PaidHow])
        self.fields["paid_on"].widget.attrs["max"] = view.today.isoformat()
        self.initial.update(amount=as_typed(view), paid_on=view.today.isoformat())

    def clean_amount(self) -> Any:
        """The amount, however the reader writes it."""
        try:
            return as_written(self.cleaned_data["amount"].strip())
        except ValueError as error:
            raise ValidationError(_("Please write the amount as a number above zero, such as 12.50.")) from error

    def details(self) -> PaidDetails:
        """The valid form as details for the operation."""
        data = self.cleaned_data
        upload = data["file"]
        kept = (upload.name, upload.read(MOST_BYTES + 1)) if upload else None
        return PaidDetails(data["amount"], data["paid_on"], data["how"], data["reference"], kept)


def as_typed(view: CustomerView) -> str:
    """What is due next, in the number style of the reader, without its currency."""
    sign = locale().number_symbols["latn"]["decimal"]
    return f"{round_money(view.next_due.amount, view.invoice.currency):f}".replace(".", sign)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def tell_paid(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that the document is paid; a filled form is kept, and nothing else is."""
    link = acting_link(request, ref)
    if link.invoice.entry_id is None or link.invoice.is_credit_memo:
        raise NoSuchLink
    view = customer_view(link.invoice)
    with override(language_of(link.invoice)):
        is_sent = request.method == "POST"
        form = PaidForm(request.POST or None, request.FILES or None, view=view)
        if is_sent:
            note_opening(link, OpeningKind.SEEN, address_of(request))
            if form.is_valid() and _told(link, form):
                messages.success(request, _("Thank you: we look for it."))
                return redirect("paying:tell_paid", ref)
        last = last_notice(link.invoice)
        context = {
            "link": link,
            "view": view,
            "invoice": view.invoice,
            "company": view.invoice.company,
            "form": form,
            "last": last,
            "how": WAYS[last.how] if last else "",
            "may_tell": view.is_payable and may_tell(link.invoice, last),
        }
        response = render(request, "portal/tell_paid.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _told(link: DocumentLink, form: PaidForm) -> bool:
    """Keep what was told, or what was sent a moment ago; what is refused stands on the form."""
    try:
        require_not_too_often(link.openings)
        note_paid(link.invoice_id, form.details(), contact=link.contact, on=link.invoice.company.today())
    except Refused as refusal:
        if refusal.code == "told_already":
            return True
        form.add_error(None, in_words(refusal, link.invoice, form))
        return False
    return True


def in_words(refusal: Refused, invoice: Invoice, form: PaidForm) -> str:
    """Why it was refused, and what to do, in the reader's language."""
    if refusal.code in ABOUT_FILES:
        if refusal.code in ("unknown_kind_of_file", "not_its_kind"):
            return _("%(name)s cannot be taken. Send a photo (PNG or JPG) or a PDF.") % _named(form)
        return ABOUT_FILES[refusal.code]() % _named(form)
    if refusal.code == "day_to_come":
        return _("That day is still to come. Please tell us once it is paid.")
    if refusal.code == "day_long_past":
        return _("That day is over a year ago. Please look at it again, or call us.")
    if refusal.code == "bad_amounts":
        return _("Please write the amount as a number above zero, such as 12.50.")
    if refusal.code == "more_than_total":
        total = format_money(invoice.total, invoice.currency, str(locale()))
        return _("This document comes to %(amount)s. Please name what you paid of it.") % {"amount": total}
    if refusal.code == "nothing_open":
        return _("Nothing of it is open any more: there is nothing left to do.")
    if refusal.code in ("too_many", "too_often"):
        return _("That is more than this page takes. Please answer our mail, or call us.")
    return _("That did not work. Please look at it again, or call us.")


def _named(form: PaidForm) -> dict[str, str]:
    upload = form.cleaned_data.get("file")
    return {"name": upload.name if upload else ""}
