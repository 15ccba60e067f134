"""The audit trail, newest first."""

from django.db.models import Q
from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from office.models import AuditRecord
from office.web.doors import staff_door
from office.web.lists import Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest


def _changes(row: AuditRecord) -> str:
    """What became of each field, in words."""
    names = sorted(row.before.keys() | row.after.keys())
    return "; ".join(_change(name, row.before.get(name, ""), row.after.get(name, "")) for name in names)


def _change(name: str, before: str, after: str) -> str:
    words = name.replace("_", " ")
    return f"{words}: {before} → {after}" if before else f"{words}: {after}"


AUDIT = ListSpec(
    name="audit",
    title="Audit trail",
    columns=(
        Column("recorded_at", "When", "recorded_at", "moment", sort="id"),
        Column("by", "Who", lambda row: str(row.by) if row.by else "Duebook"),
        Column("action", "Did what", lambda row: row.action.replace("_", " ").capitalize()),
        Column("subject", "To what", "subject_name"),
        Column("changes", "Change", _changes, hide_below="tablet"),
        Column("reason", "Reason", "reason", hide_below="tablet"),
        Column("policy", "Rules", lambda row: str(row.policy_version or ""), hide_below="tablet"),
        Column("origin", "From", "origin", hide_below="tablet"),
    ),
    order="-recorded_at",
    filters=(
        Text("by", "Who", "by__name"),
        Text("action", "Action", "action"),
        DateRange("recorded", "Day", "recorded_at__date"),
    ),
    search=("subject_name", "action", "reason"),
    search_hint="Document, customer, action or reason",
    empty=Empty("Nothing has been done yet", "Every change of money, documents, people and rights leaves a row here."),
)


@require_GET
@staff_door("office.read_audit")
def audit_list(request: StaffRequest) -> HttpResponseBase:
    """Who did what, when, from where, and why."""
    of_no_company = Q(company=None, by__in=request.company.staff.all())  # such as a person's own tokens
    records = AuditRecord.objects.filter(Q(company=request.company) | of_no_company).select_related("by")
    return list_page(request, AUDIT, records)
