"""What of a person's day is counted, and how often it was done: read from the audit trail."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from office.audit.seals import end_of
from office.audit.search import records_of
from office.models import Company, UnusualKind


@dataclass(frozen=True)
class Watched:
    """Acts that are counted together; `setting` is the company's field that says how often is usual."""

    kind: UnusualKind
    setting: str
    actions: tuple[str, ...]
    whose: str = "by_id"
    """Where a record says whose day it is."""


WATCHED = (
    Watched(UnusualKind.LOOKS, "usual_looks", ("reveal_account", "see_medical_codes")),
    Watched(
        UnusualKind.FILES,
        "usual_files",
        (
            "download_close_file",
            "download_journal",
            "download_payment_file",
            "export_all",
            "export_journal",
            "export_person",
        ),
    ),
    Watched(UnusualKind.FAILURES, "usual_failures", ("fail_to_log_in",), "subject_id"),
)
SETTINGS = tuple(each.setting for each in WATCHED)


def above_usual(company: Company, watched: Watched, day: date) -> dict[int, int]:
    """How often it was done on a day of the company's, by the ids of all who did it more often than usual."""
    usual = getattr(company, watched.setting)
    if not usual:
        return {}
    records = records_of(company).filter(
        action__in=watched.actions,
        recorded_at__gte=end_of(day - timedelta(days=1), company),
        recorded_at__lt=end_of(day, company),
    )
    counted = records.exclude(**{watched.whose: None}).values_list(watched.whose).annotate(count=Count("pk"))
    return dict(counted.filter(count__gt=usual))
