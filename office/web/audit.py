"""The audit trail, newest first: found by who, what, when and words, and proved by its chain."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from office.access import found
from office.audit.export import BEFORE, HASH, POSITION, SAYS, SEAL, with_proof
from office.audit.search import (
    acts,
    by_person,
    from_origin,
    holding,
    kind_words,
    kinds,
    of_thing,
    records_for,
    within_days,
)
from office.models import AuditRecord, AuditSeal
from office.talk.topics import page_of
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest
from office.web.ways import may_open


def _differences(row: AuditRecord) -> list[tuple[str, str, str]]:
    """Each field's words, and what it was and is."""
    names = sorted(row.before.keys() | row.after.keys())
    return [(name.replace("_", " "), str(row.before.get(name, "")), str(row.after.get(name, ""))) for name in names]


def _changes(row: AuditRecord) -> str:
    """What became of each field, in words."""
    return "; ".join(
        f"{words}: {before} → {after}" if before else f"{words}: {after}" for words, before, after in _differences(row)
    )


def _link_fact(name: str) -> Any:
    return lambda row: getattr(getattr(row, "link", None), name, None)


AUDIT = ListSpec(
    name="audit",
    title="Audit trail",
    columns=(
        Column(
            "recorded_at",
            "When",
            "recorded_at",
            "moment",
            sort="recorded_at",
            url=lambda row: reverse("office:audit_record", args=[row.pk]),
        ),
        Column("by", "Who", lambda row: str(row.by) if row.by else "Duebook"),
        Column("action", "Did what", lambda row: row.action.replace("_", " ").capitalize()),
        Column("subject", "To what", "subject_name", url=lambda row: page_of(row.subject_type, row.subject_id)),
        Column("changes", "Change", _changes, "words", hide_below="tablet"),
        Column("reason", "Reason", "reason", hide_below="tablet"),
        Column("policy", "Rules", lambda row: str(row.policy_version or ""), hide_below="tablet"),
        Column("origin", "From", "origin", hide_below="tablet"),
        Column("position", POSITION, _link_fact("position"), "number", hide_below="tablet", in_files=True),
        Column("hash_before", BEFORE, "hash_before", hide_below="tablet", in_files=True),
        Column("says", SAYS, "says", hide_below="tablet", in_files=True),
        Column("hash", HASH, _link_fact("hash"), hide_below="tablet", in_files=True),
        Column("sealed_by", SEAL, "sealed_by", hide_below="tablet", in_files=True),
    ),
    order="-recorded_at",
    filters=(
        Text("by", "Who", by_person),
        Choice("action", "Did what", "action", choices=acts),
        Choice("kind", "Kind of thing", "subject_type", choices=kinds),
        Text("thing", "Thing, by number or name", of_thing),
        DateRange("recorded", "Day", within_days),
        Text("origin", "From: web, api or an address", from_origin),
    ),
    search=("action", "subject_name", "before", "after", "reason", "origin"),
    search_by=holding,
    search_hint="Any words of it",
    empty=Empty("Nothing has been done yet", "Every change of money, documents, people and rights leaves a row here."),
)


def audit_rows(request: StaffRequest) -> QuerySet[AuditRecord]:
    """The records that somebody may read where they work."""
    return records_for(request.user, request.company)


@require_GET
@staff_door("office.read_audit")
def audit_list(request: StaffRequest) -> HttpResponseBase:
    """Who did what, when, from where, and why."""
    seal = AuditSeal.objects.filter(company=request.company).order_by("-day").first()
    return list_page(request, AUDIT, with_proof(audit_rows(request)), template="office/audit_list.html", seal=seal)


@require_GET
@staff_door("office.read_audit")
def audit_record(request: StaffRequest, record_id: int) -> HttpResponse:
    """One record: what changed, word by word, and its place in the chain."""
    row = found(with_proof(audit_rows(request)).filter(pk=record_id), "record")
    page = page_of(row.subject_type, row.subject_id)
    context = {
        "row": row,
        "differences": _differences(row),
        "kind": kind_words(row.subject_type),
        "page": page if page and may_open(request.user, page) else "",
        "history": f"{reverse('office:audit_list')}?{urlencode({'thing': f'{row.subject_type}:{row.subject_id}'})}",
    }
    return render(request, "office/audit_record.html", context)
