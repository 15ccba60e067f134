"""The editor of a recurring invoice: the invoice's own line grid and totals, with the days it is made on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_recurring_for
from billing.models import RecurringInvoice, Tax
from billing.operations.manage_recurring import add_recurring_invoice, edit_recurring_invoice
from billing.operations.recurring_details import RecurringDetails
from billing.web.forms import tax_choices
from billing.web.recurring_forms import (
    RecurringForm,
    RecurringLineForms,
    recurring_details_from,
    recurring_initial,
)
from customers.access import get_customer_for
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest

EMPTY_LINES = 3


@staff_door("billing.manage_recurring")
def new_recurring(request: StaffRequest) -> HttpResponse:
    """Set up a recurring invoice; a link may bring the customer along."""
    taxes = tax_choices(request.company)
    head = {"customer": request.GET.get("customer"), "starts_on": request.company.today()}
    rows = [{"quantity": "1", "tax": taxes[0][0]} for _ in range(EMPTY_LINES)]
    form, lines = _forms(request, taxes, head, rows)
    return _edited(
        request, form, lines, None, lambda details: add_recurring_invoice(request.company, details, by=request.user)
    )


@staff_door("billing.manage_recurring")
def edit_recurring(request: StaffRequest, recurring_id: int) -> HttpResponse:
    """Change what the coming documents say; refused where somebody else saved meanwhile."""
    recurring = get_recurring_for(request.user, recurring_id)
    taxes = tax_choices(request.company, carried=Tax.objects.filter(pk__in=recurring.lines.values("tax")))
    form, lines = _forms(request, taxes, *recurring_initial(recurring))
    version = typed_id(request.POST.get("version", "")) or 0
    return _edited(
        request,
        form,
        lines,
        recurring,
        lambda details: edit_recurring_invoice(recurring.pk, details, version=version, by=request.user),
    )


def _edited(
    request: StaffRequest,
    form: RecurringForm,
    lines: BaseFormSet,
    recurring: RecurringInvoice | None,
    save: Callable[[RecurringDetails], RecurringInvoice],
) -> HttpResponse:
    """Save what was typed, or show it with what is wrong."""
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            get_customer_for(request.user, form.cleaned_data["customer"])
            saved = save(recurring_details_from(form, lines))
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{saved} is saved. What is due is made within a minute.")
            return redirect("billing:recurring", saved.pk)
    customer = customer_choice(request, str(form["customer"].value()))
    context = {"form": form, "lines": lines, "recurring": recurring, "customer": customer}
    return render(request, "billing/recurring_edit.html", context)


def _forms(
    request: StaffRequest, taxes: list[tuple[str, str]], head: dict, rows: list[dict]
) -> tuple[RecurringForm, BaseFormSet]:
    kwargs: dict[str, Any] = {"prefix": "lines", "form_kwargs": {"taxes": taxes}}
    if request.method == "POST":
        return RecurringForm(request.POST, initial=head), RecurringLineForms(request.POST, **kwargs)
    return RecurringForm(initial=head), RecurringLineForms(initial=rows, **kwargs)
