"""An export of the journal: entries are chosen, added up, written to a file, and kept as exported, once."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, BinaryIO

from django.db import connection, transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from reports.journal.choosing import (
    OF_BATCH,
    WAITING,
    Chosen,
    JournalQuestion,
    chosen_entries,
    faults_of,
    head_of,
    next_debtor,
)
from reports.journal.entries import Format, Head, entries_of, mapped_accounts
from reports.journal.formats import format_named
from reports.models import JournalBatch, JournalFile, JournalFilePart, JournalSettings

PART = 1024 * 1024
TAKE = f"""
    INSERT INTO reports_journalbatchentry (batch_id, entry_id, stands)
    SELECT %(batch)s, waiting.id, true FROM ({WAITING}) AS waiting
"""  # noqa: S608  our own texts
GIVE_NUMBERS = """
    INSERT INTO reports_journaldebtor (company_id, customer_id, number)
    SELECT %(company)s, c.id, %(next)s - 1 + row_number() OVER (ORDER BY c.id)
    FROM customers_customer c
    WHERE c.id IN (
        SELECT l.customer_id FROM reports_journalbatchentry b JOIN ledger_line l ON l.entry_id = b.entry_id
        WHERE b.batch_id = %(batch)s
    ) AND NOT EXISTS (SELECT FROM reports_journaldebtor d WHERE d.customer_id = c.id)
    RETURNING number
"""


@dataclass(frozen=True)
class ExportDetails:
    """Which days, in which format; without a first day, all that was not exported up to the last."""

    format: str
    last_day: date
    first_day: date | None = None


@transaction.atomic
def export_journal(company: Company, details: ExportDetails, *, by: User | None) -> JournalBatch:
    """Export the entries of some days that were not exported yet, and keep the file.

    Raises Refused where there is none, for days that are to come, and for what the format could not carry: an account
    without a mapping, an amount, days of two fiscal years.
    """
    wanted = format_named(details.format)
    check_days(company, details)
    settings = lock_exporting(company)
    batch = _new_batch(company, details, by)
    _take_entries(batch, JournalQuestion(company, details.format, details.last_day, details.first_day))
    if wanted.uses_debtors(settings):
        _give_debtor_numbers(batch, wanted, settings)
    chosen = chosen_entries(company, wanted, settings, OF_BATCH, {"batch": batch.pk})
    head = head_of(company, settings, chosen, batch.number)
    if faults := faults_of(wanted, head, chosen):
        raise Refused(" ".join(faults[:5]), code="not_ready_to_export")
    with tempfile.TemporaryFile() as content, closing(entries_of(batch.pk, mapped_accounts(company.pk))) as entries:
        wanted.write(content, head, entries)
        file = _keep(batch, wanted, chosen, head, content)
    record(by, "export_journal", batch, after={"file": file.name, "entries": file.entry_count, "sha256": file.sha256})
    return batch


def lock_exporting(company: Company) -> JournalSettings:
    """Let nobody else export the company's journal, or change how, before this transaction ends."""
    JournalSettings.objects.get_or_create(company=company)
    rows = JournalSettings.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    return rows.get(company=company)


def check_days(company: Company, details: ExportDetails) -> None:
    """Raises Refused for days that are to come, or in no order."""
    if details.last_day > company.today():
        raise Refused("That day is still to come, and more may be entered for it.", code="day_to_come")
    if details.first_day and details.first_day > details.last_day:
        raise Refused("The first day is after the last.", code="days_out_of_order")


def _new_batch(company: Company, details: ExportDetails, by: User | None) -> JournalBatch:
    latest = JournalBatch.objects.filter(company=company).order_by("-number").first()
    return JournalBatch.objects.create(
        company=company,
        number=latest.number + 1 if latest else 1,
        format=details.format,
        first_day=details.first_day,
        last_day=details.last_day,
        made_by=by,
    )


def _take_entries(batch: JournalBatch, question: JournalQuestion) -> None:
    if not _execute(TAKE, question.parameters | {"batch": batch.pk}):
        raise Refused("Every entry of these days was exported already.", code="nothing_to_export")


def _give_debtor_numbers(batch: JournalBatch, wanted: Format, settings: JournalSettings) -> None:
    first = next_debtor(settings)
    given = _execute(GIVE_NUMBERS, {"batch": batch.pk, "company": batch.company_id, "next": first})
    for number in (first, first + given - 1) if given else ():
        if fault := wanted.fault_of_debtor(number, settings):
            raise Refused(fault, code="no_debtor_account")


def _execute(sql: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _keep(batch: JournalBatch, wanted: Format, chosen: Chosen, head: Head, content: BinaryIO) -> JournalFile:
    """The file's row and its parts."""
    digest, size = sha256(), 0
    for part in _parts(content):
        digest.update(part)
        size += len(part)
    file = JournalFile.objects.create(
        batch=batch,
        name=_name(batch, wanted, head),
        media_type=wanted.media_type,
        size=size,
        sha256=digest.hexdigest(),
        entry_count=chosen.entry_count,
        line_count=chosen.line_count,
        company_debits=chosen.debit,
        debits={row.currency: str(row.debit) for row in chosen.currencies},
    )
    for position, part in enumerate(_parts(content)):
        JournalFilePart.objects.create(file=file, position=position, content=part)
    return file


def _parts(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    while part := content.read(PART):
        yield part


def _name(batch: JournalBatch, wanted: Format, head: Head) -> str:
    """DATEV looks for files that begin with EXTF."""
    begin = "EXTF_Buchungsstapel" if wanted.name == "datev" else "journal"
    return f"{begin}-{batch.number}-{head.first_day}-{head.last_day}.{wanted.extension}"
