"""A program takes over another product's books: begins, loads, mends, compares, goes live."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from billing.models import Opening
from ledger.models import OpenItem
from office.models import AuditRecord, Company, Run
from office.work.runs import carry_out
from tests import world
from tests.api.calling import Program, refused
from tests.billing.test_opening_formats import AGING, XERO

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(company: Company) -> Program:
    return Program(world.make_user(company, "manager"), scopes=["books:read", "books:write"])


def load(program: Program, content: str, **more: Any) -> Any:
    """A load of this file, carried out, as it then stands."""
    body = {"name": "open.csv", "content": b64encode(content.encode()).decode(), "adds_customers": True}
    answer = program.post("opening/loads/", body | more)
    assert answer.status_code == 202, answer.content
    list(carry_out(answer.json()["id"]))
    return program.get(f"opening/loads/{answer.json()['id']}/").json()


def test_a_program_opens_the_books(program: Program) -> None:
    assert program.get("opening/").status_code == 404
    begun = program.post("opening/", {"source": "QuickBooks", "cut_over_on": "2026-02-28"})
    assert begun.status_code == 201
    number = begun.json()["id"]

    dry = load(program, AGING)
    assert (dry["status"], dry["is_dry"], dry["counts"]["Documents taken over"]) == ("done", True, 4)
    digest = sha256(AGING.encode()).hexdigest()
    assert dry["file"] == {"name": "open.csv", "size": len(AGING.encode()), "sha256": digest}
    assert not OpenItem.objects.exists()
    load(program, AGING, dry_run=False)
    assert AuditRecord.objects.get(action="load_opening").after["SHA-256"] == digest
    assert refused(program.post(f"opening/{number}/live/")) == (409, "not_tied")
    said = program.post(f"opening/{number}/totals/", {"totals": [{"currency": "EUR", "amount": "1150.00"}]})

    assert said.json()["figures"] == [
        {"currency": "EUR", "wanted": "1150.0000", "book": "1150.0000", "difference": "0.0000", "is_tied": True}
    ]
    assert program.post(f"opening/{number}/live/").json()["live_at"]
    assert Opening.objects.get().is_live
    assert refused(program.post(f"opening/{number}/live/")) == (409, "is_live")


def test_rows_to_mend_come_back_as_they_stood(program: Program) -> None:
    program.post("opening/", {"source": "Xero", "cut_over_on": "2026-02-28"})

    shown = load(program, XERO, dry_run=False)

    assert (shown["has_errors"], shown["counts"]) == (True, {"Nothing open": 2, "Rows to mend": 2})
    text = program.get(f"opening/loads/{shown['id']}/errors/").content.decode("utf-8-sig")
    assert "Give the exchange rate: what one NZD is in EUR." in text.splitlines()[1]


def test_a_load_is_undone(program: Program) -> None:
    program.post("opening/", {"source": "QuickBooks", "cut_over_on": "2026-02-28"})
    shown = load(program, AGING, dry_run=False)

    answer = program.post(f"opening/loads/{shown['id']}/undo/")

    assert answer.status_code == 202
    list(carry_out(answer.json()["id"]))
    assert not OpenItem.objects.exclude(balance=0).exists()
    assert program.get(f"opening/loads/{shown['id']}/errors/").status_code == 404
    assert answer.json()["file"] is None
    assert Run.objects.filter(kind="undo_load", status="done").count() == 1
