from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from billing.accuracy.findings import OPEN, states_of
from billing.models import AccuracyFinding, FindingAct, FindingEvent
from office.models import Company


@dataclass(frozen=True)
class Kept:
    """How many findings are open now that were not, and how many are mended now."""

    found: int
    mended: int


@transaction.atomic
def keep_findings(company: Company, found: Sequence[AccuracyFinding], *, looked_at: Q) -> Kept:
    """Keep what was found, each once whoever else finds it now; what was looked at and is found no more is mended.

    `looked_at` says which findings would have been found again. What somebody dismissed stays dismissed.
    """
    AccuracyFinding.objects.bulk_create(found, ignore_conflicts=True, batch_size=1000)
    prints = {each.fingerprint for each in found}
    rows = _locked(AccuracyFinding.objects.filter(looked_at | Q(fingerprint__in=prints), company=company))
    states = states_of([row.pk for row in rows])
    again = [row for row in rows if row.fingerprint in prints and states.get(row.pk) in (None, "mended")]
    gone = [row for row in rows if row.fingerprint not in prints and states.get(row.pk) == OPEN]
    _write(FindingAct.FOUND, again)
    _write(FindingAct.MENDED, gone)
    return Kept(len(again), len(gone))


@transaction.atomic
def mend_gone(company: Company, gone: Q) -> int:
    """Take findings of what is gone, void or credited as mended, and say how many they were."""
    rows = _locked(AccuracyFinding.objects.filter(gone, company=company))
    states = states_of([row.pk for row in rows])
    mended = [row for row in rows if states.get(row.pk) == OPEN]
    _write(FindingAct.MENDED, mended)
    return len(mended)


def _locked(findings: QuerySet[AccuracyFinding]) -> list[AccuracyFinding]:
    """In one order; their events are read after that, so that nobody writes one in between."""
    return list(findings.select_for_update(no_key=True, of=("self",)).only("pk", "fingerprint").order_by("pk"))


def _write(act: FindingAct, findings: Iterable[AccuracyFinding]) -> None:
    FindingEvent.objects.bulk_create([FindingEvent(finding=finding, act=act) for finding in findings], batch_size=1000)
