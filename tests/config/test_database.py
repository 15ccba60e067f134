"""The app's role works in every table and can change no book."""

import pytest
from django.core.management import call_command
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


@pytest.mark.django_db(transaction=True)
def test_preparing_the_database_again_changes_nothing():
    before = rights_of("duebook_app", "ledger_entry"), rights_of("duebook_app", "customers_customer")
    call_command("prepare_database", verbosity=0)
    assert (rights_of("duebook_app", "ledger_entry"), rights_of("duebook_app", "customers_customer")) == before
    assert before == (["SELECT", "INSERT"], ["SELECT", "INSERT", "UPDATE", "DELETE"])


def test_functions_run_at_the_same_moment_each_on_its_own_connection(in_parallel):
    def own_process() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    def fail() -> None:
        raise ValueError("no")

    *processes, failure = in_parallel([own_process, own_process, own_process, fail])
    assert len(set(processes)) == 3
    assert isinstance(failure, ValueError)


def test_a_superuser_passes_every_guard_once_triggers_are_off(superuser_cursor):
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_entry SET memo = ''")
    assert superuser_cursor.rowcount == 0
