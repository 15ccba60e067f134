"""Tables of banks on screen: say which column is what, see the lines as they would be read, take them in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import BankAccount, Run, RunStatus
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from payments.access import bank_accounts_for, get_bank_mapping_for, get_bank_table_for, require_bank
from payments.bank_files import BadBankFile, ReadStatement
from payments.bank_files.tables import Grid, TableMapping, guess_mapping, open_table
from payments.bank_files.tables.grid import text_of
from payments.bank_tables import read_of
from payments.models import BankMapping
from payments.operations.keep_bank_mapping import forget_bank_mapping
from payments.operations.prepare_bank_table import tell_of_table, told_of
from payments.operations.take_bank_file import match_after
from payments.operations.take_bank_table import finish_bank_table
from payments.web.bank import said
from payments.web.table_forms import ColumnsForm, OpeningForm

SHOWN = 8
SAMPLED = 3


@staff_door("payments.take_bank_file")
def map_table(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column of a table is what; then take it in, and others like it from then on at once."""
    run = get_bank_table_for(request.user, run_id)
    if run.status == RunStatus.DONE:
        return redirect("payments:bank_file", run.parameters["file"])
    mapping = told_of(run)
    opening = OpeningForm(mapping, request.POST if "open" in request.POST else None)
    if "open" in request.POST and opening.is_valid() and _opened(run, opening):
        return redirect("payments:map_bank_table", run.pk)
    grid = _grid(run, mapping)
    form = _columns_form(request, run, grid, mapping)
    if request.method == "POST" and "open" not in request.POST and form.is_valid():
        try:
            tell_of_table(run, form.chosen(), form.cleaned_data["account"].pk)
            return _taken(request, run, form) if "take" in request.POST else redirect("payments:map_bank_table", run.pk)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    account = BankAccount.objects.filter(pk=run.parameters["account"] or 0).first()
    told = told_of(run)
    context = {"run": run, "opening": opening, "form": form, **_preview(request, grid, told, account)}
    return render(request, "payments/map_bank_table.html", context)


def _grid(run: Run, mapping: TableMapping) -> Grid:
    return open_table(run.input, mapping.encoding, mapping.separator)


def _opened(run: Run, form: OpeningForm) -> bool:
    """Open the table as told and guess its columns anew; what cannot be opened so is said beside the form."""
    data = form.cleaned_data
    try:
        grid = open_table(run.input, data.get("encoding", ""), data.get("separator", ""))
    except BadBankFile as refusal:
        form.add_error(None, refusal.message)
        return False
    mapping = guess_mapping(grid, first_line=data["first_line"], has_headings=data["has_headings"])
    tell_of_table(run, mapping, run.parameters["account"])
    return True


def _columns_form(request: StaffRequest, run: Run, grid: Grid, mapping: TableMapping) -> ColumnsForm:
    accounts = bank_accounts_for(request.user).filter(company=run.company).order_by("name", "pk")
    only = accounts.first() if len(accounts[:2]) == 1 else None
    rows = (grid.after(mapping) or [])[:SAMPLED]
    places = range(len(mapping.columns))
    samples = [[text_of(row.cells[place]) for row in rows if place < len(row.cells)] for place in places]
    typed = request.POST if request.method == "POST" and "open" not in request.POST else None
    return ColumnsForm(
        mapping, accounts, samples, typed, initial={"account": run.parameters["account"] or (only.pk if only else None)}
    )


def _taken(request: StaffRequest, run: Run, form: ColumnsForm) -> HttpResponse:
    taken = finish_bank_table(run, form.cleaned_data["account"], form.chosen(), by=request.user)
    match_after(taken, request.company, by=request.user)
    messages.success(request, f"{run.parameters['name']}: {said(taken)} Tables like it are now taken at once.")
    return redirect("payments:bank_file", taken.file.pk)


def _preview(request: StaffRequest, grid: Grid, mapping: TableMapping, account: BankAccount | None) -> dict[str, Any]:
    """The first lines as they would be read and what they add up to, or why they cannot be."""
    account = account or BankAccount(iban="", currency=request.company.currency)
    try:
        mapping.require_whole()
        statements = read_of(account, grid, mapping)
    except Refused as refusal:
        return {"problem": refusal.message}
    lines = [line for statement in statements for line in statement.lines]
    booked = [line for line in lines if not line.is_pending]
    return {
        "statements": [_summed(statement, account.currency) for statement in statements],
        "lines": booked[:SHOWN],
        "booked_count": len(booked),
        "unread_count": sum(bool(line.unread) for line in booked),
        "pending_count": len(lines) - len(booked),
        "currency": account.currency,
    }


def _summed(statement: ReadStatement, currency: str) -> dict[str, Any]:
    amounts = [line.amount for line in statement.lines if line.amount is not None]
    return {
        "account": statement.account,
        "came": sum(amount for amount in amounts if amount > 0),
        "went": sum(amount for amount in amounts if amount < 0),
        "opening": statement.opening,
        "closing": statement.closing,
        "adds_up": statement.adds_up,
        "notes": statement.notes,
        "currency": currency,
    }


@require_GET
@staff_door("payments.take_bank_file")
def mapping_list(request: StaffRequest) -> HttpResponse:
    """How the tables of each account are read."""
    require_bank(request.user)
    accounts = bank_accounts_for(request.user).filter(company=request.company)
    rows = BankMapping.objects.filter(bank_account__in=accounts).select_related("bank_account", "kept_by")
    return render(request, "payments/bank_mappings.html", {"mappings": rows.order_by("bank_account__name", "pk")})


@require_POST
@staff_door("payments.take_bank_file")
def forget(request: StaffRequest, mapping_id: int) -> HttpResponse:
    """Ask again at the next table like it."""
    mapping = get_bank_mapping_for(request.user, mapping_id)
    forget_bank_mapping(mapping.pk, by=request.user)
    messages.success(request, f"Forgotten. The next table with {mapping} is asked about.")
    return redirect("payments:bank_mapping_list")
