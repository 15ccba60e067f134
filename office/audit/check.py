"""Whether the audit trail is as it was written: each chain worked out anew, piece by piece, and held against its seals.

Reads tables alone and none of the database's own functions of the chain, which its owner could change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from office.audit.chain import COLUMNS, next_hash, text_of
from office.audit.seals import day_in, fits
from office.models import AuditRecord, AuditSeal, Company

PIECE = 5_000
"""So many links are in memory at a time, and so far is looked for where one of them belongs."""


class Break(NamedTuple):
    """Something that is not as it was written: which record it is about, if any, and what happened, in words."""

    record_id: int | None
    words: str

    @property
    def place(self) -> str:
        """The record's own words, where it is about one."""
        return f"audit record {self.record_id} " if self.record_id else ""


@dataclass
class Checked:
    """What was looked at of one chain, and the first that is wrong with its links and with its seals."""

    company: Company | None
    records: int = 0
    seals: int = 0
    breaks: list[Break] = field(default_factory=list)


class Link(NamedTuple):
    """A link as it stands, and what its record says now; nothing where the record is gone."""

    position: int
    hash: str
    record_id: int
    text: str | None

    def follows(self, before: str) -> bool:
        """Whether its hash is that of its record after this one."""
        return self.text is not None and next_hash(before, self.text) == self.hash


def check_chain(
    company: Company | None, *, since: AuditSeal | None = None, known_at: datetime | None = None
) -> Checked:
    """Look at a chain and its seals, from a seal on or from the beginning.

    `known_at` is the moment whose seals are asked for: of a restored copy, that of its backup.
    """
    checked = Checked(company)
    found = [_wrong_chain(checked, since), _wrong_seal(checked, since, known_at or timezone.now())]
    checked.breaks = [each for each in found if each]
    return checked


def chain_break(company: Company | None, *, since: AuditSeal | None) -> Break | None:
    """The first that is wrong with the links of a chain after a seal."""
    return _wrong_chain(Checked(company), since)


def seal_break(company: Company | None) -> Break | None:
    """The first that is wrong with the seals of a chain."""
    return _wrong_seal(Checked(company), None, timezone.now())


def first_break(company: Company | None, *, since: AuditSeal | None, until: int) -> Break | None:
    """The first link that is not as it was written, after a seal and up to a position."""
    return _walk(Checked(company), since, until=until)


def last_good_seal(company: Company | None) -> AuditSeal | None:
    """The newest seal that our key made and that the chain still bears out."""
    newest_first = AuditSeal.objects.filter(company=company).order_by("-day").iterator(chunk_size=100)
    for row, before in pairwise([*islice(newest_first, 400), None]):
        if row and fits(row, before.seal if before else "") and _hash_at(company, row.position) == row.hash:
            return row
    return None


def _wrong_chain(checked: Checked, since: AuditSeal | None) -> Break | None:
    company = checked.company
    position, head = _ends(company)
    return _walk(checked, since, until=position) or _wrong_end(checked, position, head) or _unlinked(company, since)


def _walk(checked: Checked, since: AuditSeal | None, *, until: int) -> Break | None:
    """The first link that does not follow from the one before it."""
    company, before = checked.company, since.hash if since else ""
    expected, one_earlier = (since.position if since else 0) + 1, ""
    for link in _links(company, expected - 1, until):
        if link.position != expected or not link.follows(before):
            return _explained(company, link, expected, before, one_earlier)
        one_earlier, before, expected = before, link.hash, expected + 1
        checked.records += 1
    return None


def _explained(company: Company | None, link: Link, expected: int, before: str, one_earlier: str) -> Break:
    """What happened where the chain first breaks."""
    if link.position != expected:
        many = link.position - expected
        return Break(link.record_id, f"{_rows(many)} before it, from position {expected} on: deleted")
    at = f"position {link.position}"
    if link.text is None:
        return Break(link.record_id, f"at {at}: deleted")
    if link.position > 1 and link.follows(one_earlier):
        return Break(_record_at(company, link.position - 1), f"at position {link.position - 1}: inserted")
    later = list(_links(company, link.position, link.position + PIECE))
    for place, other in enumerate(later):
        if other.text is None:
            continue
        belongs = next_hash(before, other.text)
        if belongs == link.hash:
            return _out_of_order(link, other)
        if belongs == other.hash:
            skipped = [link, *later[:place]]
            if any(each.follows(other.hash) for each in skipped):
                return _out_of_order(link, other)
            return Break(link.record_id, f"at {at}: inserted")
    return Break(link.record_id, f"at {at}: changed, or what stood before it was taken out")


def _out_of_order(link: Link, other: Link) -> Break:
    words = f"at position {link.position}: out of order, here belongs record {other.record_id} of {other.position}"
    return Break(link.record_id, words)


def _wrong_end(checked: Checked, position: int, head: tuple[int, str] | None) -> Break | None:
    """What is wrong with the end of a chain whose links are sound."""
    if head is None:
        return Break(None, "the head of the chain: deleted") if position else None
    if head[0] > position:
        return Break(None, f"{_rows(head[0] - position)} at the end, from position {position + 1} on: deleted")
    if head[0] < position:
        return Break(None, f"head behind: it stands at {head[0]}, the chain goes to {position}")
    if head[1] != _hash_at(checked.company, position):
        return Break(None, "the head of the chain: changed")
    return None


def _wrong_seal(checked: Checked, since: AuditSeal | None, known_at: datetime) -> Break | None:
    """The first seal that is missing or does not fit."""
    company, before = checked.company, since
    later = AuditSeal.objects.filter(company=company, **({"day__gt": since.day} if since else {}))
    for row in later.order_by("day").iterator(chunk_size=1000):
        if before and row.day != before.day + timedelta(days=1):
            return _missing(before.day + timedelta(days=1))
        if not fits(row, before.seal if before else ""):
            return Break(None, f"the seal of {row.day} does not fit: it is not ours, or the one before it is gone")
        if _hash_at(company, row.position) != row.hash:
            return _written_anew(company, row, before)
        before, checked.seals = row, checked.seals + 1
    return _overdue(company, before.day if before else None, known_at)


def _written_anew(company: Company | None, row: AuditSeal, before: AuditSeal | None) -> Break:
    """A chain that is sound and is not the one that was sealed."""
    since = f" after position {before.position}, which the seal of {before.day} still bears out" if before else ""
    words = f"the seal of {row.day} does not fit: at position {row.position} another chain was sealed. Changed{since}"
    return Break(_record_at(company, row.position), words)


def _overdue(company: Company | None, sealed: date | None, known_at: datetime) -> Break | None:
    """The day that has no seal though it was over a day ago and longer."""
    latest = day_in(company, known_at) - timedelta(days=2)
    if sealed is None:
        first = AuditRecord.objects.filter(link__company=company, link__position=1).first()
        return _missing(latest) if first and day_in(company, first.recorded_at) <= latest else None
    return _missing(sealed + timedelta(days=1)) if sealed < latest else None


def _missing(day: date) -> Break:
    return Break(None, f"the seal of {day}: missing")


def _unlinked(company: Company | None, since: AuditSeal | None) -> Break | None:
    """A record that is in no chain."""
    after = (_record_at(company, since.position) if since else None) or 0
    rows = AuditRecord.objects.filter(company=company, link=None, pk__gt=after).order_by("pk")
    found = rows.values_list("pk", flat=True).first()
    return Break(found, "in no chain: inserted") if found else None


def _links(company: Company | None, after: int, until: int) -> Iterator[Link]:
    """The links of a chain after a position, in order."""
    while piece := _piece(company, after, until):
        yield from piece
        after = piece[-1].position


def _piece(company: Company | None, after: int, until: int) -> list[Link]:
    rows = _asked(
        f"SELECT l.position, l.hash, l.record_id, {COLUMNS} FROM office_auditlink l"  # noqa: S608  our own names
        " LEFT JOIN office_auditrecord r ON r.id = l.record_id"
        f" WHERE l.company_id {_is(company)} AND l.position > %s AND l.position <= %s ORDER BY l.position LIMIT %s",
        [after, until, PIECE],
    )
    return [
        Link(position, kept, record_id, text_of(facts) if facts[0] is not None else None)
        for position, kept, record_id, *facts in rows
    ]


def _ends(company: Company | None) -> tuple[int, tuple[int, str] | None]:
    """The position of the last link, and what the head says, as of one moment."""
    own = _is(company)
    [(last, position, said)] = _asked(
        f"SELECT (SELECT max(position) FROM office_auditlink WHERE company_id {own}), h.position, h.hash"  # noqa: S608
        f" FROM (SELECT) AS one LEFT JOIN office_audithead h ON h.company_id {own}",
        [],
    )
    return last or 0, None if position is None else (position, said)


def _hash_at(company: Company | None, position: int) -> str:
    return str(_at(company, position, "hash") or "")


def _record_at(company: Company | None, position: int) -> int | None:
    found: int | None = _at(company, position, "record_id")
    return found


def _at(company: Company | None, position: int, column: str) -> Any:
    sql = f"SELECT {column} FROM office_auditlink WHERE company_id {_is(company)} AND position = %s"  # noqa: S608
    rows = _asked(sql, [position])
    return rows[0][0] if rows else None


def _is(company: Company | None) -> str:
    """The chain's own condition; `IS NOT DISTINCT FROM` would use no index."""
    return f"= {company.pk:d}" if company else "IS NULL"


def _asked(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _rows(count: int) -> str:
    return f"{count} record{'s' * (count != 1)}"
