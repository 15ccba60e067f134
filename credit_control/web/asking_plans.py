"""Asking for a payment plan on the page of the account."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from billing.models import OpeningKind
from billing.operations.note_opening import require_not_too_often
from credit_control.models import AccountLink, policy_of
from credit_control.operations.ask_plan import LONGEST_WORDS, Wish, ask_plan
from credit_control.plans.instalments import FEWEST
from credit_control.plans.requests import last_request, latest_first_day, may_be_planned, open_requests
from credit_control.web.account_door import held, note_visit
from ledger.refusals import Refused
from office.languages import as_written_in
from office.web.customer_door import customer_door
from office.web.fields import set_choices


class WishForm(forms.Form):
    """What the customer asks for."""

    currency = forms.ChoiceField()
    parts = forms.TypedChoiceField(coerce=int)
    first_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, currencies: list[str], most: int, today: date) -> None:
        super().__init__(data)
        set_choices(self, "currency", [(each, each) for each in currencies])
        set_choices(self, "parts", [(number, str(number)) for number in range(FEWEST, most + 1)])
        days = {"min": today.isoformat(), "max": latest_first_day(today).isoformat()}
        self.fields["first_on"].widget.attrs.update(days)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a plan; a filled form does, and nothing else."""
    link = held(request, ref)
    company, today = link.customer.company, link.customer.company.today()
    with override(as_written_in(link.customer.language, company.country)):
        amounts = may_be_planned(link.customer, today)
        is_sent = request.method == "POST"
        currencies = list(amounts) or [link.customer.currency]
        form = WishForm(request.POST if is_sent else None, currencies, policy_of(company).own_plan_parts, today)
        if is_sent:
            note_visit(request, link, OpeningKind.SEEN)
            if form.is_valid() and _asked(link, form, today):
                messages.success(request, _("Thank you: we look at it, and answer you."))
                return redirect("account:ask_plan", ref)
        context = {
            "link": link,
            "company": company,
            "form": form,
            "amounts": amounts,
            "last": last_request(link.customer),
        }
        response = render(request, "portal/ask_plan.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _asked(link: AccountLink, form: WishForm, today: date) -> bool:
    """Ask, or take it for what was sent a moment ago; what is refused stands on the form."""
    wish = Wish(**form.cleaned_data)
    try:
        require_not_too_often(link.openings)
        ask_plan(link.contact_id, wish, on=today)
    except Refused as refusal:
        same = open_requests(link.customer).filter(parts=wish.parts, first_on=wish.first_on, contact=link.contact)
        if refusal.code == "asked_already" and same.exists():
            return True
        form.add_error(None, _in_words(refusal))
        return False
    return True


def _in_words(refusal: Refused) -> str:
    if refusal.code == "asked_already":
        return _("That is asked already: we look at it.")
    if refusal.code in ("bad_day", "day_past", "too_long_plan"):
        return _("Please choose a day from today on, at most two months ahead.")
    if refusal.code in ("not_offered", "too_often"):
        return _("That cannot be asked for here. Please answer our mail, or call us.")
    return _("That did not work. Please look at it again, or call us.")
