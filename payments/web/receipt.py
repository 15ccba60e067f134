"""Recording a receipt, its page, and taking it back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_invoice_for
from billing.models import Invoice
from customers.access import get_customer_for
from customers.persons import require_sees_paper
from customers.web.listing import customer_choice
from ledger.fields import EXCHANGE_RATE
from ledger.models import Account, AccountRole, OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from ledger.snapshot import snapshot
from office.models import OutgoingMail
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.fields import SumField, set_rows
from office.web.once import once
from office.web.requests import StaffRequest
from payments.access import get_receipt_for, receipts_for
from payments.exchanging import foreign_items
from payments.models import PaymentMethod, Receipt
from payments.operations.receive_payment import Plan, Share, receive_payment
from payments.operations.record_receipt import ReceiptDetails
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.send_receipt import send_receipt
from payments.queries import applications, exchanges_of, with_free
from payments.receipt_pdf import kept_receipt_pdf
from payments.receipt_words import KIND


class ReceiptForm(forms.Form):
    """Money that came in."""

    customer = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Choose a customer."})
    amount = SumField(max_digits=19, decimal_places=4)
    currency = forms.CharField(max_length=3, required=False, help_text="Empty: the customer's own.")
    exchange_rate = SumField(required=False, help_text="Only in a foreign currency.", **EXCHANGE_RATE)
    bank_fee = SumField(
        label="Kept by the bank",
        required=False,
        min_value=0,
        max_digits=19,
        decimal_places=4,
        help_text="A part of the amount: the customer is credited with all of it.",
    )
    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs={"type": "date"}))
    method = forms.ChoiceField(label="How", choices=PaymentMethod.choices)
    bank_account = forms.ModelChoiceField(Account.objects.none(), empty_label=None)
    reference = forms.CharField(
        label="Their words",
        max_length=200,
        required=False,
        help_text="Of tax withheld: the number of their certificate.",
    )
    apply = forms.ChoiceField(
        label="Apply it",
        choices=[("choose", "I choose next"), ("oldest", "Oldest first"), ("invoice", "To this invoice first")],
        required=False,
    )
    invoice = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, company_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        banks = Account.objects.filter(company_id=company_id, role=AccountRole.BANK, is_active=True)
        set_rows(self, "bank_account", banks)
        self.initial.setdefault("bank_account", banks.filter(is_default=True).first())

    def details(self) -> ReceiptDetails:
        """The valid form as details for the operation."""
        data = self.cleaned_data
        return ReceiptDetails(
            customer_id=data["customer"],
            received_on=data["received_on"],
            amount=data["amount"],
            currency=data["currency"].strip().upper(),
            exchange_rate=data["exchange_rate"],
            method=data["method"],
            reference=data["reference"],
            bank_fee=data["bank_fee"] or Decimal(0),
            bank_account_id=None if data["method"] == PaymentMethod.WITHHELD else data["bank_account"].pk,
        )


@staff_door("payments.record_receipt")
@once
def new_receipt(request: StaffRequest) -> HttpResponse:
    """Record what came in, then apply it."""
    invoice_id = request.GET.get("invoice", "")
    initial = {
        "customer": request.GET.get("customer", ""),
        "amount": request.GET.get("amount", ""),
        "received_on": request.company.today(),
        "invoice": invoice_id,
        "apply": "invoice" if invoice_id else "choose",
    }
    form = ReceiptForm(request.POST or None, initial=initial, company_id=request.company.pk)
    if request.method == "POST" and form.is_valid():
        try:
            return _recorded(request, form)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "customer": customer_choice(request, str(form["customer"].value()))}
    return render(request, "payments/receipt_new.html", context)


def _recorded(request: StaffRequest, form: ReceiptForm) -> HttpResponse:
    customer = get_customer_for(request.user, form.cleaned_data["customer"])
    details, how = form.details(), form.cleaned_data["apply"]
    plan = Plan(oldest_first=how == "oldest")
    if how == "invoice":
        invoice = get_invoice_for(request.user, form.cleaned_data["invoice"] or 0)
        plan = Plan(shares=_shares(invoice, details.amount))
    receipt = receive_payment(customer, details, plan, by=request.user)
    amount = format_money(receipt.amount, receipt.currency)
    messages.success(request, f"{receipt} records {amount} from {customer.name}.")
    if how == "choose":
        return redirect("payments:allocate", customer.pk)
    return redirect("payments:receipt", receipt.pk)


def _shares(invoice: Invoice, amount: Decimal) -> list[Share]:
    """The amount on what the invoice has open, the earliest due first; what is left over stays free."""
    shares = []
    for item in OpenItem.objects.filter(entry=invoice.entry_id, balance__gt=0).order_by("due_on", "pk"):
        shares.append(Share(item.pk, min(amount, item.balance)))
        amount -= shares[-1].amount
    return shares


@require_GET
@staff_door("payments.view_receipt")
@snapshot()
def receipt_page(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """A receipt, what it was applied to, and what of it is free."""
    get_receipt_for(request.user, receipt_id)
    receipts = receipts_for(request.user).filter(pk=receipt_id)
    related: tuple[str, ...] = (
        "customer",
        "company",
        "created_by",
        "bank_account",
        "bank_line",
        "bank_match",
        "batch",
        "chargeback",
    )
    related += ("recovery__write_off",)
    receipt = with_free(receipts.select_related(*related)).get()
    context = {"receipt": receipt, "rows": applications(receipt), "today": receipt.company.today()}
    context["exchanges"] = exchanges_of(receipt)
    context["is_owed_elsewhere"] = receipt.free > 0 and bool(foreign_items(receipt))
    about = {"about_type": Receipt._meta.label_lower, "about_id": receipt.pk}
    context["mails"] = OutgoingMail.objects.filter(kind=KIND, **about).order_by("-pk")
    return render(request, "payments/receipt.html", context)


@require_POST
@staff_door("payments.reverse_receipt")
def reverse_page(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """Take a receipt back, with a reason and perhaps a fee."""
    receipt = get_receipt_for(request.user, receipt_id)
    form = ReversalForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(message) for errors in form.errors.values() for message in errors))
        return redirect("payments:receipt", receipt.pk)
    data = form.cleaned_data
    try:
        reverse_receipt(
            receipt.pk,
            dated_on=data["on"],
            by=request.user,
            reason=data["reason"],
            fee=data["fee"] or Decimal(0),
            mistaken=data["mistaken"],
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{receipt} is reversed. What it had settled is open again.")
    return redirect("payments:receipt", receipt.pk)


@require_GET
@staff_door("payments.view_receipt")
def receipt_pdf(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """The kept bytes of a receipt."""
    return pdf_answer(get_receipt_for(request.user, receipt_id))


def pdf_answer(receipt: Receipt) -> HttpResponse:
    """A receipt's PDF, or why there is none now."""
    require_sees_paper(receipt.customer)
    try:
        content = bytes(kept_receipt_pdf(receipt).content)
    except PdfUnavailable as failure:
        return HttpResponse(str(failure), status=503, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{receipt}.pdf"'
    return answer


@require_POST
@staff_door("payments.send_receipt")
@once
def send(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """Mail the receipt to those who get the customer's papers."""
    receipt = get_receipt_for(request.user, receipt_id)
    try:
        mails = send_receipt(receipt.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{len(mails)} mail{'s' * (len(mails) != 1)} will leave in a moment.")
    return redirect("payments:receipt", receipt.pk)


class ReversalForm(forms.Form):
    """Why and when a receipt is taken back."""

    on = forms.DateField()
    reason = forms.CharField(max_length=300)
    fee = SumField(required=False, max_digits=19, decimal_places=4, min_value=0)
    mistaken = forms.BooleanField(required=False)
