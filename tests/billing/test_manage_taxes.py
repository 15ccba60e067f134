"""Taxes: their rates through time, categories by EN 16931, and the reason printed where no tax is charged."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from billing.models import DatedRate, Tax
from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_rate, add_tax, remove_rate, retire_tax
from ledger.models import Account, AccountRole, Line
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def percent(text: str, *more: Any, **rest: Any) -> RateDetails:
    return RateDetails(Decimal(text), *more, **rest)


def refusal_of(act: Any, *args: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, by=None)
    return refusal.value.code


def test_a_tax_is_added_and_retired(company: Any, customer: Any) -> None:
    vat = add_tax(company, TaxDetails(" VAT 20% ", [percent("20")]), by=None)
    invoice = world.issue(customer, [world.line("10.00", tax=vat)], company.today())
    retire_tax(vat.pk, by=None)

    assert Tax.objects.get().is_active is False
    assert (vat.name, vat.rates.get().name) == ("VAT 20%", "VAT 20%")
    assert invoice.total == 12


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (TaxDetails(" ", [percent("20")]), "name_missing"),
        (TaxDetails("Known", [percent("20")]), "name_taken"),
        (TaxDetails("New", []), "bad_parts"),
        (TaxDetails("New", [percent("1")] * 6), "bad_parts"),
        (TaxDetails("New", [percent("20", "XX")]), "bad_category"),
        (TaxDetails("New", [percent("20", kind="twice")]), "bad_kind"),
        (TaxDetails("New", [percent("-1")]), "bad_percent"),
        (TaxDetails("New", [percent("101")]), "bad_percent"),
        (TaxDetails("New", [percent("0")]), "bad_percent"),
        (TaxDetails("New", [percent("5", "E", "Article 132")]), "bad_percent"),
        (TaxDetails("New", [percent("19", "AE")]), "bad_percent"),
        (TaxDetails("New", [percent("0", "E", " ")]), "reason_missing"),
        (TaxDetails("New", [percent("20", "S", "Because")]), "reason_not_wanted"),
        (TaxDetails("New", [percent("0", "Z", "Because")]), "reason_not_wanted"),
        (TaxDetails("New", [percent("5"), percent("20", account_id=1)]), "unknown_account"),
        (
            TaxDetails("New", [percent("5", valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 31))]),
            "bad_days",
        ),
    ],
)
def test_a_tax_that_cannot_be_is_refused(company: Any, details: TaxDetails, code: str) -> None:
    add_tax(company, TaxDetails("Known", [percent("5")]), by=None)

    assert refusal_of(add_tax, company, details) == code
    assert (Tax.objects.count(), DatedRate.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("AE", "Reverse charge: the customer owes the tax."),
        ("K", "Intra-Community supply, exempt under Article 138 of Directive 2006/112/EC."),
        ("G", "Export, exempt under Article 146 of Directive 2006/112/EC."),
        ("O", "Not subject to tax."),
    ],
)
def test_where_the_law_has_usual_words_they_are_taken(company: Any, category: str, reason: str) -> None:
    usual = add_tax(company, TaxDetails("Usual", [percent("0", category)]), by=None)
    own = add_tax(company, TaxDetails("Own", [percent("0", category, " Our words ")]), by=None)

    assert (usual.rates.get().reason, own.rates.get().reason) == (reason, "Our words")
    assert AuditRecord.objects.get(action="add_tax", subject_id=own.pk).after["rates"] == "Own 0 % from ever"


def test_the_canary_islands_tax_may_be_above_zero_or_zero(company: Any) -> None:
    taxes = [add_tax(company, TaxDetails(f"IGIC {rate}%", [percent(rate, "L")]), by=None) for rate in ("7", "0")]
    assert [(tax.rates.get().percent, tax.rates.get().reason) for tax in taxes] == [(7, ""), (0, "")]


def test_a_document_takes_the_rate_of_its_own_day(company: Any, customer: Any) -> None:
    vat = add_tax(company, TaxDetails("VAT", [percent("19", name="VAT 19%")]), by=None)
    add_rate(vat.pk, 1, percent("16", name="VAT 16%", valid_from=date(2020, 7, 1)), by=None)
    add_rate(vat.pk, 1, percent("19", name="VAT 19%", valid_from=date(2021, 1, 1)), by=None)

    days = [date(2020, 6, 30), date(2020, 7, 1), date(2020, 12, 31), date(2021, 1, 1)]
    issued = [world.issue(customer, [world.line("100.00", tax=vat)], day) for day in days]
    assert [invoice.total for invoice in issued] == [119, 116, 116, 119]
    assert [invoice.taxes.get().name for invoice in issued] == ["VAT 19%", "VAT 16%", "VAT 16%", "VAT 19%"]
    memo = credit_invoice(issued[1].pk, None, reason="Returned", by=None, on=date(2021, 2, 1))
    assert (memo.total, memo.taxes.get().name) == (116, "VAT 16%")


def test_a_part_that_has_ended_is_charged_no_more(company: Any, customer: Any) -> None:
    rates = [percent("5", name="GST"), percent("7", name="Levy", valid_until=date(2026, 1, 31))]
    both = add_tax(company, TaxDetails("GST and levy", rates), by=None)
    issued = [world.issue(customer, [world.line("100.00", tax=both)], date(2026, month, 1)) for month in (1, 2)]

    assert [invoice.total for invoice in issued] == [112, 105]


def test_a_tax_without_a_rate_on_the_day_is_refused(company: Any, customer: Any) -> None:
    later = add_tax(company, TaxDetails("New levy", [percent("3", valid_from=date(2027, 1, 1))]), by=None)
    with pytest.raises(Refused) as refusal:
        world.draft(customer, [world.line("1.00", tax=later)], dated_on=DAY)

    assert refusal.value.code == "no_rate_on_day"
    assert "New levy has no rate on Mar 2, 2026" in refusal.value.message


def test_several_taxes_on_a_line_have_their_own_rows_and_accounts(company: Any, customer: Any) -> None:
    province = Account.objects.create(company_id=company.pk, code="2210", name="PST payable", role=AccountRole.TAX)
    rates = [percent("5", name="GST 5%"), percent("7", name="PST 7%", account_id=province.pk)]
    both = add_tax(company, TaxDetails("GST + PST", rates), by=None)
    gst = add_tax(company, TaxDetails("GST alone", [percent("5", name="GST 5%")]), by=None)
    invoice = world.issue(customer, [world.line("10.10", tax=both), world.line("10.10", tax=gst)], DAY)

    assert [(row.name, row.base, row.amount) for row in invoice.taxes.all()] == [
        ("GST 5%", Decimal("20.20"), Decimal("1.01")),
        ("PST 7%", Decimal("10.10"), Decimal("0.71")),
    ]
    line = invoice.lines.first()
    assert (line.tax_name, line.tax_percent, line.tax_amount) == ("GST 5% + PST 7%", 12, Decimal("1.22"))
    assert list(Line.objects.filter(account=province).values_list("amount", flat=True)) == [Decimal("-0.71")]
    credit_invoice(invoice.pk, {line.pk: Decimal(1)}, reason="Returned", by=None, on=DAY)
    assert Line.objects.filter(account=province).aggregate(sum=Sum("amount"))["sum"] == 0


def test_what_is_withheld_leaves_the_total_and_is_told_apart(company: Any, customer: Any) -> None:
    rates = [percent("22", name="IVA 22%"), percent("20", name="Ritenuta 20%", kind="withheld")]
    fee = add_tax(company, TaxDetails("Professional fee", rates), by=None)
    invoice = world.issue(customer, [world.line("1000.00", tax=fee)], DAY)

    assert (invoice.total, invoice.withheld, invoice.to_pay) == (1220, 200, 1020)
    assert world.owes(customer, DAY) == 1220
    assert [(row.name, row.kind, row.amount) for row in invoice.taxes.all()] == [
        ("IVA 22%", "added", 220),
        ("Ritenuta 20%", "withheld", 200),
    ]


def test_a_rate_begins_once_on_a_day_and_only_in_a_part_there_is(company: Any) -> None:
    vat = add_tax(company, TaxDetails("VAT", [percent("19", valid_from=DAY)]), by=None)

    assert refusal_of(add_rate, vat.pk, 1, percent("20", valid_from=DAY)) == "begins_twice"
    assert refusal_of(add_rate, vat.pk, 3, percent("20")) == "bad_parts"
    assert vat.rates.count() == 1
    with pytest.raises(IntegrityError, match="rate_begins_once_per_part"), transaction.atomic():
        DatedRate.objects.create(tax=vat, name="Again", percent=20, valid_from=DAY)


def test_a_rate_added_by_mistake_is_removed_but_never_the_only_one(company: Any) -> None:
    vat = add_tax(company, TaxDetails("VAT", [percent("19")]), by=None)
    wrong = add_rate(vat.pk, 1, percent("91", valid_from=DAY), by=None)
    remove_rate(wrong.pk, by=None)

    assert refusal_of(remove_rate, vat.rates.get().pk) == "only_rate"
    assert vat.rates.get().percent == 19
    assert AuditRecord.objects.get(action="remove_rate").before["rate"] == "VAT 91 % from 2026-03-02"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"category": "AE", "percent": 0}, "rate_reason_where_none_is_charged"),
        ({"category": "S", "percent": 20, "reason": "Because"}, "rate_reason_where_none_is_charged"),
        ({"category": "K", "percent": 20, "reason": "Because"}, "rate_fits_its_category"),
        ({"category": "S", "percent": 0}, "rate_fits_its_category"),
        ({"percent": 101}, "rate_between_0_and_100"),
        ({"percent": 5, "valid_from": DAY, "valid_until": date(2026, 3, 1)}, "rate_ends_after_it_begins"),
    ],
)
def test_the_database_refuses_what_no_operation_would_write(company: Any, facts: dict[str, Any], rule: str) -> None:
    tax = Tax.objects.create(company=company, name="Planted")
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        DatedRate.objects.create(tax=tax, name="Planted", **facts)


def test_on_screen_an_exemption_without_reason_says_what_is_missing(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    typed = {"tax_name": "Exempt", "percent": "0", "category": "E", "kind": "added"}

    page = client.post("/settings/taxes/", typed)
    assert b"Say why it is exempt" in page.content
    assert not Tax.objects.exists()

    page = client.post("/settings/taxes/", typed | {"reason": "Article 132(1)(b)"}, follow=True)
    assert "Prints “Article 132(1)(b)”" in page.content.decode()


def test_on_screen_a_rate_is_added_for_a_day_to_come_and_taken_back(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    vat = world.make_tax(company, "20")
    typed = {"part": "1", "percent": "21", "category": "S", "kind": "added", "valid_from": "2030-01-01"}
    page = client.post(f"/settings/taxes/{vat.pk}/", typed, follow=True)

    assert 'datetime="2030-01-01"' in page.content.decode()
    later = vat.rates.get(percent=21)
    client.post(f"/settings/tax-rates/{later.pk}/remove/")
    assert vat.rates.get().percent == 20


def test_another_companys_taxes_are_not_found(company: Any, client: Any) -> None:
    theirs = world.make_tax(world.make_company(), "20")
    client.force_login(world.make_user(company, "administrator"))

    assert client.get(f"/settings/taxes/{theirs.pk}/").status_code == 404
    assert client.post(f"/settings/taxes/{theirs.pk}/retire/").status_code == 404
    assert client.post(f"/settings/tax-rates/{theirs.rates.get().pk}/remove/").status_code == 404
    assert theirs.rates.exists()
