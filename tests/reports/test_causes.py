"""Why customers object: every figure is the sum of the disputes that its link opens."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from billing.models import DisputeOutcome
from billing.operations.close_dispute import close_dispute
from billing.operations.credit_dispute import credit_dispute
from reports.causes import DIMENSIONS, CauseQuestion, cause_report, parts
from tests import world
from tests.api.calling import Program
from tests.billing.disputing import DAY, dispute, reason

pytestmark = pytest.mark.django_db
SPRING = {"first_day": date(2026, 3, 1), "last_day": date(2026, 4, 30)}


@pytest.fixture
def disputes(company: Any, customer: Any, clerk: Any) -> None:
    """Three: a line of a product credited after four days, an amount refused after eleven, and one that is open."""
    shelf = world.make_product(company, "SHELF")
    invoice = world.issue(
        customer, [replace(world.product_line(shelf), unit_price=Decimal(30)), world.line("60.00")], DAY
    )
    shelves = invoice.lines.first()
    faulty = reason(company, "quality_disputed")
    lines = {shelves.pk: None, invoice.lines.last().pk: Decimal(10)}
    first = dispute(invoice, lines=lines, reason_code_id=faulty, department="quality", owner_id=clerk.pk)
    credit_dispute(first.pk, first.amount, reason="x", by=None, on=date(2026, 3, 9))
    second = dispute(invoice, "20.00", on=date(2026, 4, 2))
    close_dispute(second.pk, DisputeOutcome.REFUSED, on=date(2026, 4, 13), by=None, note="No")
    dispute(invoice, "5.00", on=date(2026, 4, 3), reason_code_id=faulty)
    dispute(invoice, "1.00", on=date(2026, 5, 1))


def asked(company: Any, by: str) -> CauseQuestion:
    return CauseQuestion(company, by=by, **SPRING)


def figures(company: Any, by: str) -> list[tuple[str, int, Decimal, Decimal | None]]:
    return [(row.label, row.count, row.amount, row.days) for row in cause_report(asked(company, by)).causes]


def test_by_each_cause_counts_amounts_and_days_are_told(company: Any, disputes: None) -> None:
    shelf = parts(asked(company, "product"), key="SHELF")[0].amount
    assert sorted(figures(company, "reason")) == [
        ("Goods or work faulty", 2, shelf + 15, Decimal("4.0")),
        ("Price differs from what was agreed", 1, Decimal(20), Decimal("11.0")),
    ]
    assert sorted(figures(company, "department")) == [
        ("None", 2, Decimal(25), Decimal("11.0")),
        ("Quality", 1, shelf + 10, Decimal("4.0")),
    ]
    assert {row[0]: row[1:3] for row in figures(company, "owner")} == {
        "Nobody": (2, Decimal(25)),
        "Clerk": (1, shelf + 10),
    }
    assert [row[:2] for row in figures(company, "month")] == [("2026-03", 1), ("2026-04", 2)]
    assert {row[0]: row[1:3] for row in figures(company, "product")} == {
        "SHELF": (1, shelf),
        "No product": (3, Decimal(35)),
    }


@pytest.mark.parametrize("by", DIMENSIONS)
def test_every_figure_is_the_sum_of_what_its_link_opens(company: Any, disputes: None, by: str) -> None:
    question = asked(company, by)
    report = cause_report(question)
    [total] = report.totals
    assert (total.count, total.days) == (3, Decimal("7.5"))
    assert sum(row.amount for row in report.causes) == total.amount
    for row in (*report.causes, total):
        behind = parts(question, key=row.key, currency=row.currency)
        assert len({part.dispute.pk for part in behind}) == row.count
        assert sum(part.amount for part in behind) == row.amount
        assert sum(count for _, count, _ in row.shares) == row.count
        for outcome, count, _ in row.shares:
            behind = parts(question, key=row.key, currency=row.currency, outcome=outcome)
            assert len({part.dispute.pk for part in behind}) == count
    assert total.shares == [
        ("open", 1, 33),
        ("credit_memo", 1, 33),
        ("price_correction", 0, 0),
        ("refused", 1, 33),
        ("rebilled", 0, 0),
        ("withdrawn", 0, 0),
    ]


def test_each_figure_on_the_page_opens_the_disputes_behind_it(company: Any, disputes: None, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    days = {name: day.isoformat() for name, day in SPRING.items()}
    for by in DIMENSIONS:
        page = browser.get(reverse("reports:causes"), days | {"by": by}).content.decode()
        found = re.findall(r'data-label="([^"]+)"><a href="(/reports/disputes/[^"]+)">([^<]+)</a>', page)
        assert len(found) > 5
        for label, url, figure in found:
            behind = browser.get(unescape(url)).content.decode().partition("<tfoot>")[2]
            told = figure if label == "Disputed" else f"{figure} dispute"
            assert (told in behind, url) == (True, url)


def test_programs_are_told_the_same(company: Any, disputes: None, clerk: Any) -> None:
    days = {name: day.isoformat() for name, day in SPRING.items()}
    told, percent = Program(clerk).get("reports/causes/", by="month", **days).json()["tables"]
    rows = [row["values"] for row in told["rows"]]
    assert [(row["label"], row["count"], row["open"]) for row in rows] == [("2026-03", 1, 0), ("2026-04", 2, 1)]
    assert rows[1]["amount"] == "25.00"
    assert percent["foot"][0]["values"]["open"] == "33"
    [page] = Program(clerk).get("reports/disputes/", by="month", key="2026-04", limit=1, **days).json()["tables"]
    assert [(row["values"]["amount"], row["values"]["outcome"]) for row in page["rows"]] == [("20.00", "Refused")]
    assert page["foot"][0]["values"]["amount"] == "25.00"
    [rest] = (
        Program(clerk).get("reports/disputes/", by="month", key="2026-04", after=page["next"], **days).json()["tables"]
    )
    assert [row["values"]["amount"] for row in rest["rows"]] == ["5.00"]


def test_its_excel_file_holds_what_the_page_shows(company: Any, disputes: None, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    days = {name: day.isoformat() for name, day in SPRING.items()}
    answer = browser.get(reverse("reports:causes"), days | {"by": "month", "format": "xlsx"})
    content = b"".join(answer.streaming_content)
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("Disputes by month").to_python()
    report = cause_report(CauseQuestion(company, by="month", **SPRING))
    assert [row[:3] for row in rows[1:]] == [
        [row.label, float(row.count), float(row.amount)] for row in (*report.causes, *report.totals)
    ]
    assert [row[4:-1] for row in rows[1:]] == [
        [float(share.count) for share in row.shares] for row in (*report.causes, *report.totals)
    ]


def test_who_is_limited_to_their_customers_sees_no_others(company: Any, disputes: None) -> None:
    sales = world.make_user(company, "clerk", only_own_customers=True)
    assert cause_report(CauseQuestion(company, owner_ids=[sales.pk], **SPRING)).causes == []
