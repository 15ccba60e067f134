"""The payment terms that the company offers."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from customers.models import PaymentTerms
from customers.operations.manage_terms import (
    MOST_PARTS,
    PartDetails,
    TermsDetails,
    add_terms,
    retire_terms,
    set_second_person,
)
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest


class TermsForm(forms.Form):
    """New terms by name, and what paying early takes off."""

    name = forms.CharField(max_length=60, help_text="As it is printed, such as 30 days net.")
    discount_percent = SumField(
        label="Discount for paying early, in percent", required=False, max_digits=9, decimal_places=6
    )
    discount_days = forms.IntegerField(label="When paid within days", required=False, min_value=0)
    needs_second_person = forms.BooleanField(
        label="Who chooses them asks a second person",
        required=False,
        help_text="On a document for a customer who has others.",
    )


class PartForm(forms.Form):
    """An instalment; a row without days is none."""

    weight = SumField(label="Share", required=False, max_digits=9, decimal_places=6, help_text="Such as 30 of 100.")
    net_days = forms.IntegerField(label="Days to pay", required=False, min_value=0)
    at_end_of_month = forms.BooleanField(label="Then end of month", required=False)
    day_of_month = forms.IntegerField(
        label="Then on the", required=False, min_value=1, max_value=31, help_text="Day of the month."
    )

    def details(self) -> PartDetails:
        """The valid row as details for the operation; an empty share is one."""
        data = self.cleaned_data
        weight = Decimal(1) if data["weight"] is None else data["weight"]
        return PartDetails(data["net_days"], weight, data["at_end_of_month"], data["day_of_month"])


PartForms = formset_factory(PartForm, extra=4, max_num=MOST_PARTS, absolute_max=MOST_PARTS)


@staff_door("office.change_company_settings")
def terms_list(request: StaffRequest) -> HttpResponse:
    """The terms in use, and a form for new ones."""
    form, parts = TermsForm(request.POST or None), PartForms(request.POST or None, prefix="parts")
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        data = form.cleaned_data
        rows = [part.details() for part in parts if part.cleaned_data.get("net_days") is not None]
        discount = (data["discount_percent"] or Decimal(0), data["discount_days"] or 0)
        details = TermsDetails(data["name"], rows, *discount, data["needs_second_person"])
        try:
            terms = add_terms(request.company, details, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{terms} can be chosen now.")
            return redirect("customers:terms_list")
    offered = PaymentTerms.objects.filter(company=request.company).order_by("-is_active", "name")
    context = {"form": form, "parts": parts, "offered": offered.prefetch_related("parts")}
    return render(request, "customers/terms_list.html", context)


@require_POST
@staff_door("office.change_company_settings")
def retire(request: StaffRequest, terms_id: int) -> HttpResponse:
    """Offer terms no more."""
    terms = _terms(request, terms_id)
    retire_terms(terms.pk, by=request.user)
    messages.success(request, f"{terms} is offered no more. Who has it keeps it.")
    return redirect("customers:terms_list")


@require_POST
@staff_door("office.change_company_settings")
def second_person(request: StaffRequest, terms_id: int) -> HttpResponse:
    """Ask a second person from now on where somebody chooses these terms, or none any more."""
    needs = request.POST.get("needs") == "yes"
    terms = set_second_person(request.company, _terms(request, terms_id).pk, needs, by=request.user)
    whom = "asks a second person" if needs else "asks nobody else"
    messages.success(request, f"Who chooses {terms} {whom} from now on.")
    return redirect("customers:terms_list")


def _terms(request: StaffRequest, terms_id: int) -> PaymentTerms:
    terms = PaymentTerms.objects.filter(company=request.company, pk=terms_id).first()
    if terms is None:
        raise Http404("No such terms.")
    return terms
