"""The app's role works in every table and can change no book."""

import pytest
from django.db import DatabaseError, connection, transaction

from config.database import append_only_tables


def rights_of(role: str, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) word"
            " WHERE has_table_privilege(%s, %s, word)",
            [role, table],
        )
        return [word for (word,) in cursor.fetchall()]


@pytest.mark.django_db
def test_tests_log_in_as_the_app_and_not_as_the_owner():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)")
        assert cursor.fetchone() == ("duebook_app", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("table", append_only_tables())
def test_the_app_may_only_add_to_an_append_only_table(table):
    assert rights_of("duebook_app", table) == ["SELECT", "INSERT"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_entry SET memo = ''", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]
)
def test_the_database_refuses_to_change_the_book(statement):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
