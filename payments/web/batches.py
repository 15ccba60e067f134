"""A paper list of payments: typing it against its control total, the list of batches, and the page of one."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.fields import EXCHANGE_RATE
from ledger.models import Account, AccountRole
from ledger.refusals import Refused
from office.models import Company
from office.web.doors import staff_door
from office.web.fields import SumField, set_rows
from office.web.lists import Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import batches_for, get_batch_for, receipts_for
from payments.advised import known_numbers
from payments.bank_files.lockbox import LARGEST, Cheque, read_lockbox
from payments.batch_lines import BatchLine, BatchRefused
from payments.models import PaymentMethod
from payments.operations.record_receipt_batch import MOST, BatchDetails, record_receipt_batch
from payments.queries import with_free

BATCHES = ListSpec(
    name="receipt-batches",
    title="Payment batches",
    columns=(
        Column(
            "number", "Batch", "number", sort="pk", url=lambda row: reverse("payments:receipt_batch", args=[row.pk])
        ),
        Column("received_on", "Received", "received_on", "day", sort="received_on"),
        Column("note", "Note", "note", hide_below="tablet"),
        Column("bank_account", "Into", lambda row: str(row.bank_account), hide_below="tablet"),
        Column("line_count", "Lines", "line_count", "number", sort="line_count", hide_below="phone"),
        Column("control_total", "Control total", "control_total", "money", sort="control_total", total="control_total"),
    ),
    order="-number",
    filters=(DateRange("received", "Received", "received_on"),),
    search=("number", "note"),
    search_hint="Number or note",
    empty=Empty(
        "No batches yet",
        "Type a paper list of cheques or cash in one go, against the total that was counted.",
        "list-check",
        "payments:receipt_batch_new",
        "Enter a batch",
    ),
)
EMPTY_LINES = 5


class BatchForm(forms.Form):
    """What holds for the whole list."""

    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs={"type": "date"}))
    control_total = SumField(
        label="Control total", max_digits=19, decimal_places=4, help_text="As it was counted on the paper list."
    )
    currency = forms.CharField(max_length=3)
    exchange_rate = SumField(required=False, help_text="Only in a foreign currency.", **EXCHANGE_RATE)
    bank_account = forms.ModelChoiceField(Account.objects.none(), empty_label=None)
    note = forms.CharField(max_length=200, required=False)
    oldest_first = forms.BooleanField(
        label="Apply lines without an invoice to what is oldest",
        required=False,
        initial=True,
        help_text="Otherwise they stay on account.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        banks = Account.objects.filter(company_id=company.pk, role=AccountRole.BANK, is_active=True)
        set_rows(self, "bank_account", banks)
        self.initial.update(received_on=company.today(), currency=company.currency, form_key=uuid4())
        self.initial["bank_account"] = banks.filter(is_default=True).first()


class BatchLineForm(forms.Form):
    """One line of the list."""

    customer = forms.CharField(max_length=200, required=False)
    invoice = forms.CharField(max_length=40, required=False)
    amount = SumField(max_digits=19, decimal_places=4, required=False)
    method = forms.ChoiceField(choices=PaymentMethod.choices, initial=PaymentMethod.CHEQUE)
    reference = forms.CharField(max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """A line that says anything has an amount."""
        data = super().clean() or {}
        if any(data.get(name) for name in ("customer", "invoice", "reference")) and not data.get("amount"):
            self.add_error("amount", "Type its amount.")
        return data

    @property
    def line(self) -> BatchLine | None:
        """What was typed, or nothing of a line left empty."""
        data: dict[str, Any] = {
            name: self.cleaned_data.get(name) for name in ("amount", "customer", "invoice", "method", "reference")
        }
        return BatchLine(**data) if data["amount"] else None


def formset_of(extra: int) -> type[forms.BaseFormSet]:
    """A grid with so many lines to begin with."""
    return forms.formset_factory(BatchLineForm, extra=extra, can_delete=True, max_num=MOST, absolute_max=MOST)


LineFormSet = formset_of(EMPTY_LINES)


@require_GET
@staff_door("payments.view_receipt")
def batch_list(request: StaffRequest) -> HttpResponseBase:
    """The batches, the newest first."""
    rows = batches_for(request.user).filter(company=request.company).select_related("bank_account")
    return list_page(request, BATCHES, rows, template="payments/receipt_batch_list.html")


@staff_door("payments.record_receipt")
def new_batch(request: StaffRequest) -> HttpResponse:
    """Type a paper list; nothing is recorded until it adds up to its control total."""
    form = BatchForm(request.POST or None, company=request.company)
    lines = LineFormSet(request.POST or None, prefix="lines")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        filled = [each for each in lines.forms if each.line and each not in lines.deleted_forms]
        try:
            batch = record_receipt_batch(request.company, _details(form, filled), by=request.user)
        except BatchRefused as refusal:
            for place, words in refusal.by_line.items():
                filled[place].add_error(None, words)
            form.add_error(None, refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{batch} records {batch.line_count} payments.")
            return redirect("payments:receipt_batch", batch.pk)
    return render(request, "payments/receipt_batch_new.html", {"form": form, "lines": lines})


@require_POST
@staff_door("payments.record_receipt")
def read_lockbox_file(request: StaffRequest) -> HttpResponse:
    """Begin a batch from a bank's lockbox file: what it says stands in the boxes, and nothing is recorded yet."""
    file = request.FILES.get("file")
    try:
        if file is None or (file.size or 0) > LARGEST:
            raise Refused("Choose a lockbox file.", code="file_missing")
        boxes = read_lockbox(file.read())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payments:receipt_batch_new")
    cheques = [cheque for box in boxes for cheque in box.cheques][:MOST]
    form = BatchForm(company=request.company)
    form.initial.update(
        received_on=boxes[0].received_on,
        control_total=sum((box.total for box in boxes), Decimal(0)),
        note=f"Lockbox {', '.join(box.number for box in boxes)}"[:200],
    )
    ours = known_numbers(request.company)(memo for cheque in cheques for memo in cheque.memos)
    lines = formset_of(len(cheques))(prefix="lines", initial=[_as_typed(cheque, ours) for cheque in cheques])
    return render(request, "payments/receipt_batch_new.html", {"form": form, "lines": lines})


def _as_typed(cheque: Cheque, ours: set[str]) -> dict[str, Any]:
    """A cheque as a person would type it: the stub's word that is a number of ours is the invoice."""
    named = next((memo for memo in cheque.memos if memo.upper() in ours), "")
    told = [f"Cheque {cheque.number}", *(memo for memo in cheque.memos if memo != named)]
    whose = {"invoice": named} if named else {"customer": cheque.payer}
    return whose | {"amount": cheque.amount, "method": PaymentMethod.CHEQUE, "reference": ", ".join(told)[:200]}


@require_POST
@staff_door("payments.record_receipt")
def batch_totals(request: StaffRequest) -> HttpResponse:
    """What the typed lines add up to, and how far that is from the control total, as a piece."""
    form, lines = BatchForm(request.POST, company=request.company), LineFormSet(request.POST, prefix="lines")
    form.is_valid()
    lines.is_valid()
    typed = [each.line for each in lines.forms if hasattr(each, "cleaned_data") and each not in lines.deleted_forms]
    amounts = [line.amount for line in typed if line]
    total, wanted = sum(amounts, Decimal(0)), form.cleaned_data.get("control_total")
    context = {"count": len(amounts), "total": total, "currency": request.company.currency}
    context["apart"] = None if wanted is None else wanted - total
    return render(request, "payments/_batch_totals.html", context)


@require_GET
@staff_door("payments.view_receipt")
def batch_page(request: StaffRequest, batch_id: int) -> HttpResponse:
    """A batch and its receipts, as far as this person sees their customers."""
    batch = get_batch_for(request.user, batch_id)
    receipts = with_free(receipts_for(request.user).filter(batch=batch)).select_related("customer").order_by("pk")
    shown = receipts.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return render(request, "payments/receipt_batch.html", {"batch": batch, "receipts": receipts, "shown": shown})


def _details(form: BatchForm, filled: list[BatchLineForm]) -> BatchDetails:
    data = form.cleaned_data
    return BatchDetails(
        received_on=data["received_on"],
        control_total=data["control_total"],
        lines=[line for each in filled if (line := each.line)],
        currency=data["currency"].strip().upper(),
        exchange_rate=data["exchange_rate"],
        bank_account_id=data["bank_account"].pk,
        note=data["note"],
        oldest_first=data["oldest_first"],
        form_key=data["form_key"],
    )
