"""Closing and reopening months."""

from datetime import date
from typing import Any

import pytest

from billing.operations.close_month import close_month, reopen_month
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

MARCH = date(2026, 3, 17)
pytestmark = pytest.mark.django_db


def code_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_closed_month_takes_nothing_until_it_is_reopened(company: Any, customer: Any, manager: Any) -> None:
    close_month(company, MARCH, by=manager)
    assert code_of(lambda: world.issue(customer, "1.00", MARCH)) == "period_closed"
    assert code_of(lambda: close_month(company, MARCH, by=manager)) == "invalid_move"

    reopen_month(company, MARCH, reason="A late invoice", by=manager)
    assert world.issue(customer, "1.00", MARCH).number == "INV-2026-0001"
    rows = AuditRecord.objects.filter(action__in=["close_month", "reopen_month"]).order_by("id")
    assert [(row.action, row.after["month"], row.reason) for row in rows] == [
        ("close_month", "2026-03", ""),
        ("reopen_month", "2026-03", "A late invoice"),
    ]


def test_a_month_that_is_not_over_is_not_closed(company: Any) -> None:
    assert code_of(lambda: close_month(company, company.today(), by=None)) == "month_not_over"


def test_an_open_month_is_not_reopened_nor_any_without_a_reason(company: Any) -> None:
    assert code_of(lambda: reopen_month(company, MARCH, reason="why not", by=None)) == "invalid_move"
    assert code_of(lambda: reopen_month(company, MARCH, reason=" ", by=None)) == "reason_missing"


def test_only_who_may_sees_the_months(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "clerk"))
    assert client.post("/months/2026-03/close/").status_code == 403
    client.force_login(world.make_user(company, "manager"))
    assert client.post("/months/2026-03/close/", follow=True).status_code == 200
    assert b"March 2026" in client.get("/months/").content
    assert client.post("/months/2026-13/close/").status_code == 404
