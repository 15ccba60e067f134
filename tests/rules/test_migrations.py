"""From a named starting point on, a migration can run while the version before it still serves.

Old code works on new tables for minutes at a deployment. So what old code reads is not dropped or renamed, what it
writes lacks nothing, and no index of a large table is made while its writers wait (README, "Deploying").
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

BEGIN = {
    "ledger": "0017_merging",
    "office": "0045_counted_jobs",
    "customers": "0026_applications",
    "billing": "0047_tell_settled",
    "payments": "0051_paid_notices",
    "credit_control": "0020_sales_digest",
    "reports": "0006_guards_stand_aside",
}
"""The last migration of each app that was made before the rule."""
LARGE = {
    "ledger_entry",
    "ledger_line",
    "ledger_openitem",
    "ledger_allocation",
    "billing_invoice",
    "billing_invoiceline",
    "payments_receipt",
    "office_auditrecord",
    "office_auditlink",
    "office_outgoingmail",
    "office_webhookevent",
    "office_webhookdelivery",
}
"""Tables of so many rows that an index on them takes minutes."""
ALLOWED: dict[tuple[str, str], str] = {
    ("office", "0052_stolen_passwords"): "One more choice; the column stays as it is.",
}
"""Migrations, each as app and name, that may do it nevertheless, with the reason: such as that nobody used it yet."""

TAKES_AWAY = (migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel)
CREATE_INDEX = re.compile(r"(?i)CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)[^;]*?\bON\s+(?:ONLY\s+)?\"?(\w+)\"?")
SQL = (
    (re.compile(r"(?i)\bDROP\s+(TABLE|COLUMN)\b"), "drops what the version before still reads"),
    (re.compile(r"(?i)\bRENAME\s+(TO|COLUMN)\b"), "renames what the version before still reads"),
    (re.compile(r"(?i)\bSET\s+NOT\s+NULL\b"), "holds every row still while it looks for nothing"),
)


def faults(app: str, operation: Operation) -> Iterator[str]:
    """What of an operation would disturb the version before."""
    if isinstance(operation, TAKES_AWAY):
        yield f"{operation.describe()}: the version before still reads it; first leave it unused, then drop it"
    if isinstance(operation, migrations.AddField | migrations.AlterField):
        yield from _of_field(operation)
    if isinstance(operation, migrations.AddIndex) and _table(app, operation.model_name) in LARGE:
        yield f"{operation.describe()}: use AddIndexConcurrently, in a migration that is not atomic"
    if _is_unique(operation) and _table(app, operation.model_name) in LARGE:
        yield f"{operation.describe()}: make its index concurrently first"
    if isinstance(operation, migrations.RunSQL):
        yield from _of_sql(_text(operation.sql))
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from faults(app, each)


def _is_unique(operation: Any) -> bool:
    constraint = getattr(operation, "constraint", None)
    return isinstance(operation, migrations.AddConstraint) and isinstance(constraint, models.UniqueConstraint)


def _of_field(operation: Any) -> Iterator[str]:
    field, words = operation.field, operation.describe()
    if field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED:
        return
    if isinstance(operation, migrations.AddField):
        yield f"{words}: rows of the version before lack it; give it a db_default, or let it be null"
    elif not field.has_default():
        yield f"{words}: the version before may write nothing there"


def _of_sql(text: str) -> Iterator[str]:
    for pattern, words in SQL:
        if pattern.search(text):
            yield f"SQL: {words}"
    for table in CREATE_INDEX.findall(text):
        if table in LARGE:
            yield f"SQL: an index on {table} without CONCURRENTLY"


def _text(sql: Any) -> str:
    return sql if isinstance(sql, str) else "\n".join(each if isinstance(each, str) else each[0] for each in sql)


def _table(app: str, model: str) -> str:
    return f"{app}_{model.lower()}"


def later() -> Iterator[tuple[str, str, Any]]:
    """Every migration of ours after the beginning."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in BEGIN and name > BEGIN[app]:
            yield app, name, migration


def test_every_app_of_ours_has_a_beginning_that_there_is():
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert [start for start in BEGIN.items() if start not in known] == []


def test_a_migration_can_run_while_the_version_before_serves():
    found = {
        (app, name): told
        for app, name, migration in later()
        if (told := [fault for operation in migration.operations for fault in faults(app, operation)])
    }
    assert {key: told for key, told in found.items() if key not in ALLOWED} == {}
    assert set(ALLOWED) <= set(found), "A reason is given for what is not wrong."


FIELD = models.CharField(max_length=5)
WRONG: dict[str, Callable[[], Operation]] = {
    "dropped": lambda: migrations.RemoveField("invoice", "note"),
    "renamed": lambda: migrations.RenameField("invoice", "note", "words"),
    "table": lambda: migrations.DeleteModel("invoice"),
    "needed": lambda: migrations.AddField("invoice", "note", FIELD),
    "default in Python alone": lambda: migrations.AddField("invoice", "n", models.IntegerField(default=0)),
    "tightened": lambda: migrations.AlterField("invoice", "note", FIELD),
    "index": lambda: migrations.AddIndex("invoice", models.Index(fields=["note"], name="x")),
    "unique": lambda: migrations.AddConstraint("invoice", models.UniqueConstraint(fields=["note"], name="x")),
    "SQL index": lambda: migrations.RunSQL("CREATE UNIQUE INDEX x ON ledger_line (id)"),
    "SQL drop": lambda: migrations.RunSQL([("ALTER TABLE a DROP COLUMN b", [])]),
    "SQL not null": lambda: migrations.RunSQL("ALTER TABLE a ALTER b SET NOT NULL"),
    "apart": lambda: migrations.SeparateDatabaseAndState([migrations.RunSQL("DROP TABLE a")]),
}
RIGHT: dict[str, Callable[[], Operation]] = {
    "null": lambda: migrations.AddField("invoice", "n", models.IntegerField(null=True)),
    "default": lambda: migrations.AddField("invoice", "n", models.IntegerField(db_default=0)),
    "small": lambda: migrations.AddIndex("tax", models.Index(fields=["name"], name="x")),
    "new": lambda: migrations.CreateModel("thing", [("id", models.BigAutoField(primary_key=True))]),
    "concurrently": lambda: migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON ledger_line (id)"),
    "trigger": lambda: migrations.RunSQL("CREATE TRIGGER x BEFORE UPDATE ON ledger_line EXECUTE FUNCTION y()"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_would_disturb_it_is_found(name: str):
    assert len(list(faults("billing", WRONG[name]()))) == 1


@pytest.mark.parametrize("name", RIGHT)
def test_what_does_not_is_let_be(name: str):
    assert list(faults("billing", RIGHT[name]())) == []
