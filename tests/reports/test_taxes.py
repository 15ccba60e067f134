"""The tax report: by rate, for any days, and equal to the tax accounts."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.void_invoice import void_invoice
from ledger.models import Account, AccountRole
from reports.taxes import TaxQuestion, TaxReport, tax_report
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))


def of(company: Any, days: tuple[date, date], **more: Any) -> TaxReport:
    return tax_report(TaxQuestion(company.pk, *days, **more))


def figures(report: TaxReport) -> list[tuple[str, int, Decimal, Decimal]]:
    return [(row.name, row.documents, row.base, row.amount) for row in report.rows]


def test_it_counts_credits_and_voids_on_their_own_day_and_foots_to_the_account(company: Any, customer: Any) -> None:
    vat, low = world.make_tax(company, "20"), world.make_tax(company, "5")
    first = world.issue(customer, [world.line("100.00", tax=vat), world.line("50.00", tax=low)], date(2026, 3, 2))
    second = world.issue(customer, [world.line("10.00", tax=vat)], date(2026, 3, 31))
    credit_invoice(first.pk, {first.lines.first().pk: Decimal(1)}, reason="Back", by=None, on=date(2026, 4, 2))
    void_invoice(second.pk, reason="Twice", by=None, on=date(2026, 4, 3))

    march, april = of(company, MARCH), of(company, APRIL)
    assert figures(march) == [("VAT 20%", 2, 110, 22), ("VAT 5%", 1, 50, Decimal("2.50"))]
    assert figures(april) == [("VAT 20%", 2, -110, -22)]
    assert [(foot.reported, foot.booked, foot.difference) for foot in march.feet] == [(Decimal("24.50"),) * 2 + (0,)]
    assert [(foot.booked, foot.difference) for foot in april.feet] == [(-22, 0)]


def test_reverse_charge_stands_apart_from_exempt_and_zero_rated_sales(company: Any) -> None:
    company.tax_id = "DE136695976"
    company.save()
    customer = world.make_customer(company, tax_id="FR40303265045")
    for category, reason in [("AE", ""), ("E", "Article 132"), ("Z", "")]:
        tax = add_tax(company, TaxDetails(category, [RateDetails(Decimal(0), category, reason)]), by=None)
        world.issue(customer, [world.line("10.00", tax=tax)], date(2026, 3, 2))

    assert [(row.category, row.base, row.amount) for row in of(company, MARCH).rows] == [
        ("Z", 10, 0),
        ("E", 10, 0),
        ("AE", 10, 0),
    ]


def test_each_account_has_its_own_foot_and_what_is_withheld_is_in_none(company: Any, customer: Any) -> None:
    county = Account.objects.create(company_id=company.pk, code="2210", name="County", role=AccountRole.TAX)
    rates = [
        RateDetails(Decimal(4), name="State"),
        RateDetails(Decimal(1), name="County", account_id=county.pk),
        RateDetails(Decimal(10), name="Withheld", kind="withheld"),
    ]
    tax = add_tax(company, TaxDetails("Sales tax", rates), by=None)
    world.issue(customer, [world.line("100.00", tax=tax)], date(2026, 3, 2))

    report = of(company, MARCH)
    assert figures(report) == [("State", 1, 100, 4), ("County", 1, 100, 1), ("Withheld", 1, 100, 10)]
    assert {foot.account.name: (foot.booked, foot.difference) for foot in report.feet} == {
        "Tax payable": (4, 0),
        "County": (1, 0),
    }


def test_one_in_sales_sees_their_own_customers_and_no_foot(company: Any, customer: Any) -> None:
    seller = world.make_user(company, "sales")
    own = world.make_customer(company, "Own Ltd", sales_owner_id=seller.pk)
    vat = world.make_tax(company, "20")
    for each in (customer, own):
        world.issue(each, [world.line("100.00", tax=vat)], date(2026, 3, 2))

    report = of(company, MARCH, owner_ids=[seller.pk])
    assert figures(report) == [("VAT 20%", 1, 100, 20)]
    assert report.feet == []


def test_page_file_and_api_say_the_same(company: Any, customer: Any, manager: Any, client: Any) -> None:
    world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "20"))], date(2026, 3, 2))
    days = {"first_day": "2026-03-01", "last_day": "2026-03-31"}
    client.force_login(manager)

    page = client.get("/reports/taxes/", days).content.decode()
    assert "The rates add up to account 2200 Tax payable (EUR)." in page
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(client.get("/reports/taxes/", days | {"format": "xlsx"}))))
    assert sheet.get_sheet_by_index(0).to_python()[1][4:7] == [100.0, 20.0, "EUR"]
    answer = Program(manager).get("reports/taxes/", **days).json()
    [table] = answer["tables"]
    shown = [row["values"] for row in table["rows"]]
    assert [(row["name"], row["base"], row["amount"]) for row in shown] == [("VAT 20%", "100.00", "20.00")]
    assert [(row["values"]["name"], row["values"]["amount"]) for row in table["foot"]] == [
        ("Account 2200 Tax payable", "20.00")
    ]
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [("EUR", "0.00")]


def test_days_that_make_no_sense_are_answered_with_this_month(company: Any, manager: Any, client: Any) -> None:
    client.force_login(manager)
    assert b"No tax in these days" in client.get("/reports/taxes/", {"first_day": "soon"}).content
    assert Program(manager).get("reports/taxes/", first_day="soon").status_code == 400
