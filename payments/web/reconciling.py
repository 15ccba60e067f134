"""A bank account held against the book: both balances, what each has alone, tying, booking and closing months."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.fields import EXCHANGE_RATE
from ledger.models import Account
from ledger.refusals import Refused
from office.models import BankAccount
from office.web.doors import staff_door
from office.web.fields import SumField, set_rows, typed_id
from office.web.requests import StaffRequest
from payments.access import get_bank_line_for, get_bank_month_for, get_own_bank_account_for, get_tie_for
from payments.booked_banks import booked_account
from payments.models import BankTie
from payments.operations.reconcile_bank import (
    NOT_BY_HAND,
    book_bank_line,
    book_opening_balance,
    close_bank_month,
    reopen_bank_month,
    tie_bank_lines,
    untie_bank_line,
)
from payments.reconciling import Reconciliation, fitting_pairs, reconciliation_of

LATEST = 20


class DayForm(forms.Form):
    """The day to look at."""

    until = forms.DateField(required=False)


class BookForm(forms.Form):
    """What only the bank has, and what it is."""

    account = forms.ModelChoiceField(Account.objects.none(), empty_label=None)
    memo = forms.CharField(max_length=200)
    exchange_rate = SumField(required=False, **EXCHANGE_RATE)

    def __init__(self, *args: Any, bank_account: BankAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_rows(self, "account", accounts_by_hand(bank_account))


def accounts_by_hand(bank_account: BankAccount) -> QuerySet[Account]:
    """What a bank line can be booked against."""
    accounts = Account.objects.filter(company_id=bank_account.company_id, is_active=True).exclude(role__in=NOT_BY_HAND)
    own = booked_account(bank_account)
    return accounts.exclude(pk=own.pk) if own else accounts


@require_GET
@staff_door("payments.view_bank")
def reconcile(request: StaffRequest, account_id: int) -> HttpResponse:
    """Both balances as of the last statement until a day, and what each side has alone."""
    bank_account = get_own_bank_account_for(request.user, account_id)
    form = DayForm(request.GET)
    today = bank_account.company.today()
    until = (form.cleaned_data["until"] if form.is_valid() else None) or today
    found = reconciliation_of(bank_account, until)
    ties = BankTie.objects.filter(line__bank_account=bank_account, undone_at=None)
    context = {
        "bank_account": bank_account,
        "until": until,
        "found": found,
        "fitting": fitting_pairs(found) if found else [],
        "accounts": accounts_by_hand(bank_account) if found and found.bank_lines else [],
        "ties": ties.select_related("line", "book_line__entry").order_by("-pk")[:LATEST],
        "months": bank_account.months.select_related("closed_by").order_by("-month", "-pk")[:LATEST],
        "to_close": _month_to_close(found, today),
    }
    return render(request, "payments/reconcile.html", context)


def _month_to_close(found: Reconciliation | None, today: date) -> date | None:
    """The month of the balances, if it is over."""
    month = found and found.on.replace(day=1)
    return month if month and month < today.replace(day=1) else None


@require_POST
@staff_door("payments.reconcile_bank")
def tie(request: StaffRequest, account_id: int) -> HttpResponse:
    """Say that what is ticked is the same money, or all pairs that can only be each other."""
    bank_account = get_own_bank_account_for(request.user, account_id)
    try:
        if "fitting" in request.POST:
            return _tied_fitting(request, bank_account)
        lines = [pk for text in request.POST.getlist("bank") if (pk := typed_id(text))]
        book = [pk for text in request.POST.getlist("book") if (pk := typed_id(text))]
        tie_bank_lines(bank_account.pk, lines, book, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Reconciled.")
    return redirect("payments:reconcile", bank_account.pk)


def _tied_fitting(request: StaffRequest, bank_account: BankAccount) -> HttpResponse:
    found = reconciliation_of(bank_account, bank_account.company.today())
    pairs = fitting_pairs(found) if found else []
    done, refusals = 0, []
    for line, book_line in pairs:
        try:
            done += len(tie_bank_lines(bank_account.pk, [line.pk], [book_line.pk], by=request.user))
        except Refused as refusal:
            refusals.append(refusal.message)
    messages.success(request, f"{done} pair{'s' * (done != 1)} reconciled.")
    for message in dict.fromkeys(refusals):
        messages.error(request, message)
    return redirect("payments:reconcile", bank_account.pk)


@require_POST
@staff_door("payments.reconcile_bank")
def untie(request: StaffRequest, tie_id: int) -> HttpResponse:
    """Take one back."""
    found = get_tie_for(request.user, tie_id)
    try:
        untie_bank_line(found.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Taken back. Both lines are to be reconciled again.")
    return redirect("payments:reconcile", found.line.bank_account_id)


@require_POST
@staff_door("payments.reconcile_bank")
def book(request: StaffRequest, line_id: int) -> HttpResponse:
    """Enter in the book what only the bank has."""
    line = get_bank_line_for(request.user, line_id)
    form = BookForm(request.POST, bank_account=line.bank_account)
    if not form.is_valid():
        messages.error(request, "Choose an account, and say what the line is.")
        return redirect("payments:reconcile", line.bank_account_id)
    data = form.cleaned_data
    try:
        book_bank_line(
            line.pk, data["account"], memo=data["memo"], by=request.user, exchange_rate=data["exchange_rate"]
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Booked on {data['account']}.")
    return redirect("payments:reconcile", line.bank_account_id)


@require_POST
@staff_door("payments.reconcile_bank")
def book_opening(request: StaffRequest, account_id: int) -> HttpResponse:
    """Enter what stood on the account before its first statement."""
    bank_account = get_own_bank_account_for(request.user, account_id)
    try:
        book_opening_balance(bank_account.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The opening balance is in the book.")
    return redirect("payments:reconcile", bank_account.pk)


@require_POST
@staff_door("payments.close_bank_month")
def close(request: StaffRequest, account_id: int) -> HttpResponse:
    """Close the month of the balances shown."""
    bank_account = get_own_bank_account_for(request.user, account_id)
    form = DayForm(request.POST)
    try:
        if not form.is_valid() or not form.cleaned_data["until"]:
            raise Refused("Name a day of the month to close.", code="month_missing")
        closed = close_bank_month(bank_account.pk, form.cleaned_data["until"], by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{closed.month:%B %Y} is closed.")
    return redirect("payments:reconcile", bank_account.pk)


@require_POST
@staff_door("payments.close_bank_month")
def reopen(request: StaffRequest, month_id: int) -> HttpResponse:
    """Reopen a closed month, with a reason."""
    month = get_bank_month_for(request.user, month_id)
    try:
        reopen_bank_month(month.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{month.month:%B %Y} is open again.")
    return redirect("payments:reconcile", month.bank_account_id)
