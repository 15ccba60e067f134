"""The medical codes of one draft: its diagnoses, and a row of fields for each of its lines."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.medical import LETTERS, Service
from billing.medical_facts import codes_for
from billing.models import Invoice, InvoiceLine
from billing.operations.set_medical_codes import set_medical_codes
from ledger.refusals import Refused
from office.models import User
from office.web.doors import staff_door
from office.web.requests import StaffRequest

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DiagnosesForm(forms.Form):
    """The diagnoses, and the version of the draft that they are written on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    diagnoses = forms.CharField(
        required=False,
        max_length=300,
        help_text="ICD-10-CM codes with a space between, such as E11.9 I10. The first is A, the next B.",
    )


class ServiceForm(forms.Form):
    """What was done on one line; left empty it says nothing."""

    serviced_on = forms.DateField(label="Day of the service", required=False, widget=DAY)
    procedure = forms.CharField(label="CPT or HCPCS", required=False, max_length=20)
    modifiers = forms.CharField(required=False, max_length=40, help_text="Such as 25 LT.")
    pointers = forms.CharField(label="Diagnoses", required=False, max_length=40, help_text="Letters, such as A B.")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if any(data.values()) and not (data.get("serviced_on") and data.get("procedure")):
            raise forms.ValidationError("A service has a day and a code. Fill in both, or leave the line empty.")
        return data

    def service(self, position: int) -> Service | None:
        """The service as typed; None where the line is left empty."""
        data = self.cleaned_data
        if not data["procedure"]:
            return None
        pointers = list(re.sub(r"[\s,;]", "", data["pointers"]))
        return Service(position, data["serviced_on"], data["procedure"], _words(data["modifiers"]), pointers)


@staff_door("billing.set_medical_codes")
def medical_page(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Show and save the medical codes of a draft."""
    invoice = get_invoice_for(request.user, invoice_id)
    diagnoses, known = codes_for(request.user, invoice)
    form = DiagnosesForm(request.POST or None, initial={"version": invoice.version, "diagnoses": " ".join(diagnoses)})
    rows = _rows(request, invoice, known)
    if request.method == "POST" and all([form.is_valid(), *(row.is_valid() for _, row in rows)]):
        services = [service for line, row in rows if (service := row.service(line.position))]
        data = form.cleaned_data
        try:
            set_medical_codes(invoice.pk, _words(data["diagnoses"]), services, version=data["version"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The medical codes are saved.")
            return redirect("billing:invoice", invoice.pk)
    return render(request, "billing/medical.html", {"invoice": invoice, "form": form, "rows": rows})


def medical_facts(reader: User, invoice: Invoice) -> dict[str, Any]:
    """What the document's page shows to those who may see it: diagnoses by letter, and what was done."""
    diagnoses, services = codes_for(reader, invoice)
    return {"diagnoses": list(zip(LETTERS, diagnoses, strict=False)), "services": services}


def _rows(request: StaffRequest, invoice: Invoice, known: list[Service]) -> list[tuple[InvoiceLine, ServiceForm]]:
    typed = {service.position: _typed(service) for service in known}
    return [
        (line, ServiceForm(request.POST or None, initial=typed.get(line.position), prefix=f"line{line.position}"))
        for line in invoice.lines.all()
    ]


def _typed(service: Service) -> dict[str, Any]:
    """A service as somebody would type it."""
    return {
        "serviced_on": service.serviced_on,
        "procedure": service.procedure,
        "modifiers": " ".join(service.modifiers),
        "pointers": " ".join(service.pointers),
    }


def _words(text: str) -> list[str]:
    return re.split(r"[\s,;]+", text.strip()) if text.strip() else []
