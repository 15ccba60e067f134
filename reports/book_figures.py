"""What a backup or an export says of the book it holds, asked in plain SQL: the same question fits any version."""

from typing import Any

from django.db import connection

LEFT_OUT = {"office_restoredcopy", "office_backup"}
"""Tables that tell of backups and restores themselves."""

Figures = dict[str, Any]


def figures() -> Figures:
    """Sums for each company, the ends of the audit chains, and how many rows each table has."""
    return {
        "control_accounts": _keyed(
            "SELECT concat_ws(' ', a.company_id, l.currency), concat_ws(' ', sum(l.amount), sum(l.company_amount))"
            " FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id WHERE a.role = 'receivable'"
            " GROUP BY a.company_id, l.currency"
        ),
        "entries": _keyed("SELECT company_id::text, count(*) FROM ledger_entry GROUP BY 1"),
        "audit_chains": _keyed(
            "SELECT coalesce(company_id::text, 'none'), concat_ws(' ', position, hash) FROM office_audithead"
        ),
        "rows": {table: _count(table) for table in tables() if table not in LEFT_OUT},
    }


def differences(said: Figures, found: Figures) -> list[str]:
    """What is not as the manifest says, in words."""
    parts = ("control_accounts", "entries", "audit_chains", "rows")
    return [words for part in parts for words in _differing(part.replace("_", " "), said.get(part, {}), found[part])]


def _differing(what: str, said: Figures, found: Figures) -> list[str]:
    return [
        f"{what}, {key}: {found.get(key, 'nothing')} here, {said.get(key, 'nothing')} in the file"
        for key in sorted({*said, *found})
        if said.get(key) != found.get(key)
    ]


def tables() -> list[str]:
    """All that lies in the database's own schema."""
    return [name for (name,) in _asked("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


def migrations() -> dict[str, str]:
    """The last migration of each app, in the order in which they were applied."""
    return _keyed("SELECT DISTINCT ON (app) app, name FROM django_migrations ORDER BY app, id DESC")


def _count(table: str) -> int:
    [(count,)] = _asked(f"SELECT count(*) FROM public.{connection.ops.quote_name(table)}")  # noqa: S608  our own names
    return int(count)


def _keyed(sql: str) -> dict[str, Any]:
    return dict(_asked(sql))


def _asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
