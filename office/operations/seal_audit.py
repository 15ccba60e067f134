import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import F

from office.audit.check import first_break
from office.audit.seals import day_in, end_of, seal_of
from office.models import AuditHead, AuditLink, AuditSeal, Company

logger = logging.getLogger(__name__)


class BrokenChain(Exception):
    """A chain is not as it was written, so nothing that stands on it is signed."""


def chains() -> list[Company | None]:
    """The chains that there are, each by its company; the one of what is no company's first."""
    heads = AuditHead.objects.select_related("company").order_by(F("company").asc(nulls_first=True))
    return [head.company for head in heads]


def seal_audit(company: Company | None, *, now: datetime) -> list[AuditSeal]:
    """Seal each day of a chain that is over and has no seal yet; of a chain without any, yesterday.

    Late, twice or by three at once, each day is sealed once. A day without records is sealed as well, so that a missing
    seal shows. Only what is sound is signed: raises BrokenChain where a link since the seal before is not as it was
    written.
    """
    return list(_sealed(company, now))


def _sealed(company: Company | None, now: datetime) -> Iterator[AuditSeal]:
    while (day := _next_day(company, now)) is not None:
        yield _seal_day(company, day, now)


def _next_day(company: Company | None, now: datetime) -> date | None:
    yesterday = day_in(company, now) - timedelta(days=1)
    last = _last(company)
    day = last.day + timedelta(days=1) if last else yesterday
    return day if day <= yesterday else None


def _seal_day(company: Company | None, day: date, now: datetime) -> AuditSeal:
    last = _last(company)
    row = AuditSeal(company=company, day=day, sealed_at=now)
    row.position, row.hash = _stood(company, day, last)
    row.records = row.position - (last.position if last else 0)
    if found := first_break(company, since=last, until=row.position):
        raise BrokenChain(f"The audit trail of {company or 'no company'}: {found.place}{found.words}")
    row.seal = seal_of(row, last.seal if last else "")
    AuditSeal.objects.bulk_create([row], ignore_conflicts=True)  # of two at once, the first stands
    kept = AuditSeal.objects.get(company=company, day=day)
    logger.info(
        "Audit trail of %s until %s: %s records, seal %s", company or "no company", day, kept.position, kept.seal
    )
    return kept


def _last(company: Company | None) -> AuditSeal | None:
    return AuditSeal.objects.filter(company=company).order_by("-day").first()


def _stood(company: Company | None, day: date, last: AuditSeal | None) -> tuple[int, str]:
    """The position and hash of the last link before the first record of a later day."""
    since = last.position if last else 0
    links = AuditLink.objects.filter(company=company)
    later = links.filter(position__gt=since, record__recorded_at__gte=end_of(day, company)).order_by("position").first()
    if later is None:
        head = AuditHead.objects.get(company=company)
        return head.position, head.hash
    if later.position == 1:
        return 0, ""
    return later.position - 1, links.get(position=later.position - 1).hash
