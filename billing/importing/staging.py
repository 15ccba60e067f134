"""A file's lines gathered into documents by the database, so that memory stays flat however long the file is."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db import connection

from billing.importing.lines import FileLine, LineReader
from billing.models import StagedDocument
from billing.operations.details import MOST_LINES
from office.models import Run
from office.reading import ReadRow, Trouble, TroubleFile

BATCH = 5000
COLUMNS = ", ".join(FileLine._fields)

CREATE = """
    CREATE TEMPORARY TABLE file_line (
        line integer, reference text, is_good boolean, dated_on date, customer_number text, customer_name text,
        country text, currency text, places integer, exchange_rate numeric, net_days integer, description text,
        quantity numeric, unit_price numeric
    ) ON COMMIT DROP
"""
GATHER = """
    INSERT INTO billing_stageddocument (run_id, reference, line, dated_on, customer_number, customer_name, country,
                                        currency, exchange_rate, net_days, total, lines)
    SELECT %(run)s, reference, min(line), min(dated_on), min(customer_number), coalesce(min(customer_name), ''),
           coalesce(min(country), ''), min(currency), min(exchange_rate), min(net_days),
           sum(round(quantity * unit_price, places)),
           jsonb_agg(jsonb_build_array(description, quantity::text, unit_price::text) ORDER BY line)
    FROM file_line GROUP BY reference
    HAVING bool_and(is_good) AND count(*) <= %(most)s AND (min(customer_number), min(currency), min(exchange_rate))
           = (max(customer_number), max(currency), max(exchange_rate))
"""
HELD_BACK = """
    SELECT line, reference FROM file_line WHERE is_good AND NOT EXISTS (
        SELECT FROM billing_stageddocument staged
        WHERE staged.run_id = %(run)s AND staged.reference = file_line.reference
    ) ORDER BY line
"""
KNOWN = """
    DELETE FROM billing_stageddocument staged USING billing_invoice invoice
    WHERE staged.run_id = %(run)s AND invoice.company_id = %(company)s
      AND invoice.source_reference = staged.reference
"""
ADVICE = "Mend the other lines of this invoice: they name one customer and currency, and all can be read."


def stage(run: Run, rows: Iterable[ReadRow], reader: LineReader, troubles: TroubleFile) -> Counter[str]:
    """Stage a file's documents but those issued before; returns how many rows were left out, by reason.

    Needs a transaction. A document with a line that is not good is left out as a whole: its total would be wrong.
    """
    left_out: Counter[str] = Counter()

    def note(*found: Trouble) -> None:
        left_out[found[0].reason] += 1
        for trouble in found:
            troubles.add(trouble)

    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        _copy(cursor, _good_lines(rows, reader, note))
        cursor.execute("ANALYZE file_line")
        cursor.execute(GATHER, {"run": run.pk, "most": MOST_LINES})
        cursor.execute(HELD_BACK, {"run": run.pk})
        for line, reference in cursor:
            note(Trouble(line, "reference", reference, ADVICE, "Another line of the same invoice cannot be used"))
        cursor.execute("DROP TABLE file_line")
    return left_out


def drop_known(run: Run) -> int:
    """Unstage what has been issued already; returns how many documents that were."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"run": run.pk, "company": run.company_id})
        return cursor.rowcount


def next_documents(run: Run, most: int) -> list[StagedDocument]:
    """The earliest documents not yet issued, all of one day."""
    waiting = StagedDocument.objects.filter(run=run).order_by("dated_on", "line")
    first = waiting.first()
    return list(waiting.filter(dated_on=first.dated_on)[:most]) if first else []


def _good_lines(rows: Iterable[ReadRow], reader: LineReader, note: Callable[..., None]) -> Iterator[FileLine]:
    for row in rows:
        line, troubles = reader.read(row)
        if troubles:
            note(*troubles)
        if line:
            yield line


def _copy(cursor: object, lines: Iterator[FileLine]) -> None:
    while batch := list(islice(lines, BATCH)):
        text = io.StringIO()
        csv.writer(text).writerows(batch)
        text.seek(0)
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY file_line ({COLUMNS}) FROM STDIN (FORMAT csv)", text)  # type: ignore[attr-defined]
