"""Documents without tax: the reason they print, and the tax numbers they have to name."""

from datetime import date
from decimal import Decimal

import pytest

from billing.chain import document_hash
from billing.models import DatedRate, Invoice, Tax
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.pdf import kept_pdf
from customers.models import Customer
from ledger.refusals import Refused
from office.models import Company
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.billing.test_pdf import text

DAY = date(2026, 3, 2)
FRENCH, GERMAN = "FR40303265045", "DE136695976"
pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return world.make_company(tax_id=GERMAN)


def untaxed(company: Company, category: str = "AE") -> Tax:
    return add_tax(company, TaxDetails(f"No tax, {category}", [RateDetails(Decimal(0), category)]), by=None)


def refusal_of(draft: Invoice) -> str:
    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY)
    assert Invoice.objects.get(pk=draft.pk).is_draft
    return refusal.value.code


def test_tax_05_a_discount_over_rates_keeps_the_exempt_base_and_its_reason(company: Company) -> None:
    exempt = add_tax(company, TaxDetails("Exempt", [RateDetails(Decimal(0), "E", "Article 132(1)(i)")]), by=None)
    lines = [
        world.line("200.00", tax=world.make_tax(company, "20")),
        world.line("50.00", tax=world.make_tax(company, "5.5")),
        world.line("50.00", tax=exempt),
    ]
    invoice = world.issue(world.make_customer(company), lines, DAY, discount_amount=Decimal("30.00"))

    assert [line.discount_share for line in invoice.lines.all()] == [20, 5, 5]
    assert list(invoice.taxes.values_list("percent", "base", "amount", "reason")) == [
        (Decimal("20"), Decimal("180.00"), Decimal("36.00"), ""),
        (Decimal("5.5"), Decimal("45.00"), Decimal("2.48"), ""),
        (Decimal("0"), Decimal("45.00"), Decimal("0.00"), "Article 132(1)(i)"),
    ]
    assert invoice.total == Decimal("308.48")
    assert "Exempt: Article 132(1)(i)" in text(kept_pdf(invoice).content)


def test_a_reverse_charge_names_both_numbers_and_says_who_owes_the_tax(company: Company) -> None:
    customer = world.make_customer(company, tax_id=FRENCH)
    invoice = world.issue(customer, [world.line("1000.00", tax=untaxed(company))], DAY)

    assert (invoice.net, invoice.tax, invoice.total) == (1000, 0, 1000)
    printed = text(kept_pdf(invoice).content)
    assert FRENCH in printed
    assert GERMAN in printed
    assert "Reverse charge: the customer owes the tax." in printed
    assert check_book() == []


@pytest.mark.parametrize("category", ["AE", "K"])
def test_without_the_customers_vat_id_it_is_refused(company: Company, category: str) -> None:
    tax = untaxed(company, category)
    nobody, mistyped = world.make_customer(company), world.make_customer(company, "Cedar SARL", tax_id="FR1")

    assert refusal_of(world.draft(nobody, [world.line("10.00", tax=tax)])) == "their_tax_id_missing"
    assert refusal_of(world.draft(mistyped, [world.line("10.00", tax=tax)])) == "their_tax_id_invalid"


@pytest.mark.parametrize("category", ["AE", "K", "G"])
def test_without_our_own_number_it_is_refused(category: str) -> None:
    company = world.make_company(tax_id="")
    customer = world.make_customer(company, tax_id=FRENCH)
    assert refusal_of(world.draft(customer, [world.line("10.00", tax=untaxed(company, category))])) == (
        "our_tax_id_missing"
    )


def test_an_export_needs_no_number_of_the_customer(company: Company) -> None:
    tax = untaxed(company, "G")
    assert world.issue(world.make_customer(company), [world.line("10.00", tax=tax)], DAY).total == 10


def test_outside_the_eu_any_number_of_the_customer_will_do() -> None:
    company = world.make_company(country="GB", currency="GBP", tax_id="GB980780684")
    customer = world.make_customer(company, tax_id="UTR 12345", currency="GBP")
    assert world.issue(customer, [world.line("10.00", tax=untaxed(company))], DAY).total == 10


def test_a_credit_memo_says_what_its_invoice_said_whatever_became_of_tax_and_number(company: Company) -> None:
    customer, tax = world.make_customer(company, tax_id=FRENCH), untaxed(company)
    invoice = world.issue(customer, [world.line("10.00", tax=tax)], DAY)
    Customer.objects.update(tax_id="")
    DatedRate.objects.update(reason="Other words")

    memo = credit_invoice(invoice.pk, None, reason="Returned", by=None, on=DAY)
    assert memo.taxes.get().reason == "Reverse charge: the customer owes the tax."


def test_the_reason_is_a_part_of_what_the_hash_seals(company: Company) -> None:
    customer = world.make_customer(company, tax_id=FRENCH)
    invoice = world.issue(customer, [world.line("10.00", tax=untaxed(company))], DAY)
    lines = list(invoice.lines.all())
    assert document_hash(invoice, lines) == invoice.hash
    lines[0].tax_reason = "Other words"
    assert document_hash(invoice, lines) != invoice.hash


def test_the_api_refuses_with_the_same_code_and_shows_the_reason(company: Company) -> None:
    program = Program(world.make_user(company, "clerk"))
    customer, tax = world.make_customer(company), untaxed(company)
    draft = world.draft(customer, [world.line("10.00", tax=tax)])

    assert refused(program.post(f"invoices/{draft.pk}/issue/")) == (409, "their_tax_id_missing")
    Customer.objects.update(tax_id=FRENCH)
    shown = program.post(f"invoices/{draft.pk}/issue/").json()
    assert [row["reason"] for row in shown["taxes"]] == ["Reverse charge: the customer owes the tax."]
