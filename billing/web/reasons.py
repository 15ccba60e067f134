"""The reasons for corrections, write-offs and disputes that the company offers."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.models import ReasonCode, ReasonPurpose
from billing.operations.manage_reasons import LONGEST_CODE, LONGEST_WORDS, add_reason, retire_reason
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class ReasonForm(forms.Form):
    """A new reason."""

    purpose = forms.ChoiceField(label="Given for", choices=ReasonPurpose.choices, initial=ReasonPurpose.CORRECTION)
    code = forms.CharField(max_length=LONGEST_CODE, help_text="For counting, such as returned.")
    words = forms.CharField(label="Printed as", max_length=LONGEST_WORDS, help_text="Such as Goods returned.")


@staff_door("office.change_company_settings")
def reason_list(request: StaffRequest) -> HttpResponse:
    """The reasons in use, and a form for a new one."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = add_reason(request.company, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, f"{reason} can be chosen now.")
            return redirect("billing:reason_list")
    reasons = ReasonCode.objects.filter(company=request.company).order_by("-is_active", "purpose", "words")
    return render(request, "billing/reason_list.html", {"form": form, "reasons": reasons})


@require_POST
@staff_door("office.change_company_settings")
def retire(request: StaffRequest, reason_id: int) -> HttpResponse:
    """Offer a reason no more."""
    reason = ReasonCode.objects.filter(company=request.company, pk=reason_id).first()
    if reason is None:
        raise Http404("No such reason.")
    retire_reason(reason.pk, by=request.user)
    messages.success(request, f"{reason} is offered no more. Documents that carry it keep it.")
    return redirect("billing:reason_list")
