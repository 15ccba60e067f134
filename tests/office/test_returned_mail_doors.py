"""How mail servers hand in what came back: to the API, by a pipe, from a folder."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from billing.models import Invoice
from office.mail.returned import LARGEST
from office.management.commands import take_returned_mail as command
from office.models import AuditRecord, OutgoingMail
from tests import world
from tests.api.calling import Program, a_client, refused
from tests.office.coming_back import DAY, sent
from tests.office.returned import report_of
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "120.00", DAY)


@pytest.fixture
def mail(invoice: Invoice, relay: RelayHandler) -> OutgoingMail:
    """A mail that the relay took."""
    return sent(invoice)


def post(program: Program, content: bytes, key: str = "one", kind: str = "message/rfc822") -> Any:
    headers = program.headers | {"Idempotency-Key": key}
    return a_client().generic("POST", "/api/v1/returned-mail/", content, kind, headers=headers)


def test_a_mail_server_hands_in_the_raw_message(mail, company):
    program = Program(world.make_user(company, "mail server"))
    answer = post(program, report_of(mail))
    assert answer.json() == {
        "finding": "bounced",
        "detail": "The mail to eva@bramble.example came back: mailbox unknown (5.1.1).",
        "mail": mail.pk,
    }
    assert post(program, report_of(mail)).json() == answer.json()
    assert post(program, report_of(mail), key="two").json()["finding"] == "known"
    assert AuditRecord.objects.get(action="take_returned_mail").by.name == "Mail server"
    away = post(program, b"Auto-Submitted: auto-replied\n\nAway", key="three").json()
    assert (away["finding"], away["mail"]) == ("no_bounce", None)


def test_its_door_refuses_what_the_operation_refuses_and_who_may_not(mail, company):
    program = Program(world.make_user(company, "mail server"))
    assert refused(post(program, b"\xff\xfe", key="a")) == (409, "broken_mail")
    assert refused(post(program, b"", key="b")) == (409, "broken_mail")
    assert refused(post(program, b"A: b\n\n" + b"x" * LARGEST, key="c")) == (409, "too_large")
    assert refused(post(program, b"{}", key="d", kind="application/json"))[0] == 415
    assert refused(post(Program(world.make_user(company, "manager")), report_of(mail)))[0] == 403
    elsewhere = world.make_user(world.make_company(legal_name="Birch Ltd"), "mail server")
    assert refused(post(Program(elsewhere), report_of(mail))) == (409, "unknown_mail")
    assert OutgoingMail.objects.get().status == "sent"


def run(monkeypatch: Any, content: bytes = b"", **options: Any) -> str:
    class Input:
        buffer = io.BytesIO(content)

    monkeypatch.setattr("sys.stdin", Input)
    out = io.StringIO()
    call_command("take_returned_mail", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_a_mail_server_pipes_it_into_the_command(mail, monkeypatch):
    assert "came back: mailbox unknown (5.1.1)" in run(monkeypatch, report_of(mail))
    assert "It was known" in run(monkeypatch, report_of(mail))
    with pytest.raises(CommandError, match="no delivery report"):
        run(monkeypatch, b"Subject: Hello\n\nHello")


def test_the_command_asks_to_try_later_while_the_database_is_away(mail, monkeypatch):
    def away(*args: Any, **options: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(command, "take_returned_mail", away)
    with pytest.raises(CommandError) as error:
        run(monkeypatch, report_of(mail))
    assert error.value.returncode == 75


def test_the_command_takes_each_new_mail_of_a_maildir_once(mail, monkeypatch, tmp_path):
    with pytest.raises(CommandError, match="no Maildir"):
        run(monkeypatch, maildir=tmp_path)
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.a").write_bytes(b"Subject: Hello\n\nHello")
    (tmp_path / "new" / "2.b").write_bytes(report_of(mail))
    with pytest.raises(CommandError, match="1 of these mails were refused"):
        run(monkeypatch, maildir=tmp_path)
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1.a:2,FS", "2.b:2,S"]
    assert OutgoingMail.objects.get().status == "bounced"
    assert run(monkeypatch, maildir=tmp_path) == ""
