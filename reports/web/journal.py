"""Exporting the journal: a new one with its preview, one, its file, and taking it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import AuditRecord
from office.web.doors import ALWAYS, CHANGES, staff_door
from office.web.once import once
from office.web.requests import StaffRequest
from reports.access import get_journal_batch_for, require_whole_book
from reports.journal.choosing import OF_BATCH, JournalQuestion, chosen_entries, preview
from reports.journal.comparing import compare
from reports.journal.formats import format_named
from reports.models import JournalBatch, JournalFormat, journal_settings_of
from reports.operations.begin_journal_export import begin_journal_export
from reports.operations.download_journal import download_journal
from reports.operations.export_journal import ExportDetails
from reports.operations.withdraw_journal import withdraw_journal
from reports.web.journal_lists import DOOR, days_of

DAY = forms.DateInput(attrs={"type": "date"})


class ExportForm(forms.Form):
    """Which days, in which format."""

    format = forms.ChoiceField(label="Format", choices=JournalFormat)
    last_day = forms.DateField(label="Up to", widget=DAY)
    first_day = forms.DateField(
        label="From", required=False, widget=DAY, help_text="Empty: whatever was not exported yet."
    )


class SpanForm(forms.Form):
    """The days that are compared; what makes no sense is this year so far."""

    first_day = forms.DateField(label="From", required=False, widget=DAY)
    last_day = forms.DateField(label="To", required=False, widget=DAY)


@staff_door(DOOR, recently_known=CHANGES)
@once
def new_journal(request: StaffRequest) -> HttpResponse:
    """Choose days and format, see what an export would hold and what stands against it, and make it."""
    require_whole_book(request.user)
    data = request.POST if request.method == "POST" else request.GET
    form = ExportForm(data or None, initial={"last_day": request.company.today()})
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            if request.method == "POST":
                return _begun(request, ExportDetails(**form.cleaned_data))
            context["preview"] = preview(JournalQuestion(request.company, **form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(request, "reports/journal_new.html", context)


def _begun(request: StaffRequest, details: ExportDetails) -> HttpResponse:
    """Make the export, or have a worker make it, and lead there."""
    begun = begin_journal_export(request.company, details, by=request.user)
    if isinstance(begun, JournalBatch):
        messages.success(request, f"{begun} is made: {begun.file.entry_count} entries, which go out only once.")
        return redirect("reports:journal", begun.pk)
    messages.success(request, "These are many entries: a worker makes the file. This page says how far it is.")
    return redirect("office:run", begun.pk)


@require_GET
@staff_door(DOOR)
def journal(request: StaffRequest, journal_id: int) -> HttpResponse:
    """An export: what is in it by account, its file, and what was done with it."""
    batch = get_journal_batch_for(request.user, journal_id)
    settings = journal_settings_of(batch.company)
    wanted = format_named(batch.format)
    context = {
        "batch": batch,
        "days": days_of(batch),
        "format": wanted,
        "chosen": chosen_entries(batch.company, wanted, settings, OF_BATCH, {"batch": batch.pk}),
        "records": AuditRecord.objects.filter(Q(subject_type="reports.journalbatch", subject_id=batch.pk))
        .select_related("by")
        .order_by("-id")[:50],
    }
    return render(request, "reports/journal.html", context)


@require_POST
@staff_door(DOOR, recently_known=ALWAYS)
def journal_file(request: StaffRequest, journal_id: int) -> StreamingHttpResponse:
    """The file of an export; who got it is kept."""
    file = get_journal_batch_for(request.user, journal_id).file
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Content-Length": str(file.size),
        "Cache-Control": "no-store",
    }
    content = download_journal(file, by=request.user)
    return StreamingHttpResponse(content, content_type=file.media_type, headers=headers)


@require_POST
@staff_door(DOOR)
def withdraw(request: StaffRequest, journal_id: int) -> HttpResponse:
    """Take an export back; its entries wait for the next."""
    batch = get_journal_batch_for(request.user, journal_id)
    try:
        withdraw_journal(batch.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Taken back: its entries wait for the next export.")
    return redirect("reports:journal", batch.pk)


@require_GET
@staff_door(DOOR)
def compare_page(request: StaffRequest) -> HttpResponse:
    """Exported, not yet, and the book, account by account."""
    require_whole_book(request.user)
    today = request.company.today()
    usual = {"first_day": today.replace(month=1, day=1), "last_day": today}
    form = SpanForm({**usual, **request.GET.dict()})
    form.is_valid()
    days = {name: form.cleaned_data.get(name) or day for name, day in usual.items()}
    comparison = compare(request.company, **days)
    return render(request, "reports/journal_compare.html", {"form": form, "comparison": comparison})
