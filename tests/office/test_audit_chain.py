"""Audit records form a chain that only the database writes; whatever is changed past it is found, with its row."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from office.audit import record, record_all
from office.audit.chain import COLUMNS, FACTS, next_hash, text_of
from office.audit.check import check_chain
from office.models import AuditHead, AuditLink, AuditRecord, AuditSeal
from office.operations.seal_audit import BrokenChain, chains, seal_audit
from office.tasks import seal_audits
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
ODD = {"name": 'Ünï "x" \\ \t\n\x01 € 😀 </a>', "z": "", "": "=1+1"}


def links_of(company: Any) -> list[tuple[int, int]]:
    return list(AuditLink.objects.filter(company=company).order_by("position").values_list("position", "record_id"))


def words_of(company: Any) -> list[str]:
    return [found.place + found.words for found in check_chain(company).breaks]


def fill(company: Any, count: int = 8) -> list[int]:
    """Records of a company, each in its own transaction; their ids."""
    for number in range(count):
        record(None, "set_own_day", company, before=ODD, after={"n": number}, reason=f"number {number}")
    return list(AuditRecord.objects.filter(company=company).order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def superuser(superuser_cursor: Any) -> Any:
    """A cursor past all guards."""
    superuser_cursor.execute("SET session_replication_role = replica")
    return superuser_cursor


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


COLUMNS_CHANGED = {
    "company_id": "NULL",
    "by_id": "(SELECT min(id) FROM office_user)",
    "action": "'x'",
    "subject_type": "'x'",
    "subject_id": "subject_id + 1",
    "subject_name": "subject_name || ' '",
    "before": "before - 'z'",
    "after": "'{\"n\": 4}'",
    "reason": "''",
    "origin": "'x'",
    "policy_version": "policy_version + 1",
    "recorded_at": "recorded_at + interval '1 microsecond'",
}


@pytest.mark.parametrize("column", COLUMNS_CHANGED)
def test_any_column_that_is_changed_is_found(company: Any, superuser: Any, column: str) -> None:
    world.make_user(company)
    ids = fill(company)
    superuser.execute(f"UPDATE office_auditrecord SET {column} = {COLUMNS_CHANGED[column]} WHERE id = %s", [ids[4]])

    assert words_of(company) == [f"audit record {ids[4]} at position 5: changed, or what stood before it was taken out"]


def test_a_record_under_another_id_is_a_deleted_one(company: Any, superuser: Any) -> None:
    ids = fill(company)
    superuser.execute("UPDATE office_auditrecord SET id = 999999999 WHERE id = %s", [ids[4]])

    assert words_of(company) == [f"audit record {ids[4]} at position 5: deleted"]
    assert set(COLUMNS_CHANGED) | {"id"} == set(FACTS)


SHIFTED = (
    "UPDATE office_auditlink SET position = -position {0} WHERE position > {1};"
    "UPDATE office_auditlink SET position = -position WHERE position < 0;"
)
INSERTED = (
    "INSERT INTO office_auditrecord SELECT (jsonb_populate_record(r, jsonb_build_object('id', 999999999))).*"
    " FROM office_auditrecord r WHERE id = {4};"
)
SWAPPED = (
    "UPDATE office_auditlink SET position = -7 WHERE position = 4; UPDATE office_auditlink SET position = 4"
    " WHERE position = {0}; UPDATE office_auditlink SET position = {0} WHERE position = -7;"
)
SWAPPED_RECORDS = (
    "UPDATE office_auditlink SET record_id = -1 WHERE position = 4; UPDATE office_auditlink SET record_id = {ids[3]}"
    " WHERE position = 6; UPDATE office_auditlink SET record_id = {ids[5]} WHERE record_id = -1;"
)
TAMPERED = {
    "a record in the middle": (
        "DELETE FROM office_auditrecord WHERE id = {ids[3]}",
        "audit record {ids[3]} at position 4: deleted",
    ),
    "a record and its link": (
        "DELETE FROM office_auditrecord WHERE id = {ids[3]}; DELETE FROM office_auditlink WHERE position = 4",
        "audit record {ids[4]} 1 record before it, from position 4 on: deleted",
    ),
    "a record and its link, the others moved up": (
        "DELETE FROM office_auditrecord WHERE id = {ids[3]}; DELETE FROM office_auditlink WHERE position = 4;"
        + SHIFTED.format("+ 1", 4),
        "audit record {ids[4]} at position 4: changed, or what stood before it was taken out",
    ),
    "the last record": (
        "DELETE FROM office_auditrecord WHERE id = {ids[7]}",
        "audit record {ids[7]} at position 8: deleted",
    ),
    "the last record and its link": (
        "DELETE FROM office_auditrecord WHERE id = {ids[7]}; DELETE FROM office_auditlink WHERE position = 8",
        "1 record at the end, from position 8 on: deleted",
    ),
    "all records and links": (
        "DELETE FROM office_auditrecord; DELETE FROM office_auditlink",
        "8 records at the end, from position 1 on: deleted",
    ),
    "a record put in": (INSERTED.replace("{4}", "{ids[4]}"), "audit record 999999999 in no chain: inserted"),
    "a record put in with a link of its own": (
        INSERTED.replace("{4}", "{ids[4]}")
        + SHIFTED.format("- 1", 4)
        + "INSERT INTO office_auditlink (record_id, company_id, position, hash) SELECT 999999999, company_id, 5, 'x'"
        " FROM office_auditlink WHERE position = 4; UPDATE office_audithead SET position = 9",
        "audit record 999999999 at position 5: inserted",
    ),
    "a record put in with the hash that fits": (
        INSERTED.replace("{4}", "{ids[4]}")
        + SHIFTED.format("- 1", 4)
        + "INSERT INTO office_auditlink (record_id, company_id, position, hash) SELECT 999999999, l.company_id, 5,"
        " office_next_hash(NULL, l.hash, office_audit_text(r)) FROM office_auditlink l, office_auditrecord r"
        " WHERE l.position = 4 AND r.id = 999999999; UPDATE office_audithead SET position = 9",
        "audit record 999999999 at position 5: inserted",
    ),
    "two neighbours swapped": (
        SWAPPED.format(5),
        "audit record {ids[4]} at position 4: out of order, here belongs record {ids[3]} of 5",
    ),
    "two others swapped": (
        SWAPPED.format(7),
        "audit record {ids[6]} at position 4: out of order, here belongs record {ids[3]} of 7",
    ),
    "the records of two links swapped": (
        SWAPPED_RECORDS,
        "audit record {ids[5]} at position 4: out of order, here belongs record {ids[3]} of 6",
    ),
    "a hash": (
        "UPDATE office_auditlink SET hash = repeat('0', 64) WHERE position = 4",
        "audit record {ids[3]} at position 4: changed, or what stood before it was taken out",
    ),
    "the head, back": (
        "UPDATE office_audithead SET position = 7",
        "head behind: it stands at 7, the chain goes to 8",
    ),
    "the head's hash": ("UPDATE office_audithead SET hash = ''", "the head of the chain: changed"),
    "the head, deleted": ("DELETE FROM office_audithead", "the head of the chain: deleted"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_done_past_the_guards_is_found_with_its_row(company: Any, superuser: Any, what: str) -> None:
    ids = fill(company)
    assert len(ids) == 8
    assert words_of(company) == []
    sql, words = TAMPERED[what]
    superuser.execute(sql.format(ids=ids))

    assert words_of(company) == [words.format(ids=ids)]


def test_small_pieces_find_the_same(company: Any, superuser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("office.audit.check.PIECE", 2)
    ids = fill(company)
    assert (words_of(company), check_chain(company).records) == ([], 8)
    superuser.execute("UPDATE office_auditrecord SET reason = 'x' WHERE id = %s", [ids[6]])

    assert "at position 7: changed" in words_of(company)[0]


@pytest.fixture
def days(company: Any, time_machine: Any) -> tuple[list[int], list[AuditSeal]]:
    """Eight records and the seals of four days, of which two each brought two records, and then today."""
    ids = fill(company, 2)
    today = timezone.now()
    seals = []
    for day in range(1, 5):
        time_machine.move_to(today + timedelta(days=day), tick=False)
        seals += seal_audit(company, now=timezone.now())
        ids = fill(company, 2) if day < 4 else ids
    return ids, seals


def test_each_day_is_sealed_once_and_signs_the_one_before(company: Any, days: Any) -> None:
    ids, seals = days
    [first, *_] = seals
    assert [(seal.position, seal.records) for seal in seals] == [(2, 2), (4, 2), (6, 2), (8, 2)]
    assert [seal.day - first.day for seal in seals] == [timedelta(days=n) for n in range(4)]
    assert seal_audit(company, now=timezone.now()) == []
    checked = check_chain(company)
    assert (checked.records, checked.seals, checked.breaks) == (len(ids), 4, [])


def test_a_late_round_seals_every_day_that_is_over(company: Any, time_machine: Any) -> None:
    fill(company, 3)
    now = timezone.now()
    seal_audit(company, now=now)
    late = seal_audit(company, now=now + timedelta(days=4))

    assert [(seal.position, seal.records) for seal in late] == [(3, 3), (3, 0), (3, 0), (3, 0)]


def test_by_three_at_once_a_day_is_sealed_once(
    company: Any, in_parallel: Callable[[list[Callable[[], Any]]], list[Any]], time_machine: Any
) -> None:
    fill(company, 3)
    time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
    results = in_parallel([seal_audits] * 3)

    assert results == [1, 1, 1]
    assert AuditSeal.objects.filter(company=company).count() == 1
    assert words_of(company) == []


def test_a_broken_chain_is_not_sealed(company: Any, days: Any, superuser: Any) -> None:
    ids = fill(company, 2)
    superuser.execute("UPDATE office_auditrecord SET reason = 'x' WHERE id = %s", [ids[-1]])
    with pytest.raises(BrokenChain, match=f"audit record {ids[-1]} at position {len(ids)}: changed"):
        seal_audit(company, now=timezone.now() + timedelta(days=1))

    assert AuditSeal.objects.count() == 4


ANEW = """
    UPDATE office_auditrecord SET reason = 'written anew' WHERE id = {ids[3]};
    UPDATE office_auditlink l SET hash = made.hash FROM (
        SELECT r.id, office_chained('', office_audit_text(r)) OVER (PARTITION BY r.company_id ORDER BY r.id) AS hash
        FROM office_auditrecord r) AS made WHERE made.id = l.record_id;
    UPDATE office_audithead h SET hash = l.hash FROM office_auditlink l
        WHERE l.company_id = h.company_id AND l.position = h.position"""


def test_a_chain_written_anew_is_found_by_its_seals_alone(company: Any, days: Any, superuser: Any) -> None:
    ids, seals = days
    superuser.execute(ANEW.format(ids=ids))

    assert words_of(company) == [
        f"audit record {ids[3]} the seal of {seals[1].day} does not fit: at position 4 another chain was sealed."
        f" Changed after position 2, which the seal of {seals[0].day} still bears out"
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_seal_is_found(company: Any, days: Any, superuser: Any, place: int) -> None:
    _, seals = days
    superuser.execute("DELETE FROM office_auditseal WHERE id = %s", [seals[place].pk])

    assert words_of(company) == [
        f"the seal of {seals[1].day} does not fit: it is not ours, or the one before it is gone"
        if place == 0
        else f"the seal of {seals[place].day}: missing"
    ]


@pytest.mark.parametrize("change", ["day = day + 30", "position = position - 1", "records = 9", "hash = ''"])
def test_a_seal_that_was_changed_is_found(company: Any, days: Any, superuser: Any, change: str) -> None:
    _, seals = days
    superuser.execute(f"UPDATE office_auditseal SET {change} WHERE id = %s", [seals[-1].pk])

    assert len(words_of(company)) == 1


def test_another_key_made_none_of_these_seals(company: Any, days: Any, settings: Any) -> None:
    settings.AUDIT_SEAL_KEY = "another"

    assert "does not fit: it is not ours" in words_of(company)[0]


def test_the_command_says_what_it_read_and_names_the_row(
    company: Any, days: Any, superuser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ids, seals = days
    call_command("check_audit")
    told = capsys.readouterr().out
    assert "Alder Ltd: 8 records and 4 seals, " in told
    assert "The audit trail is sound." in told
    call_command("check_audit", since=seals[1].seal)
    assert "Alder Ltd: 4 records and 2 seals, " in capsys.readouterr().out
    superuser.execute("UPDATE office_auditrecord SET reason = 'x' WHERE id = %s", [ids[3]])
    call_command("check_audit", since=seals[1].seal)
    for asked in ({}, {"company": str(company.pk)}, {"company": "Alder Ltd"}, {"since": seals[0].seal}):
        with pytest.raises(SystemExit) as ended:
            call_command("check_audit", **asked)
        assert ended.value.code == 1
        assert f"Alder Ltd: audit record {ids[3]} at position 4: changed" in capsys.readouterr().err


def test_a_seal_that_somebody_kept_tells_when_it_is_gone(
    company: Any, days: Any, superuser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    superuser.execute("DELETE FROM office_auditseal")
    with pytest.raises(SystemExit):
        call_command("check_audit", since=days[1][2].seal)

    assert "seals were deleted or written anew" in capsys.readouterr().err


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


def test_a_days_seal_is_of_the_day_where_the_company_is(company: Any) -> None:
    fill(company, 1)
    [seal] = seal_audit(company, now=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))

    assert seal.day == date(2026, 3, 2)  # it is the third in Berlin
