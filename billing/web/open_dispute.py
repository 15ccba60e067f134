"""Opening a dispute that a customer told us of: over a whole document, some of its lines, or an amount."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.attachments import MOST_BYTES
from billing.disputes import undisputed
from billing.models import Invoice, InvoiceLine, ReasonPurpose
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.draft_credit import left_of
from billing.operations.open_dispute import ANSWER_WITHIN, MOST_WORDS, DisputeDetails, items_to_dispute, open_dispute
from billing.reason_codes import reason_choices
from billing.totals import lines_with_taxes
from ledger.present import present
from ledger.refusals import Refused
from office.dressing import dressed
from office.models import Company, Department, User
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices
from office.web.once import once
from office.web.requests import StaffRequest

SCOPES = [("whole", "All that is open"), ("lines", "Some lines"), ("amount", "An amount")]


def colleagues(company: Company) -> list[tuple[int, str]]:
    """Who can look into a dispute: those who work in the company."""
    return list(User.objects.filter(companies=company, is_active=True).order_by("name").values_list("pk", "name"))


class CareForm(forms.Form):
    """Who looks into a dispute, and until when."""

    owner = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    department = forms.ChoiceField(required=False, choices=[("", "None yet"), *Department.choices])
    respond_by = forms.DateField(label="Answer by", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "owner", [("", "Nobody yet"), *colleagues(company)])
        self.initial.setdefault("respond_by", company.today() + ANSWER_WITHIN)


class OpenForm(CareForm):
    """What is disputed, and why; each line of the document has a box."""

    scope = forms.ChoiceField(label="What is disputed", choices=SCOPES, initial="whole", widget=forms.RadioSelect)
    amount = SumField(label="Amount, with its tax", required=False, max_digits=19, decimal_places=4)
    reason_code = forms.TypedChoiceField(label="Reason", coerce=int)
    words = forms.CharField(
        label="What they say", required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4})
    )
    said_by = forms.CharField(label="Who said it", max_length=100, required=False)
    file = forms.FileField(
        label="A photo or paper", required=False, help_text="PDF, PNG, JPG, CSV, XLSX or ODS, up to 5 MB."
    )

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, company=invoice.company, **kwargs)
        set_choices(self, "reason_code", [("", "Choose"), *reason_choices(invoice.company, ReasonPurpose.DISPUTE)])
        self.disputable = disputable_lines(invoice)
        self.fields["lines"] = forms.TypedMultipleChoiceField(
            required=False, coerce=int, choices=[(line.pk, line.description) for line in self.disputable]
        )
        chosen = {str(value) for value in (self["lines"].value() or [])}
        for line in self.disputable:
            dressed(line, is_chosen=str(line.pk) in chosen)

    def details(self) -> DisputeDetails:
        """What was typed, for the operation."""
        data = self.cleaned_data
        return DisputeDetails(
            reason_code_id=data["reason_code"],
            words=data["words"],
            amount=(data["amount"] or Decimal(0)) if data["scope"] == "amount" else None,
            lines=chosen_lines(data) if data["scope"] == "lines" else {},
            said_by=data["said_by"],
            department=data["department"],
            owner_id=data["owner"],
            respond_by=data["respond_by"],
        )


def chosen_lines(data: dict[str, Any]) -> dict[int, None]:
    """The lines whose boxes are ticked. Raises Refused for none."""
    if not data["lines"]:
        raise Refused("Tick the lines that are disputed.", code="no_lines")
    return dict.fromkeys(data["lines"])


def disputable_lines(invoice: Invoice) -> list[InvoiceLine]:
    """The lines of which something is left, each with what it comes to with its tax."""
    billed = list(lines_with_taxes().filter(invoice=invoice))
    left = left_of(billed)
    totals = {pk: each.left.total for pk, each in left.items()}
    return [dressed(line, comes_to=totals[line.pk]) for line in billed if totals[line.pk] > 0]


@staff_door("billing.open_dispute")
@once
def open_page(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Say what is disputed and why, and open the case."""
    invoice = get_invoice_for(request.user, invoice_id)
    if invoice.entry_id is None or invoice.is_credit_memo:
        messages.error(request, "Only what a customer owes can be disputed.")
        return redirect("billing:invoice", invoice.pk)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = OpenForm(*posted, invoice=invoice, initial={"owner": request.user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                dispute = open_dispute(invoice.entry_id, form.details(), on=invoice.company.today(), by=request.user)
                keep_file(request, dispute.pk, form.cleaned_data["file"])
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{dispute} is opened. The disputed part is not reminded or debited meanwhile.")
            return redirect("billing:dispute", dispute.pk)
    free = sum(undisputed(items_to_dispute(present(invoice.entry))).values(), Decimal(0))
    return render(request, "billing/dispute_new.html", {"invoice": invoice, "form": form, "free": free})


def keep_file(request: StaffRequest, dispute_id: int, upload: Any, *, is_inside: bool = False) -> None:
    """Keep a file, if one was chosen. Raises Refused for one that cannot be kept."""
    if upload is None:
        return
    content = upload.read(MOST_BYTES + 1)  # more is refused, and need not be read
    attach_to_dispute(dispute_id, upload.name, content, is_inside=is_inside, by=request.user)
