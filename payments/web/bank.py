"""The bank: how far each account is known, reading files in, and settling what could not be read."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.money import format_money
from ledger.refusals import Refused
from office.models import BankAccount, Run
from office.web.doors import staff_door
from office.web.fields import SumField, set_rows
from office.web.requests import StaffRequest
from payments.access import (
    bank_accounts_for,
    get_bank_file_for,
    get_bank_statement_for,
    get_unread_line_for,
    require_bank,
)
from payments.bank import accounts_of, with_joints
from payments.bank_files.opening import LARGEST
from payments.bank_tables import UnknownTable
from payments.models import BankFile, UnreadOutcome
from payments.operations.prepare_bank_table import prepare_bank_table
from payments.operations.settle_unread_line import complete_unread_line, leave_out_unread_line, settle_retold_lines
from payments.operations.take_bank_file import Taken, take_and_match
from payments.web.bank_lists import checked

LATEST = 20
MOST_FILES = 50


class ManyFiles(forms.ClearableFileInput):
    """A field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several, as a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"Choose at most {MOST_FILES} files at a time.")
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class BankFileForm(forms.Form):
    """The files to read, and whose they are where a table does not say so."""

    files = FilesField(  # type: ignore[assignment]  # a field, not the files that were sent
        label="Files",
        help_text="camt.052, 053 or 054, MT940, MT942, OFX, QFX, BAI2, or a table (CSV or Excel); one file or several.",
    )
    account = forms.ModelChoiceField(
        BankAccount.objects.none(),
        required=False,
        empty_label="As the file says",
        help_text="Only for a table that does not name its account.",
    )


@require_GET
@staff_door("payments.view_bank")
def bank(request: StaffRequest) -> HttpResponse:
    """Our accounts, how far each is known, and the latest files."""
    require_bank(request.user)
    files = BankFile.objects.filter(company=request.company).defer("content").select_related("taken_by")
    context = {"accounts": accounts_of(request.company), "files": files.order_by("-pk")[:LATEST]}
    return render(request, "payments/bank.html", context)


@staff_door("payments.take_bank_file")
def take(request: StaffRequest) -> HttpResponse:
    """Read files in; each is taken or refused by itself."""
    require_bank(request.user)
    form = BankFileForm(request.POST or None, request.FILES or None)
    set_rows(form, "account", bank_accounts_for(request.user).filter(company=request.company))
    if request.method == "POST" and form.is_valid():
        came = [found for file in form.cleaned_data["files"] if (found := _taken(request, form, file))]
        if waiting := next((each for each in came if isinstance(each, Run)), None):
            return redirect("payments:map_bank_table", waiting.pk)
        if not form.errors:
            taken = [each.file for each in came if isinstance(each, Taken)]
            return redirect("payments:bank_file", taken[0].pk) if len(taken) == 1 else redirect("payments:bank")
    return render(request, "payments/take_bank_file.html", {"form": form})


def _taken(request: StaffRequest, form: BankFileForm, file: Any) -> Taken | Run | None:
    """What came of a file: taken, a table that waits for its columns, or refused beside the form."""
    account = form.cleaned_data["account"]
    told: dict[str, Any] = {"by": request.user, "account_id": account.pk if account else None}
    try:
        if file.size > LARGEST:
            raise Refused(f"It is larger than {LARGEST >> 20} MB.", code="file_too_large")
        content = file.read()
        taken = take_and_match(request.company, file.name, content, **told)
    except UnknownTable as unknown:
        messages.warning(request, f"{file.name}: {unknown.message}")
        return prepare_bank_table(request.company, file.name, content, **told)
    except Refused as refusal:
        form.add_error("files", f"{file.name}: {refusal.message}")
        return None
    messages.success(request, f"{file.name}: {said(taken)}")
    if taken.unknown_accounts:
        messages.warning(request, f"{file.name}: {', '.join(taken.unknown_accounts)} is none of your bank accounts.")
    return taken


def said(taken: Taken) -> str:
    """What came of a file, in words."""
    parts = [f"{taken.new} new line{'' if taken.new == 1 else 's'}"]
    parts += [f"{taken.known} known before"] * bool(taken.known)
    parts += [f"{taken.unread} that could not be read"] * bool(taken.unread)
    parts += [f"{taken.doubtful} that may be known from another format"] * bool(taken.doubtful)
    parts += [f"{taken.matched} matched"] * bool(taken.matched)
    parts += [f"{taken.pending} not booked yet"] * bool(taken.pending)
    parts += [f"{taken.debits.collected} of our debits came in"] * bool(taken.debits.collected)
    parts += [f"{taken.debits.returned} of our debits came back"] * bool(taken.debits.returned)
    return ", ".join(parts) + "."


@require_GET
@staff_door("payments.view_bank")
def bank_file(request: StaffRequest, file_id: int) -> HttpResponse:
    """A file: its statements, whether they add up and join, and their lines."""
    file = get_bank_file_for(request.user, file_id)
    statements = with_joints(file.statements.all()).select_related("bank_account").order_by("position")
    waits = Count("unread_lines", filter=Q(unread_lines__outcome=UnreadOutcome.WAITING, unread_lines__may_be__gt=0))
    statements = statements.annotate(retold_waiting=waits)
    rows = [
        (each, checked(each), each.lines.order_by("pk"), each.unread_lines.select_related("may_be").order_by("pk"))
        for each in statements
    ]
    return render(request, "payments/bank_file.html", {"file": file, "rows": rows})


class CompleteForm(forms.Form):
    """What the line really says."""

    amount = SumField(max_digits=19, decimal_places=4, help_text="Above zero for money in, below for money out.")
    booked_on = forms.DateField(label="Booked on", widget=forms.DateInput(attrs={"type": "date"}))


@staff_door("payments.settle_unread_line")
def unread_line(request: StaffRequest, unread_id: int) -> HttpResponse:
    """A line that could not be read: what stood there, and completing it."""
    unread = get_unread_line_for(request.user, unread_id)
    initial = {"amount": unread.facts["amount"], "booked_on": unread.facts["booked_on"]}
    form = CompleteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            line = complete_unread_line(unread.pk, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"The line of {format_money(line.amount, line.currency)} is on its account now.")
            return redirect("payments:unread_line_list")
    context = {"unread": unread, "form": form, "waits": unread.outcome == UnreadOutcome.WAITING}
    return render(request, "payments/unread_line.html", context)


@require_POST
@staff_door("payments.settle_unread_line")
def leave_out(request: StaffRequest, unread_id: int) -> HttpResponse:
    """Leave a line out that could not be read."""
    unread = get_unread_line_for(request.user, unread_id)
    try:
        leave_out_unread_line(unread.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payments:unread_line", unread.pk)
    messages.success(request, "The line is left out; its reason is kept.")
    return redirect("payments:unread_line_list")


@require_POST
@staff_door("payments.settle_unread_line")
def settle_retold(request: StaffRequest, statement_id: int) -> HttpResponse:
    """Say of all doubtful lines of a statement at once whether another format told of them."""
    statement = get_bank_statement_for(request.user, statement_id)
    are_same = request.POST.get("are_same") == "yes"
    try:
        count = settle_retold_lines(statement.pk, are_same=are_same, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        said = "left out, as they were known" if are_same else "put on their account"
        messages.success(request, f"{count} line{'s' * (count != 1)} {said}.")
    return redirect("payments:bank_file", statement.file_id)
