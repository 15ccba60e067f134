"""Putting off the day on which an item is due."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from credit_control.due_days import due_days
from credit_control.operations.put_off_due_day import put_off_due_day
from customers.access import get_customer_for
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from office.written import plain_day


class DueDayForm(forms.Form):
    """The day agreed on, and why."""

    due_on = forms.DateField(label="To be paid by", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="Reason", max_length=300)


@staff_door("credit_control.put_off_due_day")
def due_day(request: StaffRequest, item_id: int) -> HttpResponse:
    """The item's due day as it was and is, and another one."""
    item = OpenItem.objects.filter(pk=item_id, amount__gt=0).first()
    if item is None:
        raise Http404("No such item.")
    customer = get_customer_for(request.user, item.customer_id)
    form = DueDayForm(request.POST or None, initial={"due_on": due_days([item])[item.pk]})
    if request.method == "POST" and form.is_valid():
        try:
            change = put_off_due_day(item.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{item.reference} is to be paid by {plain_day(change.due_on)}.")
            return redirect("customers:customer", customer.pk)
    changes = item.due_day_changes.select_related("created_by").order_by("-pk")
    context = {"item": item, "customer": customer, "form": form, "changes": changes}
    return render(request, "credit_control/due_day.html", context)
