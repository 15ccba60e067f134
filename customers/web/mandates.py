"""Customers' mandates: all of them, one, adding one, amending and revoking it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import get_customer_for, get_mandate_for, mandates_for
from customers.mandate_pdf import file_name, kept_mandate_pdf
from customers.mandates import STATES, WORDS, MandateWithState, with_state
from customers.models import Customer, Mandate, MandateScheme, MandateUse
from customers.models.mandates import LONGEST_REFERENCE
from customers.operations.decide_mandate import approve_mandate, decline_mandate
from customers.operations.manage_mandates import MandateDetails, add_mandate, amend_mandate, revoke_mandate
from customers.persons import require_sees_paper
from ledger.refusals import Refused
from office.models import AuditRecord
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.fields import set_choices, typed_id
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest

MANDATES = ListSpec(
    name="mandates",
    title="Mandates",
    columns=(
        Column(
            "reference",
            "Mandate",
            "reference",
            sort="pk",
            url=lambda row: reverse("customers:mandate", args=[row.pk]),
        ),
        Column("customer", "Customer", "customer.name", sort="customer__sort_name"),
        Column("state", "State", "state", "state"),
        Column("account", "Account", "account.masked_number", note=lambda row: row.account.blocked_reason),
        Column("origin", "Given", lambda row: row.origin_words, hide_below="tablet"),
        Column("scheme", "Scheme", lambda row: row.get_scheme_display(), hide_below="phone"),
        Column("use", "Use", lambda row: row.get_use_display(), hide_below="tablet"),
        Column("signed_on", "Signed", "signed_on", "day", sort="signed_on", hide_below="tablet"),
        Column("last_used_on", "Last used", "last_used_on", "day", hide_below="phone"),
    ),
    order="-reference",
    filters=(
        Choice("state", "State", "state", STATES),
        Choice("scheme", "Scheme", "scheme", tuple(MandateScheme.choices)),
        DateRange("signed", "Signed", "signed_on"),
    ),
    search=("customer__search_text", "reference", "account__last_four"),
    search_hint="Customer, reference or last four digits",
    empty=Empty(
        "No mandates yet",
        "A customer's signed word that you may debit their account is kept on the customer's page.",
        "file-check",
        "customers:customer_list",
        "Choose a customer",
    ),
)


class MandateForm(forms.Form):
    """A mandate as it was signed."""

    account_id = forms.TypedChoiceField(label="Account", coerce=int)
    scheme = forms.ChoiceField(label="Scheme", choices=MandateScheme)
    signed_on = forms.DateField(label="Signed on", widget=forms.DateInput(attrs={"type": "date"}))
    use = forms.ChoiceField(label="Use", choices=MandateUse)
    reference = forms.CharField(
        label="Reference",
        max_length=LONGEST_REFERENCE,
        required=False,
        help_text="Empty: made of the customer's number.",
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = customer.accounts.filter(closed_at=None, confirmed_at__isnull=False)
        set_choices(self, "account_id", [(each.pk, str(each)) for each in usable])


@require_GET
@staff_door("customers.view_accounts")
def mandate_list(request: StaffRequest) -> HttpResponseBase:
    """All mandates, the newest first."""
    rows = mandates_for(request.user).filter(company=request.company).select_related("customer", "account", "given")
    return list_page(request, MANDATES, with_state(rows, request.company.today()))


@staff_door("customers.manage_mandates")
@once
def new_mandate(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Keep a mandate of a customer."""
    customer = get_customer_for(request.user, customer_id)
    form = MandateForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            mandate = add_mandate(customer, MandateDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Mandate {mandate} is kept.")
            return redirect("customers:mandate", mandate.pk)
    return render(request, "customers/mandate_new.html", {"customer": customer, "form": form})


@require_GET
@staff_door("customers.view_accounts")
def mandate_page(request: StaffRequest, mandate_id: int) -> HttpResponse:
    """A mandate, whether it holds, and what was done with it."""
    found = get_mandate_for(request.user, mandate_id)
    shown = with_state(mandates_for(request.user), found.company.today()).select_related("customer", "account")
    mandate = shown.select_related("given__contact", "given__decided_by").get(pk=mandate_id)
    records = AuditRecord.objects.filter(subject_type="customers.mandate", subject_id=mandate.pk)
    context = {
        "mandate": mandate,
        "why_not": WORDS.get(mandate.state) or mandate.account.reason_not_to_use,
        "others": _others(mandate),
        "amendments": mandate.amendments.select_related("old_account", "new_account", "amended_by"),
        "records": records.select_related("by").order_by("-id")[:50],
    }
    return render(request, "customers/mandate.html", context)


def _others(mandate: MandateWithState) -> list[Any]:
    usable = mandate.customer.accounts.filter(closed_at=None, confirmed_at__isnull=False)
    return list(usable.exclude(pk=mandate.account_id)) if mandate.state == "live" else []


@require_POST
@staff_door("customers.manage_mandates")
def amend(request: StaffRequest, mandate_id: int) -> HttpResponse:
    """Put a mandate to another account."""
    mandate = get_mandate_for(request.user, mandate_id)
    account_id = typed_id(request.POST.get("account", "")) or 0
    reason = request.POST.get("reason", "")
    try:
        amend_mandate(mandate.pk, account_id, on=mandate.company.today(), reason=reason, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The mandate is for the other account now; the next debit tells the bank.")
    return redirect("customers:mandate", mandate.pk)


@require_POST
@staff_door("customers.manage_mandates")
def revoke(request: StaffRequest, mandate_id: int) -> HttpResponse:
    """Let nothing more be collected under a mandate."""
    mandate = get_mandate_for(request.user, mandate_id)
    try:
        revoke_mandate(mandate.pk, on=mandate.company.today(), reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Revoked: nothing more is collected under it.")
    return redirect("customers:mandate", mandate.pk)


@require_POST
@staff_door("customers.decide_mandates")
def approve(request: StaffRequest, mandate_id: int) -> HttpResponse:
    """Let debits be collected under a mandate that its customer gave online."""
    return _decided(request, mandate_id, lambda mandate: approve_mandate(mandate.pk, by=request.user), "Approved.")


@require_POST
@staff_door("customers.decide_mandates")
def decline(request: StaffRequest, mandate_id: int) -> HttpResponse:
    """Collect nothing under it, with a reason."""
    reason = request.POST.get("reason", "")
    said = "Declined. The customer reads why on their page."
    return _decided(
        request, mandate_id, lambda mandate: decline_mandate(mandate.pk, reason=reason, by=request.user), said
    )


def _decided(request: StaffRequest, mandate_id: int, act: Callable[[Mandate], Any], said: str) -> HttpResponse:
    mandate = get_mandate_for(request.user, mandate_id)
    try:
        act(mandate)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("customers:mandate", mandate.pk)


@require_GET
@staff_door("customers.view_accounts")
def mandate_pdf(request: StaffRequest, mandate_id: int) -> HttpResponse:
    """A mandate as its customer gave it online."""
    given = get_mandate_for(request.user, mandate_id).given_online
    if given is None:
        raise Http404
    require_sees_paper(given.mandate.customer)
    try:
        content = bytes(kept_mandate_pdf(given).content)
    except PdfUnavailable:
        messages.error(request, "Its PDF cannot be made now. Try again in a moment.")
        return redirect("customers:mandate", mandate_id)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(given)}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
