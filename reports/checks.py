"""Whether what went to other books is what the book has, and whether what was kept of closed months is all there."""

from ledger.checks import Check, kept_files
from reports.audit_checks import AUDIT_CHECKS

CHECKS = [
    *AUDIT_CHECKS,
    Check(
        "the file kept matches the hash kept",
        """
        SELECT b.company_id, 'file of journal ' || b.number, 'kept ' || f.sha256 || ', its parts have '
            || coalesce(parts.made, 'none')
        FROM reports_journalfile f JOIN reports_journalbatch b ON b.id = f.batch_id
        CROSS JOIN LATERAL (
            SELECT encode(sha256(string_agg(p.content, ''::bytea ORDER BY p.position)), 'hex') AS made
            FROM reports_journalfilepart p WHERE p.file_id = f.id
        ) AS parts
        WHERE f.id > %(after)s AND f.id <= %(until)s AND parts.made IS DISTINCT FROM f.sha256
        """,
        over="reports_journalfile",
    ),
    Check(
        "a journal export has a file, which says what its entries come to",
        """
        SELECT b.company_id, 'journal ' || b.number, coalesce('its file says ' || f.entry_count || ' entries, '
            || f.line_count || ' lines and ' || f.company_debits || ', the book ' || book.entries || ', ' || book.lines
            || ' and ' || book.debits, 'it has no file')
        FROM reports_journalbatch b LEFT JOIN reports_journalfile f ON f.batch_id = b.id
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT t.entry_id) AS entries, count(l.id) AS lines,
                coalesce(sum(greatest(l.company_amount, 0)), 0) AS debits
            FROM reports_journalbatchentry t LEFT JOIN ledger_line l ON l.entry_id = t.entry_id WHERE t.batch_id = b.id
        ) AS book
        WHERE (f.entry_count, f.line_count, f.company_debits) IS DISTINCT FROM (book.entries, book.lines, book.debits)
        """,
    ),
    Check(
        "entries of a journal export stand as long as it does, are of its company and days, and in one at a time",
        """
        SELECT b.company_id, 'journal ' || b.number, 'entry ' || e.key || ' of ' || e.dated_on
        FROM reports_journalbatchentry t JOIN reports_journalbatch b ON b.id = t.batch_id
        JOIN ledger_entry e ON e.id = t.entry_id
        WHERE t.stands <> (b.withdrawn_at IS NULL) OR e.company_id <> b.company_id
            OR e.dated_on > b.last_day OR e.dated_on < b.first_day
        UNION ALL
        SELECT e.company_id, 'entry ' || e.key, 'is in ' || count(*) || ' journal exports'
        FROM reports_journalbatchentry t JOIN ledger_entry e ON e.id = t.entry_id WHERE t.stands
        GROUP BY e.id HAVING count(*) > 1
        """,
    ),
    kept_files(
        "reports_closepackfile",
        "f.report || '.' || f.form || ' of pack ' || p.id",
        "p.company_id",
        "JOIN reports_closepack p ON p.id = f.pack_id",
    ),
    Check(
        "the pack of a closed month has every file that was kept with it",
        """
        SELECT p.company_id, 'pack ' || p.id, 'kept with ' || p.file_count || ' files, has ' || count(f.id)
        FROM reports_closepack p LEFT JOIN reports_closepackfile f ON f.pack_id = p.id
        GROUP BY p.id HAVING count(f.id) <> p.file_count
        """,
    ),
]
