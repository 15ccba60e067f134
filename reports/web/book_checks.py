"""The book checks: the tie-out of a day, findings that want a look, and what the last whole check found."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import list_page
from office.web.lists.totals import count_words
from office.web.once import once
from office.web.requests import StaffRequest
from reports.findings.kind import Asked
from reports.findings.kinds import kinds_for
from reports.operations.begin_book_check import ask_book_check
from reports.tie_out import BILLED, LATE, MONEY, OTHERS, REFUNDS, WRITTEN_OFF, CurrencyTie, tie_out
from reports.whole_check import whole_check, with_pages

WAYS = {
    "papers": ("What papers say", "Invoices, payments and all other papers, added up one by one"),
    "open": ("Open items", "What stands open of each document and payment"),
    "allocated": ("Items less allocations", "All that was ever owed, less what was applied, worked out anew"),
    "control": ("Receivable account", "Every line of the account in the book"),
}
PAPERS = {
    BILLED: "Invoices, debit notes, less credit memos and voids",
    MONEY: "Payments and tax withheld",
    REFUNDS: "Refunds",
    WRITTEN_OFF: "Write-offs",
    LATE: "Interest and fees for paying late",
    OTHERS: "Exchanges, charges, recovered debt and opening balances",
}
PIECES = {"tie": "reports/_tie_out.html", "findings": "reports/_findings.html", "whole": "reports/_whole_check.html"}


class DayForm(forms.Form):
    """The day of the tie-out; what makes no sense is today."""

    on = forms.DateField(label="As of", required=False, widget=forms.DateInput(attrs={"type": "date"}))


@require_GET
@staff_door("office.view_reports")
def book_checks(request: StaffRequest) -> HttpResponse:
    """All three, each a piece; what reads the whole book comes after the page, or at once where the address says so."""
    piece, at_once = request.GET.get("part", ""), bool(request.GET.get("whole"))
    piece = piece if piece in PIECES else ""
    context: dict[str, Any] = {"sees_all": not request.user.only_own_customers, "at_once": at_once}
    if piece in ("", "tie"):
        context |= _tied(request, whole=at_once or piece == "tie")
    if piece in ("", "findings"):
        context |= _findings(request, counted=at_once or piece == "findings")
    if piece in ("", "whole"):
        context |= _whole(request)
    return render(request, PIECES.get(piece, "reports/book_checks.html"), context)


def _tied(request: StaffRequest, *, whole: bool) -> dict[str, Any]:
    form = DayForm({"on": request.company.today(), **request.GET.dict()})
    on = (form.cleaned_data.get("on") if form.is_valid() else None) or request.company.today()
    ties = [] if request.user.only_own_customers else tie_out(request.company.pk, on, whole=whole)
    own_first = sorted(ties, key=lambda tie: tie.currency != request.company.currency)
    here = reverse("reports:book_checks")
    return {
        "form": form,
        "on": on,
        "whole": whole,
        "currencies": [_shown(tie, on) for tie in own_first],
        "tie_url": f"{here}?{urlencode({'on': on.isoformat(), 'part': 'tie'})}",
        "at_once_url": f"{here}?{urlencode({'on': on.isoformat(), 'whole': 1})}",
    }


def _shown(tied: CurrencyTie, on: date) -> dict[str, Any]:
    """The rows of one currency, each with its words and the address of what it adds up."""
    upto = {"currency": tied.currency, "dated_to": on.isoformat()}
    addresses = {
        "papers": _address("reports:book_items", **upto),
        "open": _address("reports:open-items", on=on.isoformat(), currency=tied.currency),
        "allocated": _address("reports:book_items", **upto),
        "control": _address("reports:receivable_lines", **upto),
    }
    papers = [
        (PAPERS[key], amount, _address("reports:book_items", paper=key, **upto)) for key, amount in tied.papers.items()
    ]
    rows = [(*WAYS[tie.key], tie, addresses[tie.key], papers if tie.key == "papers" else []) for tie in tied.ties]
    return {"tied": tied, "rows": rows}


def _address(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"


def _findings(request: StaffRequest, *, counted: bool) -> dict[str, Any]:
    asked = asked_by(request)
    kinds = [(kind, kind.count(asked, {}) if counted else None) for kind in kinds_for(request.user)]
    return {
        "counted": counted,
        "kinds": [(kind, count, "" if count is None else count_words(count)) for kind, count in kinds],
        "findings_url": f"{reverse('reports:book_checks')}?part=findings",
    }


def asked_by(request: StaffRequest) -> Asked:
    """Who looks, at which book, on which day."""
    return Asked(request.user, request.company, request.company.today())


def _whole(request: StaffRequest) -> dict[str, Any]:
    return {
        "check": whole_check(request.company),
        "check_url": f"{reverse('reports:book_checks')}?part=whole",
        "may_check": request.user.has_perm(check_book.door),  # type: ignore[attr-defined]  # a door has one
    }


@require_POST
@staff_door("ledger.check_book")
@once
def check_book(request: StaffRequest) -> HttpResponse:
    """Have the whole book checked now."""
    try:
        ask_book_check(request.company, by=request.user)
        messages.success(request, "The book is being checked.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(reverse("reports:book_checks") + "#whole-check")


@require_GET
@staff_door("office.view_reports")
def found_by_check(request: StaffRequest, check: str) -> HttpResponse:
    """What one check found in the last whole check, each with its page."""
    last = whole_check(request.company)
    known = [] if request.user.only_own_customers else last.by_check
    found = next((each for each in known if each.key == check), None)
    if found is None:
        raise Http404("Nothing was found by such a check.")
    findings = with_pages(found.findings, request.user, request.company)
    context = {"found": found, "findings": findings, "check": last}
    return render(request, "reports/found_by_check.html", context)


@require_GET
@staff_door("office.view_reports")
def findings(request: StaffRequest, kind: str) -> HttpResponseBase:
    """The findings of one kind: a list, with its files."""
    known = next((each for each in kinds_for(request.user) if each.key == kind), None)
    if known is None:
        raise Http404("No such finding.")
    rows = known.found(asked_by(request), request.GET.dict())
    return list_page(request, known.spec, rows, template="reports/findings.html", kind=known)
