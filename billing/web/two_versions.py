"""Two people changed one draft: what each of them typed, side by side, to choose from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from billing.models import Invoice
from billing.web.forms import DraftForm, initial_from, kept_lines, short
from billing.web.typed_draft import TypedDraft, stored_draft
from customers.models import Customer
from office.audit.recording import last_noted
from office.web.requests import StaffRequest

STALE = 409
CHOICE, THEIRS = "take-", "theirs"
LINES = "lines"
SHOWN_CELLS = ("section", "description", "quantity", "unit", "unit_price", "discount_percent", "tax")


@dataclass(frozen=True)
class Difference:
    """A field, or the lines, in both versions; as words, or as rows of words."""

    name: str
    label: str
    mine: Any
    theirs: Any

    @property
    def is_lines(self) -> bool:
        """Whether it is the lines, which are rows of cells."""
        return self.name == LINES


def two_versions_page(request: StaffRequest, typed: TypedDraft) -> HttpResponse:
    """Both versions of a draft that was saved meanwhile; what was typed goes along to be saved as chosen."""
    typed.kept.refresh_from_db()
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    context = {
        "invoice": typed.kept,
        "differences": differences(typed),
        "sent": [(name, value) for name, value in sent if not _is_ours(name)],
        "change": last_noted(typed.kept),
    }
    return render(request, "billing/two_versions.html", context, status=STALE)


def _is_ours(name: str) -> bool:
    return name in ("csrfmiddlewaretoken", "version") or name.startswith(CHOICE)


def differences(typed: TypedDraft) -> list[Difference]:
    """Where the version that was typed and the one that is kept say something else."""
    kept = stored_draft(typed.request, typed.kept)
    both = [typed.form.cleaned_data["customer"], typed.kept.customer_id]
    names = dict(Customer.objects.filter(pk__in=both).values_list("pk", "name"))
    found = []
    for name, field in typed.form.fields.items():
        values = (typed.form.cleaned_data[name], kept.form.initial[name])
        found.append(
            Difference(name, str(typed.form[name].label), *(_shown(name, field, each, names) for each in values))
        )
    found.append(Difference(LINES, "Lines", _rows(typed, _cleaned(typed)), _rows(typed, kept.lines.initial or [])))
    return [each for each in found if each.mine != each.theirs]


def _shown(name: str, field: Any, value: Any, names: dict[int, str]) -> str:
    if name == "customer":
        return names.get(value, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(field, "choices"):
        return str(dict(field.choices).get("" if value is None else value, value))
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return short(value)
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _cleaned(typed: TypedDraft) -> list[dict[str, Any]]:
    return [each.cleaned_data for each in kept_lines(typed.lines)]


def _rows(typed: TypedDraft, rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Lines as cells to look at; a quantity left empty is one."""
    taxes = dict(typed.lines.empty_form.fields["tax"].choices)
    usual = {"quantity": Decimal(1)}
    shown = []
    for row in rows:
        cells = {name: usual.get(name) if row.get(name) is None else row[name] for name in SHOWN_CELLS}
        shown.append([_text(value) for value in (cells | {"tax": taxes.get(cells["tax"], "")}).values()])
    return shown


def with_theirs(data: QueryDict, invoice: Invoice) -> QueryDict:
    """What was sent, with the kept version of each field that somebody chose to take from it."""
    taken = [name for name in (*DraftForm.base_fields, LINES) if data.get(f"{CHOICE}{name}") == THEIRS]
    if not taken:
        return data
    merged = data.copy()
    head, rows = initial_from(invoice)
    for name in taken:
        if name == LINES:
            _take_lines(merged, rows)
        else:
            merged[name] = _typed(head[name])
    return merged


def _typed(value: Any) -> str:
    """A kept value as a form would send it."""
    return "" if value is None or value is False else _text(value)


def _take_lines(data: QueryDict, rows: list[dict[str, Any]]) -> None:
    for name in [name for name in data if name.startswith(f"{LINES}-")]:
        del data[name]
    data.update({f"{LINES}-TOTAL_FORMS": str(len(rows)), f"{LINES}-INITIAL_FORMS": "0"})
    for place, row in enumerate(rows):
        data.update({f"{LINES}-{place}-{name}": _typed(value) for name, value in row.items()})
