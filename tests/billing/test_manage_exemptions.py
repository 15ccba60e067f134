"""Certificates of exemption: a tax that asks for one is billed only while it holds."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.models import Invoice, Tax, TaxExemption
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption, end_exemption
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


@pytest.fixture
def resale(company: Any) -> Tax:
    rate = RateDetails(Decimal(0), "E", "Bought for resale")
    return add_tax(company, TaxDetails("Resale", [rate], needs_certificate=True), by=None)


def certificate(tax: Tax, number: str = "TX-77", **days: Any) -> ExemptionDetails:
    return ExemptionDetails(tax.pk, number, **{"valid_from": date(2026, 1, 1)} | days)


def refusal_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, by=None, **more)
    return refusal.value.code


def test_a_tax_that_asks_for_a_certificate_is_billed_only_while_it_holds(customer: Any, resale: Tax) -> None:
    draft = world.draft(customer, [world.line("100.00", tax=resale)], dated_on=DAY)
    assert refusal_of(issue_invoice, draft.pk, on=DAY) == "certificate_missing"
    exemption = add_exemption(customer.pk, certificate(resale, valid_until=date(2026, 3, 1)), by=None)
    assert refusal_of(issue_invoice, draft.pk, on=DAY) == "certificate_missing"
    assert Invoice.objects.get().is_draft

    end_exemption(exemption.pk, last_day=DAY, by=None)
    assert issue_invoice(draft.pk, by=None, on=DAY).total == 100


def test_another_customers_certificate_does_not_count(company: Any, customer: Any, resale: Tax) -> None:
    add_exemption(world.make_customer(company, "Other Ltd").pk, certificate(resale), by=None)
    draft = world.draft(customer, [world.line("1.00", tax=resale)])
    assert refusal_of(issue_invoice, draft.pk, on=DAY) == "certificate_missing"


def test_a_credit_memo_needs_no_certificate_anew(customer: Any, resale: Tax) -> None:
    exemption = add_exemption(customer.pk, certificate(resale), by=None)
    invoice = world.issue(customer, [world.line("100.00", tax=resale)], DAY)
    end_exemption(exemption.pk, last_day=DAY, by=None)

    assert credit_invoice(invoice.pk, None, reason="Returned", by=None, on=date(2026, 4, 1)).total == 100


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": " "}, "certificate_number_missing"),
        ({"number": "KNOWN"}, "certificate_known"),
        ({"valid_until": date(2025, 12, 31)}, "bad_days"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(customer: Any, resale: Tax, changes: dict, code: str) -> None:
    add_exemption(customer.pk, certificate(resale, "KNOWN"), by=None)
    assert refusal_of(add_exemption, customer.pk, certificate(resale, **changes)) == code
    assert TaxExemption.objects.count() == 1


def test_only_a_tax_that_asks_for_one_can_be_chosen(company: Any, customer: Any) -> None:
    usual = world.make_tax(company, "20")
    assert refusal_of(add_exemption, customer.pk, certificate(usual)) == "unknown_tax"


def test_it_cannot_end_before_it_begins(customer: Any, resale: Tax) -> None:
    exemption = add_exemption(customer.pk, certificate(resale), by=None)
    assert refusal_of(end_exemption, exemption.pk, last_day=date(2025, 12, 31)) == "bad_days"
    with pytest.raises(IntegrityError, match="exemption_ends_after_it_begins"), transaction.atomic():
        TaxExemption.objects.update(valid_until=date(2025, 12, 31))


def test_on_screen_a_certificate_is_noted_and_ended(company: Any, customer: Any, resale: Tax, client: Any) -> None:
    client.force_login(world.make_user(company))
    typed = {"certificate": "TX-1", "tax_id": resale.pk, "valid_from": "2026-01-01"}
    page = client.post(f"/customers/{customer.pk}/certificates/", typed, follow=True)
    assert "Certificate TX-1 is noted." in page.content.decode()

    client.post(f"/certificates/{TaxExemption.objects.get().pk}/end/")
    assert TaxExemption.objects.get().valid_until == company.today()
    assert AuditRecord.objects.filter(action="end_exemption", subject_id=customer.pk).exists()


def test_a_collector_cannot_and_another_companys_is_not_found(company: Any, resale: Tax, client: Any) -> None:
    theirs = world.make_customer(world.make_company(), "Theirs")
    client.force_login(world.make_user(company, "collector"))
    assert client.get(f"/customers/{theirs.pk}/certificates/").status_code == 403
    client.force_login(world.make_user(company))
    assert client.get(f"/customers/{theirs.pk}/certificates/").status_code == 404
