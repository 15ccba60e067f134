"""Whatever of the audit trail is changed past its guards is found, with its row."""

from typing import Any

import pytest

from office.audit.chain import FACTS
from office.audit.check import check_chain
from tests import world
from tests.office.chained import fill, words_of

pytestmark = pytest.mark.django_db(transaction=True)


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
