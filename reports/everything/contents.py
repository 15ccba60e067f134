"""What an export of everything holds, table by table, and what never leaves by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db import connection

TABLES_LEFT_OUT = {
    "django_migrations": "the manifest names the version instead",
    "django_session": "who is logged in",
    "office_login": "who is logged in, with the key of it",
    "mfa_authenticator": "second factors",
    "account_emailconfirmation": "keys of confirmations",
    "office_idempotentanswer": "what programs were answered, which may hold a secret that was shown once",
    "office_keptfile": "copies of lists, kept for some days",
    "office_keptfilepart": "copies of lists, kept for some days",
    "office_backup": "backups that lie elsewhere",
    "office_restoredcopy": "of what this database itself was made",
}
"""Tables that no export has, and why."""

NOBODYS = "encode(sha256(gen_random_uuid()::text::bytea), 'hex')"
"""The hash of something that nobody knows."""

COLUMNS_LEFT_OUT = {
    "office_user.password": "'!'",
    "office_apitoken.hash": NOBODYS,
    "office_apitoken.old_hash": "NULL",
    "office_apitoken.old_ends_at": "NULL",
    "office_loginlink.hash": "NULL",
    "office_outgoingmail.kept_message": "NULL",
    "office_webhookendpoint.sealed_secret": "''",
    "office_webhookendpoint.sealed_old_secret": "''",
    "office_webhookendpoint.old_secret_until": "NULL",
    "billing_documentlink.token_hash": NOBODYS,
    "credit_control_accountlink.token_hash": NOBODYS,
    "credit_control_accountcode.code_hash": NOBODYS,
}
"""Passwords, and hashes and secrets of keys and links, which no export has; with the SQL of what an import puts there.

Such a password opens nothing, such a key and link is nobody's. Mails as they are kept without a relay hold links.
"""

SEALED = (
    "customers_customeraccount.sealed_number",
    "customers_changerequest.sealed_number",
    "payments_paymentfile.sealed_content",
)
"""Columns that are sealed by ENCRYPTION_KEYS (`office/sealing.py`), in clear only where somebody asks for it."""


@dataclass(frozen=True)
class Column:
    """A column, and its type as PostgreSQL writes it."""

    name: str
    type: str

    @property
    def is_text(self) -> bool:
        """Whether it holds what people typed, which a sheet could take for a formula."""
        return self.type == "text" or (self.type.startswith("character varying") and not self.type.endswith("[]"))

    @property
    def is_bytes(self) -> bool:
        """Whether what it holds stands in files of its own."""
        return self.type == "bytea"


@dataclass(frozen=True)
class Table:
    """A table of the export, with its primary key and the columns that leave."""

    name: str
    key: str
    columns: tuple[Column, ...]

    @property
    def stand_ins(self) -> dict[str, str]:
        """The columns that do not leave, each with the SQL of what an import puts there."""
        begin = f"{self.name}."
        return {name.removeprefix(begin): sql for name, sql in COLUMNS_LEFT_OUT.items() if name.startswith(begin)}

    @property
    def member(self) -> str:
        """The name of its CSV in the archive."""
        return f"tables/{self.name}.csv"

    def file_of(self, column: Column, key: object) -> str:
        """The name in the archive of the bytes that a row has in such a column."""
        return f"files/{self.name}/{column.name}/{key}{'.pdf' if self.name.endswith('pdf') else ''}"


def tables_of_export() -> list[Table]:
    """Every table of the database that is not left out, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),"
            " coalesce(a.attnum = ANY (k.conkey), false)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum"
        )
        found = cursor.fetchall()
    return list(_tables(found))


def _tables(found: list[tuple[str, str, str, bool]]) -> Iterator[Table]:
    for name, rows in groupby(found, key=lambda row: row[0]):
        if name in TABLES_LEFT_OUT:
            continue
        columns = [(Column(column, of_type), is_key) for _, column, of_type, is_key in rows]
        [key] = [column.name for column, is_key in columns if is_key]
        leaving = tuple(column for column, _ in columns if f"{name}.{column.name}" not in COLUMNS_LEFT_OUT)
        yield Table(name, key, leaving)
