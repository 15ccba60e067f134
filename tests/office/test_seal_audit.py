"""Each day of the audit trail is sealed once, and its seals tell of what the chain alone does not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from office.audit.check import check_chain
from office.models import AuditSeal
from office.operations.seal_audit import BrokenChain, seal_audit
from office.tasks import seal_audits
from tests.office.chained import fill, words_of

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_days_seal_is_of_the_day_where_the_company_is(company: Any) -> None:
    fill(company, 1)
    [seal] = seal_audit(company, now=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))

    assert seal.day == date(2026, 3, 2)  # it is the third in Berlin
