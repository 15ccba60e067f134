"""The form on which a customer objects, and refusals in the customer's words."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.attachments import KINDS, MOST_BYTES
from billing.dispute_words import reasons_for_customers
from billing.disputes import undisputed
from billing.models import Invoice
from billing.operations.open_dispute import MOST_WORDS, DisputeDetails, items_to_dispute
from billing.web.open_dispute import chosen_lines, disputable_lines
from customers.models import Contact
from ledger.money import format_money
from ledger.present import present
from ledger.refusals import Refused
from office.dressing import dressed
from office.reading.numbers import DecimalSign, NumberEvidence, read_number
from office.web.fields import set_choices
from office.written import locale

MOST_FILES = 5
MOST_LINES = 100
SCOPES = [
    ("lines", gettext_lazy("Some lines")),
    ("amount", gettext_lazy("An amount")),
    ("whole", gettext_lazy("All of it")),
]


class ObjectionForm(forms.Form):
    """What is wrong, in the customer's words: lines, an amount, or all of it."""

    scope = forms.ChoiceField(choices=SCOPES, initial="lines", widget=forms.RadioSelect)
    amount = forms.CharField(required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    reason = forms.TypedChoiceField(coerce=int)
    words = forms.CharField(max_length=MOST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "reason", [("", _("Choose")), *reasons_for_customers(invoice.company)])
        self.disputable = disputable_lines(invoice)[:MOST_LINES]
        self.fields["lines"] = forms.TypedMultipleChoiceField(
            required=False, coerce=int, choices=[(line.pk, line.description) for line in self.disputable]
        )
        chosen = {str(value) for value in (self["lines"].value() or [])}
        for line in self.disputable:
            dressed(line, is_chosen=str(line.pk) in chosen)

    def clean_amount(self) -> Decimal | None:
        """The amount, however the reader writes it."""
        text = self.cleaned_data["amount"].strip()
        try:
            return as_written(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Please write the amount as a number above zero, such as 12.50.")) from error

    def details(self, contact: Contact) -> DisputeDetails:
        """What was typed, for the operation. Raises Refused for lines that none are ticked of."""
        data = self.cleaned_data
        return DisputeDetails(
            reason_code_id=data["reason"],
            words=data["words"],
            said_by=contact.name,
            amount=(data["amount"] or Decimal(0)) if data["scope"] == "amount" else None,
            lines=chosen_lines(data) if data["scope"] == "lines" else {},
        )


def as_written(text: str) -> Decimal:
    """A number with the decimal sign it shows, else the reader's own. Raises ValueError for what is none."""
    evidence = NumberEvidence()
    evidence.see(text)
    return read_number(text, evidence.decide() or DecimalSign(locale().number_symbols["latn"]["decimal"]))


def refusal_in_words(refusal: Refused, invoice: Invoice, uploads: Sequence[Any]) -> str:
    """Why something was refused, and what to do, in the reader's language."""
    if refusal.code in ABOUT_FILES:
        named = next((upload.name for upload in uploads if upload.name in refusal.message), uploads[0].name)
        return ABOUT_FILES[refusal.code]() % {"name": named}
    if refusal.code == "more_than_open":
        free = sum(undisputed(items_to_dispute(present(invoice.entry))).values(), Decimal(0))
        words = {"amount": format_money(free, invoice.currency, str(locale()))}
        return _("No more than %(amount)s is open and in no dispute yet.") % words
    return WORDS.get(refusal.code, _other)()


def _other() -> str:
    return _("That did not work. Please look at it again, or call us.")


def _unfit() -> str:
    kinds = ", ".join(end.removeprefix(".").upper() for end in KINDS if end != ".jpeg")
    return _("%(name)s cannot be taken. Send one of these: {kinds}.").format(kinds=kinds)


def _too_large() -> str:
    return _("%(name)s has more than {most} MB. Please make it smaller.").format(most=MOST_BYTES // 1_000_000)


ABOUT_FILES: dict[str, Callable[[], str]] = {
    "unknown_kind_of_file": _unfit,
    "not_its_kind": _unfit,
    "empty_file": lambda: _("%(name)s is empty."),
    "file_too_large": _too_large,
}
WORDS: dict[str, Callable[[], str]] = {
    "no_lines": lambda: _("Please tick the lines that are wrong."),
    "bad_amounts": lambda: _("Please write the amount as a number above zero, such as 12.50."),
    "nothing_open": lambda: _("Nothing of it is open that is not in dispute already."),
    "nothing_said": lambda: _("Please write something."),
    "too_many": lambda: _("That is more than this page takes. Please answer our mail, or call us."),
    "too_many_files": lambda: _("Please send at most %(most)s files at once.") % {"most": MOST_FILES},
    "too_long": lambda: _("That is too long. Please say it in fewer words."),
    "invalid_move": lambda: _("This is closed. Please answer our mail, or call us."),
}
