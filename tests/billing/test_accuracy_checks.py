"""What each accuracy check finds, and what it lets be: exact words, on the smallest case."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.accuracy.parties import is_tax_id
from billing.accuracy.postal import postal_code_fault
from billing.accuracy.sweep import check_documents, start_of
from billing.accuracy.usual import usual_of
from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import AccuracyFinding, Invoice, InvoiceLine
from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from customers.models import CustomerAccount
from customers.operations.details import details_of
from customers.operations.update_customer import update_customer
from office.models import OutgoingMail, Run
from office.sealing import seal
from tests import world
from tests.billing.sweeping import address, found, sweep
from tests.office.mailing import become

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with time_machine.travel("2026-03-20 09:00+01:00", tick=False):
        yield


def bought(customer: Any, *quantities: str, price: str = "5.00", description: str = "Desk") -> None:
    """Earlier invoices of one line each."""
    for number, quantity in reversed(list(enumerate(quantities))):
        lines = [world.line(price, quantity, description=description), world.line(str(number + 1), description="x")]
        world.issue(customer, lines, DAY - timedelta(days=40 * (number + 1)))


@pytest.mark.parametrize(
    ("quantity", "check", "words"),
    [
        ("120", "unit", "Line 1 “Desk” has 120, ten times the usual 8 to 14."),
        ("1000", "unit", "Line 1 “Desk” has 1000, a hundred times the usual 8 to 14."),
        ("1", "unit", "Line 1 “Desk” has 1, a tenth of the usual 8 to 14."),
        ("70", "unusual", "Line 1 “Desk” usually has 8 to 14, this has 70."),
        ("30", "unusual", None),
        ("8", "unit", None),
    ],
)
def test_a_quantity_is_held_against_the_customers_own(
    company: Any, customer: Any, quantity: str, check: str, words: str | None
) -> None:
    bought(customer, "8", "10", "12", "14", "10")
    world.draft(customer, [world.line("5.00", quantity, description="Desk")])
    sweep(company)
    assert found(company, check) == ([words] if words else [])


@pytest.mark.parametrize(
    ("price", "check", "words"),
    [
        ("50.00", "unit", "Line 1 “Desk” costs 50, ten times the usual 5."),
        ("0.05", "unit", "Line 1 “Desk” costs 0.05, a hundredth of the usual 5."),
        ("12.00", "unusual", "Line 1 “Desk” usually costs 5, this costs 12."),
        ("6.00", "unusual", None),
    ],
)
def test_a_price_is_held_against_the_customers_own(
    company: Any, customer: Any, price: str, check: str, words: str | None
) -> None:
    bought(customer, "8", "10", "12", "14", "10")
    world.draft(customer, [world.line(price, "10", description="Desk")])
    sweep(company)
    assert found(company, check) == ([words] if words else [])


def test_too_few_others_make_no_habit(company: Any, customer: Any) -> None:
    bought(customer, "8", "10", "12", "14")
    world.draft(customer, [world.line("5.00", "1000", description="Desk")])
    sweep(company)
    assert found(company) == []


def test_what_was_credited_is_no_habit(company: Any, customer: Any) -> None:
    bought(customer, "8", "10", "12", "14", "10")
    wrong = Invoice.objects.order_by("pk").first()
    credit_invoice(wrong.pk, None, reason="Wrong", by=None, on=DAY)
    world.draft(customer, [world.line("5.00", "1000", description="Desk")])
    sweep(company)
    assert found(company, "unit") == []


def test_a_habit_of_one_figure_allows_for_some_more_and_a_slip_is_said_of_no_wide_range() -> None:
    same = usual_of([Decimal(10)] * 5)
    assert same is not None
    assert [same.is_unlike(Decimal(figure)) for figure in (10, 50, 51)] == [False, False, True]
    wide = usual_of([Decimal(figure) for figure in (1, 3, 20, 80, 100)])
    assert wide is not None
    assert (wide.slip(Decimal(200)), wide.slip(Decimal(800))) == ("", "ten times")
    assert usual_of([Decimal(1)] * 4) is None


def test_a_total_far_off_the_others_is_named(company: Any, customer: Any) -> None:
    for number in reversed(range(5)):
        world.issue(customer, f"{100 + number}.00", DAY - timedelta(days=40 * number))
    world.draft(customer, [world.line("1000.00", description="New")])
    sweep(company)
    assert found(company) == [
        "It comes to €1,000.00; this customer's invoices are usually €100.00 to €104.00.",
    ]


def test_terms_that_are_not_the_customers_are_named(company: Any, customer: Any) -> None:
    world.draft(customer, "10.00", net_days=60)
    world.issue(customer, "11.00", DAY, net_days=7)
    world.draft(customer, "12.00")
    sweep(company)
    assert found(company, "terms") == [
        "It is to be paid by 60 days net; Bramble GmbH has 30 days net.",
        "It is to be paid by 7 days net; Bramble GmbH has 30 days net.",
    ]


def test_what_was_issued_before_the_customer_got_other_terms_is_right(company: Any, customer: Any) -> None:
    world.issue(customer, "10.00", DAY)
    with time_machine.travel("2026-03-21 09:00+01:00"):
        customer.refresh_from_db()
        changed = replace(details_of(customer), net_days=14)
        update_customer(customer.pk, changed, version=customer.version, by=None)
        sweep(company)
    assert found(company, "terms") == []


def test_days_that_were_billed_before_for_the_same_are_named(company: Any, customer: Any) -> None:
    month = {"period_from": date(2026, 2, 1), "period_to": date(2026, 2, 28)}
    first = world.issue(customer, [world.line("10.00", description="Hosting")], DAY, **month)
    late = {"period_from": date(2026, 2, 15), "period_to": date(2026, 3, 14)}
    world.draft(customer, [world.line("12.00", description="Hosting")], **late)
    world.draft(customer, [world.line("13.00", description="Support")], **late)
    after = {"period_from": date(2026, 3, 15), "period_to": date(2026, 3, 31)}
    world.draft(customer, [world.line("14.00", description="Hosting")], **after)
    sweep(company)
    assert found(company, "period") == [f"{first} billed 2026-02-01 to 2026-02-28 for the same before."]


def test_of_two_that_are_alike_the_second_is_told_of(company: Any, customer: Any) -> None:
    first, second = world.issue(customer, "10.00", DAY), world.issue(customer, "10.00", DAY)
    sweep(company)
    [finding] = AccuracyFinding.objects.filter(check_name="duplicate")
    assert finding.invoice == second
    assert finding.message == f"{first} of 2026-03-02 is of the same customer and comes to the same amount."


def test_a_day_to_come_is_named(company: Any, customer: Any) -> None:
    world.draft(customer, "10.00", dated_on=date(2026, 3, 21))
    world.draft(customer, "11.00", dated_on=date(2026, 3, 20))
    sweep(company)
    assert found(company) == ["It is dated 2026-03-21, which is still to come."]


def test_a_number_older_than_its_day_is_named(company: Any, customer: Any) -> None:
    late, early = world.issue(customer, "10.00", DAY), world.issue(customer, "11.00", DAY - timedelta(days=5))
    world.issue(customer, "12.00", DAY)
    sweep(company)
    assert found(company) == [f"It is dated 2026-02-25, yet {late} before it is dated 2026-03-02."]
    assert AccuracyFinding.objects.get(check_name="number").invoice == early


def test_sums_that_do_not_come_out_are_named(company: Any, customer: Any) -> None:
    draft = world.draft(customer, [world.line("10.00", tax=world.make_tax(company, "19"))])
    Invoice.objects.filter(pk=draft.pk).update(net=Decimal("10.01"), total=Decimal("11.91"))
    other = world.draft(customer, [world.line("3.33", "3")])
    InvoiceLine.objects.filter(invoice=other).update(net=Decimal("10.00"))
    sweep(company)
    assert found(company, "rounding") == [
        "The net is €10.01; its parts come to €10.00.",
        "Line 1 is €10.00, and comes to €9.99.",
    ]


def test_documents_as_we_make_them_come_out(company: Any, customer: Any) -> None:
    tax = world.make_tax(company, "19")
    lines = [world.line("9.99", "3", tax=tax, discount_percent=Decimal(3)), world.line("0.07", "1.5", tax=tax)]
    invoice = world.issue(customer, lines, DAY, discount_percent=Decimal(7), prices_include_tax=True)
    credit_invoice(invoice.pk, None, reason="Wrong", by=None, on=DAY)
    deposit = world.issue(customer, [world.line("300.00", tax=tax)], DAY, is_deposit=True)
    deducted = world.line("200.00", description="", deducts_id=deposit.lines.get().pk)
    world.issue(customer, [world.line("500.00", tax=tax), deducted], DAY)
    sweep(company)
    assert found(company, "rounding") == []


def test_a_missing_certificate_is_named(company: Any, customer: Any) -> None:
    rate = RateDetails(Decimal(0), category="E", reason="Exempt")
    exempt = add_tax(company, TaxDetails("Exempt", [rate], needs_certificate=True), by=None)
    world.draft(customer, [world.line("10.00", tax=exempt)])
    world.draft(shown := world.make_customer(company, "Shown Ltd"), [world.line("10.00", tax=exempt)])
    add_exemption(shown.pk, ExemptionDetails(exempt.pk, "C-1", date(2026, 1, 1)), by=None)
    sweep(company)
    assert found(company, "tax_id") == [f"No certificate of Bramble GmbH for {exempt} holds on 2026-03-20."]


@pytest.mark.parametrize(
    ("tax_id", "country", "is_one"),
    [
        ("DE136695976", "DE", True),
        ("DE136695978", "DE", False),
        ("DE 136 695 976", "DE", True),
        ("133/8150/8159", "DE", True),
        ("EL094259216", "GR", True),
        ("GB980780684", "GB", True),
        ("GB802311781", "GB", False),
        ("CHE-107.787.577 IVA", "CH", True),
        ("whatever", "AE", True),
        ("whatever", "", True),
    ],
)
def test_a_tax_number_is_held_against_its_country(tax_id: str, country: str, is_one: bool) -> None:
    assert is_tax_id(tax_id, country) is is_one


@pytest.mark.parametrize(
    ("code", "country", "fault"),
    [
        ("10115", "DE", ""),
        ("D-10115", "DE", "postal code D-10115 is none of DE, which has 5 digits"),
        ("1011", "DE", "postal code 1011 is none of DE, which has 5 digits"),
        ("", "DE", "it has no postal code, which in DE has 5 digits"),
        ("sw1a 1aa", "GB", ""),
        ("10115", "GB", "postal code 10115 is none of GB, which has the shape of SW1A 1AA"),
        ("LV-1010", "LV", ""),
        ("SE-114 55", "SE", ""),
        ("", "IE", "it has no postal code, which in IE has the shape of D02 AF30"),
        ("anything", "AE", ""),
    ],
)
def test_a_postal_code_has_the_shape_of_its_country(code: str, country: str, fault: str) -> None:
    assert postal_code_fault(code, country) == fault


def test_what_an_address_lacks_is_named(company: Any) -> None:
    world.make_customer(company, "None Ltd")
    address(world.make_customer(company, "Half Ltd"), street="", city=" ", postal_code="1")
    address(world.make_customer(company, "Good Ltd"))
    sweep(company)
    assert found(company, "address") == [
        "None Ltd has no billing address.",
        "The address of Half Ltd: it has no street, no city; postal code 1 is none of DE, which has 5 digits.",
    ]


def test_who_gets_nothing_and_whose_mail_came_back_are_named(company: Any) -> None:
    world.make_customer(company, "Silent Ltd", contacts=[])
    back = world.make_customer(company, "Back Ltd")
    mail = OutgoingMail.objects.create(
        company=company,
        customer_id=back.pk,
        contact_id=back.contacts.get().pk,
        to_email=back.contacts.get().email,
        kind="invoice",
        key="k",
        about_type="customers.customer",
        about_id=back.pk,
        due_at=timezone.now(),
    )
    become("bounced", OutgoingMail.objects.filter(pk=mail.pk))
    sweep(company)
    assert found(company, "receiver") == ["Nobody at Silent Ltd gets invoices by mail."]
    assert found(company, "bounced") == [
        "Mail to eva@back.example came back, and nobody else at Back Ltd gets invoices."
    ]


def test_a_bank_account_that_cannot_be_is_named_and_its_number_is_not(company: Any, customer: Any) -> None:
    for number, last in (("DE89370400440532013000", "3000"), ("DE89370400440532013001", "3001")):
        CustomerAccount.objects.create(
            company=company,
            customer=customer,
            kind="iban",
            holder="Bramble",
            sealed_number=seal(number),
            number_hash=number,
            last_four=last,
            country="DE",
        )
    sweep(company)
    assert found(company, "bank_account") == [
        "Bank account DE •••• 3001: its check digits do not fit: look for a mistyped one."
    ]


def test_what_an_e_invoice_would_lack_is_named(company: Any) -> None:
    wanting = world.make_customer(company, einvoice_format="xrechnung_ubl")
    world.draft(wanting, "10.00")
    sweep(company)
    said = found(company, "einvoice")
    assert said[0].startswith("The e-invoice would break a rule.")
    assert said[1] == (
        "Bramble GmbH wants XRechnung (UBL), which needs the country of their address, their electronic address,"
        " their buyer reference (Leitweg-ID)."
    )


def test_before_issue_a_draft_is_told_of_its_customer_too(company: Any) -> None:
    customer = world.make_customer(company, tax_id="DE136695978")
    draft = world.draft(customer, "10.00", net_days=60)
    concerns = concerns_of(drafts_to_check([draft.pk]))
    assert [concern.check.value for concern in concerns] == ["terms", "tax_id", "address"]
    assert [concern.url for concern in concerns][1:] == [f"/customers/{customer.pk}/edit/"] * 2


def test_many_documents_ask_as_much_of_the_database_as_one(company: Any) -> None:
    vat = world.make_tax(company, "19")
    drafts = []
    for number in range(12):
        customer = world.make_customer(company, number=f"C-{number}")
        world.draft(customer, [world.line("9.00", tax=vat)])
        drafts.append(world.issue(customer, [world.line("9.00", tax=vat)], DAY).pk)
    run = Run(company=company, parameters=start_of("2026-03-20", None, everything=True))
    asked = []
    for ids in (drafts[:1], drafts):
        with CaptureQueriesContext(connection) as queries:
            check_documents(run, ids)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert AccuracyFinding.objects.filter(check_name="duplicate").count() == len(drafts)
