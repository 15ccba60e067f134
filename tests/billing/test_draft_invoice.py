"""Drafts: what they come to, who may change them, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import delete_draft, draft_invoice, edit_draft
from ledger.models import Entry
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def totals(invoice: Invoice) -> tuple[Decimal, Decimal, Decimal]:
    return invoice.net, invoice.tax, invoice.total


def d(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def test_a_draft_owes_nothing_and_has_no_number(customer: Any, clerk: Any) -> None:
    details = InvoiceDetails(customer.pk, [world.line("10.00", "3")])
    draft = draft_invoice(customer.company, details, by=clerk)

    assert (draft.number, draft.status, draft.total) == ("", "draft", 30)
    assert (draft.currency, draft.net_days) == ("EUR", 30)
    assert not Entry.objects.exists()
    assert AuditRecord.objects.get(action="draft_invoice").by == clerk


def test_rnd_01_a_document_discount_is_spread_to_the_cent(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("100.00")] * 3, DAY, discount_amount=Decimal("10.00"))
    shares = [line.discount_share for line in invoice.lines.all()]
    assert shares == list(d("3.34", "3.33", "3.33"))
    assert [line.taxable for line in invoice.lines.all()] == list(d("96.66", "96.67", "96.67"))
    assert invoice.total == Decimal("290.00")


def test_rnd_02_tax_inside_the_price_makes_no_rounding(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "5")
    lines = [world.line("90.00", tax=vat), world.line("55.00", tax=vat)]
    invoice = world.issue(customer, lines, DAY, prices_include_tax=True)

    assert totals(invoice) == d("138.10", "6.90", "145.00")
    assert [line.taxable for line in invoice.lines.all()] == list(d("85.72", "52.38"))
    assert not invoice.entry.lines.filter(account__role="rounding").exists()


@pytest.mark.parametrize(("rounding", "tax", "total"), [("document", "9.73", "90.82"), ("line", "9.71", "90.80")])
def test_rnd_05_tax_is_rounded_as_the_company_says(rounding: str, tax: str, total: str) -> None:
    company = world.make_company(tax_rounding=rounding)
    gst = world.make_tax(company, "12")
    lines = [world.line("1.59", tax=gst)] * 29 + [world.line("1.59", "11", tax=gst)] * 2
    invoice = world.issue(world.make_customer(company), lines, DAY)

    assert totals(invoice) == d("81.09", tax, total)
    assert invoice.printed["tax_rounding"] == rounding


def test_rnd_07_yen_have_no_decimals() -> None:
    company = world.make_company("JPY", country="JP")
    customer = world.make_customer(company)
    vat = world.make_tax(company, "10")

    assert totals(world.issue(customer, [world.line("1127", tax=vat)], DAY)) == d("1127", "113", "1240")
    assert world.issue(customer, [world.line("1234.99")], DAY).total == 1235


def test_rnd_08_a_third_decimal_is_kept_in_the_book() -> None:
    company = world.make_company("KWD", country="KW")
    customer = world.make_customer(company)
    vat = world.make_tax(company, "5")
    invoice = world.issue(customer, [world.line("1.235", "3", tax=vat)], DAY)
    assert totals(invoice) == d("3.705", "0.185", "3.890")

    world.apply(world.receive(customer, "3.890", DAY), invoice, "3.890", DAY)
    assert (world.open_of(invoice), world.owes(customer, DAY)) == (0, 0)
    assert not Entry.objects.exclude(kind__in=["issue_invoice", "record_receipt"]).exists()


def test_rnd_10_a_discount_on_a_discount(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "19")
    lines = [world.line("89.90", tax=vat, discount_percent=Decimal(50))]
    invoice = world.issue(customer, lines, DAY, discount_amount=Decimal("22.475"))

    assert (invoice.lines.get().net, invoice.discount_amount) == d("44.95", "22.48")
    assert totals(invoice) == d("22.47", "4.27", "26.74")


def test_rnd_13_a_negative_line_in_whole_units() -> None:
    company = world.make_company("CLP", country="CL")
    vat = world.make_tax(company, "19")
    customer = world.make_customer(company)
    lines = [world.line("1550", tax=vat), world.line("-77.5", tax=vat)]
    invoice = world.issue(customer, lines, DAY, prices_include_tax=True)
    assert totals(invoice) == d("1237", "235", "1472")

    world.apply(world.receive(customer, "1472", DAY), invoice, "1472", DAY)
    assert world.owes(customer, DAY) == 0


def test_a_stale_save_is_refused_and_changes_nothing(customer: Any) -> None:
    draft = world.draft(customer, "10.00")
    edit_draft(draft.pk, InvoiceDetails(customer.pk, [world.line("20.00")]), version=1, by=None)
    with pytest.raises(Refused) as refusal:
        edit_draft(draft.pk, InvoiceDetails(customer.pk, [world.line("99.00")]), version=1, by=None)

    assert refusal.value.code == "stale"
    draft.refresh_from_db()
    assert (draft.total, draft.version) == (20, 2)


def test_an_issued_document_is_not_edited_or_deleted(customer: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    for act in (
        lambda: edit_draft(invoice.pk, InvoiceDetails(customer.pk), version=1, by=None),
        lambda: delete_draft(invoice.pk, by=None),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "not_a_draft"


def test_a_draft_can_be_thrown_away(customer: Any) -> None:
    delete_draft(world.draft(customer, "10.00").pk, by=None)

    assert not Invoice.objects.exists()
    assert AuditRecord.objects.filter(action="delete_draft").count() == 1


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"currency": "XXQ"}, "bad_currency"),
        ({"exchange_rate": Decimal(2)}, "bad_exchange_rate"),
        ({"exchange_rate": Decimal(0), "currency": "USD"}, "bad_exchange_rate"),
        ({"discount_amount": Decimal(-1)}, "bad_discount"),
        ({"dated_on": DAY, "due_on": date(2026, 3, 1)}, "due_before_dated"),
        ({"dated_on": date(9999, 12, 31)}, "too_late"),
        ({"lines": [world.line("1", discount_percent=Decimal(101))]}, "bad_discount"),
        ({"lines": [world.line("999999999999", "2")]}, "bad_amounts"),
        ({"lines": [world.line("1")] * 2001}, "too_many_lines"),
        ({"lines": [world.line("0")], "discount_amount": Decimal(5)}, "bad_amounts"),
    ],
)
def test_details_that_cannot_be_are_refused(customer: Any, details: dict[str, Any], code: str) -> None:
    values = {"customer_id": customer.pk, "lines": [world.line("10.00")]} | details
    with pytest.raises(Refused) as refusal:
        draft_invoice(customer.company, InvoiceDetails(**values), by=None)

    assert refusal.value.code == code
    assert not Invoice.objects.exists()


def test_another_companys_customer_or_tax_is_refused(customer: Any) -> None:
    other = world.make_company()
    with pytest.raises(Refused) as refusal:
        draft_invoice(other, InvoiceDetails(customer.pk), by=None)
    assert refusal.value.code == "unknown_customer"

    theirs = world.make_tax(other, "20")
    with pytest.raises(Refused) as refusal:
        world.draft(customer, [world.line("1.00", tax=theirs)])
    assert refusal.value.code == "unknown_tax"


def test_amounts_that_no_book_holds_are_refused(customer: Any) -> None:
    huge = [world.line("999999999999.00")] * 1500
    nothing = [world.line("1.00"), world.line("-0.99")]
    for lines, discount in ((huge, "0"), (nothing, "99999999999999.00")):
        with pytest.raises(Refused) as refusal:
            world.draft(customer, lines, discount_amount=Decimal(discount))
        assert refusal.value.code == "bad_amounts"
    assert not Invoice.objects.exists()


def test_a_draft_that_somebody_threw_away_is_not_saved_or_thrown_away_again(customer: Any) -> None:
    draft = world.draft(customer, "1.00")
    delete_draft(draft.pk, by=None)
    for act in (
        lambda: delete_draft(draft.pk, by=None),
        lambda: edit_draft(draft.pk, InvoiceDetails(customer.pk), version=1, by=None),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "gone"


def test_what_is_longer_than_a_document_keeps_is_refused_by_its_name(customer: Any) -> None:
    too_long = [([world.line("1.00")], {"po_number": "x" * 61}), ([world.line("1.00", unit="x" * 11)], {})]
    for lines, details in too_long:
        with pytest.raises(Refused, match="characters, and at most (60|10) are kept") as refusal:
            world.draft(customer, lines, **details)
        assert refusal.value.code == "text_too_long"
    assert Invoice.objects.count() == 0
