"""What a person decides of a mail that waits for them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord, Company, MailStatus, OutgoingMail
from office.operations.settle_mail import settle_mail
from office.work import bells
from tests.office.mailing import become
from tests.office.outgoing import own_kind, queueing, status_of
from tests.world import make_company, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def kind() -> Iterator[Callable[..., None]]:
    with own_kind() as register:
        yield register


@pytest.fixture
def queue(company: Company, kind: Any) -> Callable[..., OutgoingMail]:
    return queueing(company)


MOVES = [
    ("uncertain", "retry", "queued"),
    ("uncertain", "sent", "sent"),
    ("uncertain", "cancel", "cancelled"),
    ("failed", "retry", "queued"),
    ("failed", "cancel", "cancelled"),
    ("cancelled", "retry", "queued"),
    ("queued", "cancel", "cancelled"),
]


@pytest.mark.parametrize(("before", "outcome", "after"), MOVES)
def test_a_person_settles_what_waits_for_them_and_the_audit_says_who(queue, company, before, outcome, after):
    manager = make_user(company, "manager")
    mail = queue()
    become(before)
    settle_mail(mail.pk, outcome, by=manager)
    assert status_of(mail) == after
    record = AuditRecord.objects.get(action="settle_mail", subject_id=mail.pk)
    assert (record.by, record.before, record.after) == (manager, {"status": before}, {"status": after})


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_a_person_sends_again_rings_the_bell_for_itself(queue, monkeypatch):
    mail = queue()
    become("failed")
    rung = []
    monkeypatch.setattr(bells.current_app, "send_task", lambda name, args=(), **_: rung.append((name, *args)))
    settle_mail(mail.pk, "retry", by=None)
    assert rung == [("office.tasks.hand_over_mail", mail.pk)]


REFUSED = {(before, outcome) for before in MailStatus.values for outcome in ("retry", "sent", "cancel")}
REFUSED -= {move[:2] for move in MOVES}


@pytest.mark.parametrize(("before", "outcome"), sorted(REFUSED))
def test_every_other_decision_is_refused_and_changes_nothing(queue, before, outcome):
    mail = queue()
    become(before)
    with pytest.raises(Refused) as refusal:
        settle_mail(mail.pk, outcome, by=None)
    assert refusal.value.code == "invalid_move"
    assert status_of(mail) == before
    assert not AuditRecord.objects.filter(action="settle_mail").exists()


def test_a_mail_sent_again_by_a_person_keeps_its_message_id(queue, relay):
    relay.at_data = lambda: "250 Taken, then hang up"
    mail = queue()
    hand_over(mail.pk)
    settle_mail(mail.pk, "retry", by=None)
    relay.at_data = lambda: "250 Taken"
    hand_over(mail.pk)
    first, second = relay.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert status_of(mail) == MailStatus.SENT
