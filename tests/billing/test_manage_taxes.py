"""Rates, their categories by EN 16931, and the reason that a document prints where no tax is charged."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.models import Tax
from billing.operations.manage_taxes import TaxDetails, add_tax, retire_tax
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

pytestmark = pytest.mark.django_db


def test_a_tax_is_added_and_retired(company: Any, customer: Any) -> None:
    vat = add_tax(company, TaxDetails(" VAT 20% ", Decimal(20)), by=None)
    invoice = world.issue(customer, [world.line("10.00", tax=vat)], company.today())
    retire_tax(vat.pk, by=None)

    assert Tax.objects.get().is_active is False
    assert invoice.total == 12


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (TaxDetails(" ", Decimal(20)), "name_missing"),
        (TaxDetails("Known", Decimal(20)), "name_taken"),
        (TaxDetails("New", Decimal(20), "XX"), "bad_category"),
        (TaxDetails("New", Decimal(-1)), "bad_percent"),
        (TaxDetails("New", Decimal(101)), "bad_percent"),
        (TaxDetails("New", Decimal(0)), "bad_percent"),
        (TaxDetails("New", Decimal(5), "E", "Article 132"), "bad_percent"),
        (TaxDetails("New", Decimal(19), "AE"), "bad_percent"),
        (TaxDetails("New", Decimal(0), "E", " "), "reason_missing"),
        (TaxDetails("New", Decimal(20), "S", "Because"), "reason_not_wanted"),
        (TaxDetails("New", Decimal(0), "Z", "Because"), "reason_not_wanted"),
    ],
)
def test_a_tax_that_cannot_be_is_refused(company: Any, details: TaxDetails, code: str) -> None:
    add_tax(company, TaxDetails("Known", Decimal(5)), by=None)
    with pytest.raises(Refused) as refusal:
        add_tax(company, details, by=None)

    assert refusal.value.code == code
    assert Tax.objects.count() == 1


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
    usual = add_tax(company, TaxDetails("Usual", Decimal(0), category), by=None)
    own = add_tax(company, TaxDetails("Own", Decimal(0), category, " Our words "), by=None)

    assert (usual.reason, own.reason) == (reason, "Our words")
    assert AuditRecord.objects.get(action="add_tax", subject_id=own.pk).after["reason"] == "Our words"


def test_the_canary_islands_tax_may_be_above_zero_or_zero(company: Any) -> None:
    taxes = [add_tax(company, TaxDetails(f"IGIC {rate}%", Decimal(rate), "L"), by=None) for rate in ("7", "0")]
    assert [(tax.percent, tax.reason) for tax in taxes] == [(7, ""), (0, "")]


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"category": "AE", "percent": 0}, "tax_reason_where_none_is_charged"),
        ({"category": "S", "percent": 20, "reason": "Because"}, "tax_reason_where_none_is_charged"),
        ({"category": "K", "percent": 20, "reason": "Because"}, "tax_percent_fits_its_category"),
        ({"category": "S", "percent": 0}, "tax_percent_fits_its_category"),
    ],
)
def test_the_database_refuses_what_no_operation_would_write(company: Any, facts: dict[str, Any], rule: str) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Tax.objects.create(company=company, name="Planted", **facts)


def test_on_screen_an_exemption_without_reason_says_what_is_missing(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    typed = {"name": "Exempt", "percent": "0", "category": "E"}

    page = client.post("/settings/taxes/", typed)
    assert b"Say why it is exempt" in page.content
    assert not Tax.objects.exists()

    page = client.post("/settings/taxes/", typed | {"reason": "Article 132(1)(b)"}, follow=True)
    assert "Prints “Article 132(1)(b)”" in page.content.decode()
