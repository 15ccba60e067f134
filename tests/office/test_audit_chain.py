"""Audit records form a chain that only the database writes, also with many at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from office.audit import record, record_all
from office.audit.chain import COLUMNS, FACTS, next_hash, text_of
from office.audit.check import check_chain
from office.models import AuditHead, AuditRecord
from office.operations.seal_audit import chains
from tests import world
from tests.office.chained import ODD, fill, links_of, words_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_record_is_linked_to_the_one_before_in_its_companys_chain(company: Any) -> None:
    other = world.make_company(legal_name="Other Ltd")
    user = world.make_user(company)
    with transaction.atomic():
        for subject in (company, other, user, company, other):
            record(user, "set_own_day", subject, after=ODD)
    record_all(None, "set_own_day", [company, other, company])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.company_id, l.position, l.hash, {COLUMNS} FROM office_auditrecord r"
            " JOIN office_auditlink l ON l.record_id = r.id ORDER BY 1, 2"
        )
        rows = cursor.fetchall()

    ends: dict[Any, tuple[int, str]] = {}
    for company_id, position, kept, *values in rows:
        last, before = ends.get(company_id, (0, ""))
        ends[company_id] = (position, next_hash(before, text_of(values)))
        assert ends[company_id] == (last + 1, kept)
    assert {head.company_id: (head.position, head.hash) for head in AuditHead.objects.all()} == ends
    assert len(rows) == AuditRecord.objects.count() >= 8
    assert [checked.breaks for checked in map(check_chain, chains())] == [[]] * len(ends)


def test_every_column_of_a_record_is_hashed() -> None:
    assert set(FACTS) == {field.attname for field in AuditRecord._meta.concrete_fields}


def take_back(company: Any) -> None:
    """Record something that does not come to be."""
    with transaction.atomic():
        record(None, "set_own_day", company)
        transaction.set_rollback(True)


def test_what_is_rolled_back_leaves_no_gap(company: Any) -> None:
    fill(company, 1)
    with transaction.atomic():
        record(None, "set_own_day", company)
        take_back(company)
        record(None, "set_own_day", company)
    take_back(company)
    ids = fill(company, 1)

    assert links_of(company) == list(enumerate(ids, start=1))
    assert words_of(company) == []


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO office_auditlink (record_id, position, hash) VALUES (1, 99, '')",
        "UPDATE office_auditlink SET hash = ''",
        "DELETE FROM office_auditlink",
        "INSERT INTO office_audithead (position, hash) VALUES (1, '')",
        "UPDATE office_audithead SET position = 0",
        "DELETE FROM office_audithead",
        "TRUNCATE office_auditlink",
        "UPDATE office_auditseal SET hash = ''",
        "DELETE FROM office_auditseal",
        "DELETE FROM office_auditrecord",
    ],
)
def test_the_app_has_no_right_to_write_the_chain(company: Any, sql: str) -> None:
    fill(company, 1)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_app_may_read_the_chain_alone(company: Any, superuser_cursor: Any) -> None:
    app = connection.settings_dict["USER"]
    superuser_cursor.execute(
        "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = %s"
        " AND table_name IN ('office_auditlink', 'office_audithead')",
        [app],
    )
    assert {privilege for (privilege,) in superuser_cursor.fetchall()} == {"SELECT"}


@contextmanager
def switched_off(superuser: Any, table: str, trigger: str) -> Iterator[None]:
    superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    try:
        yield
    finally:
        superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def test_without_the_trigger_a_record_is_in_no_chain_and_that_is_found(company: Any, superuser_cursor: Any) -> None:
    fill(company, 2)
    # DISABLE TRIGGER audit_linked
    with switched_off(superuser_cursor, "office_auditrecord", "audit_linked"):
        ids = fill(company, 1)
    fill(company, 1)

    assert len(links_of(company)) == 3
    assert words_of(company) == [f"audit record {ids[-1]} in no chain: inserted"]


def write_at_once(companies: list[Any], rounds: int, in_parallel: Any) -> list[Any]:
    """Four writers, each of whose transactions records of all companies, in an order of its own."""

    def writer(place: int) -> Callable[[], None]:
        mine = companies[place % len(companies) :] + companies[: place % len(companies)]

        def write() -> None:
            for _ in range(rounds):
                with transaction.atomic():
                    for company in mine:
                        record(None, "set_own_day", company)

        return write

    failed: list[Any] = in_parallel([writer(place) for place in range(4)])
    return failed


def test_four_writers_at_once_neither_wait_for_each_other_nor_break_the_chain(company: Any, in_parallel: Any) -> None:
    companies = [company, *(world.make_company(legal_name=f"Other {n} Ltd") for n in range(3))]
    before = [len(links_of(each)) for each in companies]
    assert write_at_once(companies, 15, in_parallel) == [None] * 4
    assert [len(links_of(each)) for each in companies] == [count + 60 for count in before]
    assert [check_chain(each).breaks for each in companies] == [[]] * 4


def test_a_head_that_is_not_locked_would_break_the_chain(company: Any, superuser_cursor: Any) -> None:
    """The control: two transactions that read the same head before either writes want the same position."""
    fill(company, 1)
    superuser_cursor.execute("SELECT pg_get_functiondef('office_link_audit'::regproc)")
    [honest] = superuser_cursor.fetchone()
    meeting, results = threading.Barrier(2), []

    def write() -> None:
        meeting.wait()
        try:
            record(None, "set_own_day", company)
            results.append("written")
        except DatabaseError as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    assert "FOR NO KEY UPDATE" in honest
    unlocked = honest.replace("FOR NO KEY UPDATE", "")
    # Both read the head, and then wait for what this test holds before either writes its link.
    unlocked = unlocked.replace(
        "WITH linked AS (",
        "SELECT position INTO stood FROM office_audithead; PERFORM pg_advisory_xact_lock_shared(77); WITH linked AS (",
    )
    unlocked = unlocked.replace("h.position + row_number()", "stood + row_number()")
    unlocked = unlocked.replace("companies bigint[];", "companies bigint[]; stood bigint;")
    holder = psycopg2.connect(superuser_cursor.connection.dsn)
    try:
        superuser_cursor.execute(unlocked)
        holder.cursor().execute("SELECT pg_advisory_lock(77)")
        threads = [threading.Thread(target=write) for _ in range(2)]
        for thread in threads:
            thread.start()
        while _waiting(superuser_cursor) < 2:
            pass
        holder.rollback()
        holder.cursor().execute("SELECT pg_advisory_unlock(77)")
        holder.commit()
        for thread in threads:
            thread.join()
    finally:
        superuser_cursor.execute(honest)
        holder.close()

    assert sorted(results) == ["IntegrityError", "written"]


def _waiting(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND NOT granted")
    return int(cursor.fetchone()[0])
