"""Remittance advice on screen: taking it in, what it says of our documents, joining it with its payment, applying."""

from decimal import Decimal
from typing import Any, TypeAlias

from django import forms
from django.contrib import messages
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import WithAnnotations

from customers.access import get_customer_for
from customers.search import fold
from customers.web.listing import customer_choice
from ledger.money import format_money
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import get_bank_line_for, get_remittance_for, remittances_for, require_bank
from payments.advised import explained, rests_of
from payments.bank import left_of
from payments.explaining import RemittanceState, bank_lines_like, remittance_for, with_state
from payments.models import BankLine, Remittance, Rest
from payments.operations.apply_remittance import (
    apply_remittance,
    join_remittance,
    part_remittance,
    why_not_as_advised,
)
from payments.operations.take_remittance import AdviceDetails, take_remittance, withdraw_remittance
from payments.remittances.opening import LARGEST
from payments.web.allocation_form import rest_choices, rest_field, rest_value
from payments.web.queue import queue_row

LIKE = 5
STATES = (("waiting", "Waiting"), ("joined", "Joined"), ("applied", "Applied"), ("withdrawn", "Withdrawn"))
REMITTANCES = ListSpec(
    name="remittances",
    title="Remittance advice",
    columns=(
        Column("name", "Advice", "name", sort="pk", url=lambda row: reverse("payments:remittance", args=[row.pk])),
        Column("customer", "From", "customer.name", hide_below="tablet"),
        Column("state", "State", lambda row: dict(STATES)[row.state]),
        Column("reference", "Their number", "payer_reference", hide_below="tablet"),
        Column("paid_on", "Paid on", "paid_on", "day", hide_below="phone"),
        Column("taken_at", "Came", "taken_at", "moment", hide_below="tablet"),
        Column("total", "Comes to", "total", "money", sort="total", total="total"),
    ),
    order="-name",
    filters=(
        Choice("state", "State", "state", STATES),
        DateRange("came", "Came", "taken_at__date"),
    ),
    search=("name", "customer__search_text", "payer_reference", "lines__reference"),
    search_hint="Name, customer, their number or a document's",
    fold=fold,
    empty=Empty(
        "No advice yet",
        "Take in what payers write of what they pay: a table, a PDF, or by API.",
        "mail",
        "payments:take_remittance",
        "Take advice in",
    ),
)


class AdviceForm(forms.Form):
    """The file, and what it may not say."""

    file = forms.FileField(help_text="CSV, Excel, or a PDF with text; up to 10 MB.")
    customer = forms.IntegerField(required=False, label="From")
    currency = forms.CharField(max_length=3, required=False, help_text="Empty: as it says, or the customer's own.")
    paid_on = forms.DateField(required=False, label="Paid on", widget=forms.DateInput(attrs={"type": "date"}))
    payer_reference = forms.CharField(
        max_length=100, required=False, label="Their number of the payment", help_text="By it the bank line is found."
    )
    decimal = forms.ChoiceField(
        required=False,
        label="Amounts are written",
        choices=[("", "Work it out"), (".", "1,234.50"), (",", "1.234,50")],
    )


@require_GET
@staff_door("payments.view_bank")
def remittance_list(request: StaffRequest) -> HttpResponseBase:
    """All advice, the newest first."""
    rows = with_state(remittances_for(request.user).filter(company=request.company)).select_related("customer")
    return list_page(request, REMITTANCES, _with_words(rows), template="payments/remittance_list.html")


class RemittanceWords(RemittanceState):
    state: str


RemittanceInWords: TypeAlias = "WithAnnotations[Remittance, RemittanceWords]"


def _with_words(rows: QuerySet[Remittance]) -> QuerySet[RemittanceInWords]:
    state = Case(
        When(~Q(withdrawn_because=""), then=Value("withdrawn")),
        When(is_applied=True, then=Value("applied")),
        When(bank_line__isnull=False, then=Value("joined")),
        default=Value("waiting"),
        output_field=CharField(),
    )
    shown: QuerySet[Any] = rows.annotate(state=state)
    return shown


@staff_door("payments.take_remittance")
def take(request: StaffRequest) -> HttpResponse:
    """Take an advice in."""
    require_bank(request.user)
    form = AdviceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (remittance := _taken(request, form)):
        messages.success(request, f"{remittance} is taken in.")
        return redirect("payments:remittance", remittance.pk)
    customer = customer_choice(request, str(form["customer"].value() or ""))
    return render(request, "payments/take_remittance.html", {"form": form, "customer": customer})


def _taken(request: StaffRequest, form: AdviceForm) -> Remittance | None:
    data = dict(form.cleaned_data)
    file, customer_id = data.pop("file"), data.pop("customer")
    customer = get_customer_for(request.user, customer_id) if customer_id else None
    details = AdviceDetails(customer, **data | {"currency": data["currency"].upper()})
    try:
        if file.size > LARGEST:
            raise Refused(f"It is larger than {LARGEST >> 20} MB.", code="file_too_large")
        return take_remittance(request.company, file.name, file.read(), details, by=request.user)
    except Refused as refusal:
        form.add_error("file", refusal.message)
        return None


@require_GET
@staff_door("payments.view_bank")
def remittance_page(request: StaffRequest, remittance_id: int) -> HttpResponse:
    """What an advice says of our documents, and which payment it explains."""
    remittance = get_remittance_for(request.user, remittance_id)
    shown = _with_words(with_state(Remittance.objects.filter(pk=remittance.pk))).values("state", "is_applied")[0]
    is_free = shown["state"] in ("waiting", "joined")
    advised = explained(remittance) if is_free else []
    joined = remittance.bank_line if is_free else None
    context = {
        "remittance": remittance,
        "state": dict(STATES)[shown["state"]],
        "is_free": is_free,
        "advised": advised,
        "blocked": why_not_as_advised(advised, remittance, left_of(joined)) if joined else None,
        "lines": remittance.lines.all(),
        "uses": remittance.uses.select_related("receipt__customer").order_by("pk"),
        "like": bank_lines_like(remittance)[:LIKE] if shown["state"] == "waiting" else [],
    }
    return render(request, "payments/remittance.html", context)


def advice_of(line: BankLine, left: Decimal) -> dict[str, Any]:
    """The advice that explains a bank line, for its page, and why it cannot be applied as it is."""
    remittance = remittance_for(line)
    if remittance is None:
        return {}
    is_applied = remittance.uses.filter(receipt__was_mistaken=False).exists()
    advised = [] if is_applied else explained(remittance)
    blocked = why_not_as_advised(advised, remittance, left)
    rests = {} if blocked else rests_of(advised, remittance.company, line.booked_on)
    for each in advised:
        each.rest = rest_value(*rests[each.item.pk]) if each.item and each.item.pk in rests else ""
    return {"remittance": remittance, "is_applied": is_applied, "advised": advised, "blocked": blocked}


@require_GET
@staff_door("payments.view_bank")
def file(request: StaffRequest, remittance_id: int) -> HttpResponse:
    """The advice as it came."""
    remittance = get_remittance_for(request.user, remittance_id)
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in remittance.name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(remittance.content), content_type="application/octet-stream", headers=headers)


@require_POST
@staff_door("payments.take_remittance")
def join(request: StaffRequest, remittance_id: int) -> HttpResponse:
    """Say which bank line it explains."""
    remittance = get_remittance_for(request.user, remittance_id)
    line = get_bank_line_for(request.user, typed_id(request.POST.get("line", "")) or 0)
    return _done(request, remittance, lambda: join_remittance(remittance.pk, line.pk, by=request.user), "Joined.")


@require_POST
@staff_door("payments.take_remittance")
def part(request: StaffRequest, remittance_id: int) -> HttpResponse:
    """Take that back."""
    remittance = get_remittance_for(request.user, remittance_id)
    return _done(request, remittance, lambda: part_remittance(remittance.pk, by=request.user), "Parted.")


@require_POST
@staff_door("payments.take_remittance")
def withdraw(request: StaffRequest, remittance_id: int) -> HttpResponse:
    """Let it explain nothing any more."""
    remittance = get_remittance_for(request.user, remittance_id)
    reason = request.POST.get("reason", "")
    words = "The advice is withdrawn; its reason is kept."
    return _done(request, remittance, lambda: withdraw_remittance(remittance.pk, reason=reason, by=request.user), words)


@require_POST
@staff_door("payments.match_bank_line")
def apply(request: StaffRequest, line_id: int, remittance_id: int) -> HttpResponse:
    """Match a bank line as its advice says."""
    line = get_bank_line_for(request.user, line_id)
    remittance = get_remittance_for(request.user, remittance_id)
    try:
        receipts = apply_remittance(remittance.pk, line.pk, by=request.user, rests=_typed_rests(request, remittance))
    except Refused as refusal:
        if request.htmx:
            return queue_row(request, line, error=refusal.message)
        messages.error(request, refusal.message)
        return redirect("payments:bank_line", line.pk)
    if request.htmx:
        return queue_row(request, line, receipts[0])
    total = format_money(sum((receipt.amount for receipt in receipts), Decimal(0)), line.currency)
    messages.success(request, f"{', '.join(map(str, receipts))}: {total}, applied as advised.")
    return redirect("payments:bank_line", line.pk)


def _typed_rests(request: StaffRequest, remittance: Remittance) -> dict[int, tuple[Rest, int | None]] | None:
    """What was chosen of what the payer took off, by open item; none where nothing was asked.

    Raises Refused for what this person may not choose.
    """
    items = [each.item.pk for each in explained(remittance) if each.item and f"rest_{each.item.pk}" in request.POST]
    field = rest_field(rest_choices(remittance.company, request.user))
    try:
        return {pk: field.clean(request.POST[f"rest_{pk}"]) for pk in items} or None
    except forms.ValidationError as error:
        raise Refused("That is not yours to say of what they took off. Choose another.", code="may_not") from error


def _done(request: StaffRequest, remittance: Remittance, act: Any, words: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, words)
    return redirect("payments:remittance", remittance.pk)
