"""Payment terms: days, end of month, fixed days, instalments, and a discount for paying early."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.customer_view import customer_view
from billing.instalments import Instalment, early_payment_of, instalments, instalments_of, payments_of
from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.void_invoice import void_invoice
from customers.models import Customer, PaymentTerms, TermsPart
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms, retire_terms
from ledger.refusals import Refused
from reports.ageing import AgeingQuestion, aged_items
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
IN_THREE = [PartDetails(30), PartDetails(60), PartDetails(90)]


def terms_of(company: Any, *parts: PartDetails, name: str = "Ours", **discount: Any) -> PaymentTerms:
    return add_terms(company, TermsDetails(name, parts, **discount), by=None)


def parts(*weights: str) -> list[TermsPart]:
    return [TermsPart(weight=Decimal(weight), net_days=30 * (place + 1)) for place, weight in enumerate(weights)]


@pytest.mark.parametrize(
    ("total", "weights", "amounts"),
    [
        ("30000.00", ["1", "1", "1"], ["10000.00", "10000.00", "10000.00"]),
        ("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("100.00", ["30", "70"], ["30.00", "70.00"]),
        ("0.01", ["1", "1"], ["0.01"]),
    ],
)
def test_rnd_12_instalments_add_up_to_the_invoice(total: str, weights: list[str], amounts: list[str]) -> None:
    shares = instalments(Decimal(total), "EUR", DAY, parts(*weights))

    assert [str(share.amount) for share in shares] == amounts
    assert [share.due_on for share in shares] == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 31)][: len(shares)]


def test_rnd_12_each_instalment_has_its_own_due_date_in_the_book(company: Any, customer: Any) -> None:
    terms = terms_of(company, *IN_THREE)
    invoice = world.issue(customer, "100.00", DAY, terms_id=terms.pk)

    assert [(item.due_on, item.amount) for item in invoice.entry.items.order_by("due_on")] == [
        (date(2026, 4, 1), Decimal("33.34")),
        (date(2026, 5, 1), Decimal("33.33")),
        (date(2026, 5, 31), Decimal("33.33")),
    ]
    aged = aged_items(AgeingQuestion(company.pk, date(2026, 4, 15)), column="days_1_30")
    assert [(item.due_on, item.open) for item in aged] == [(date(2026, 4, 1), Decimal("33.34"))]
    assert (invoice.due_on, world.owes(customer, DAY)) == (date(2026, 5, 31), 100)
    assert invoice.printed["instalments"][0] == {"due_on": "2026-04-01", "amount": "33.34"}


def test_instalments_of_one_day_are_one_and_company_amounts_close_too(company: Any) -> None:
    terms = terms_of(company, PartDetails(10), PartDetails(10), PartDetails(40))
    customer = world.make_customer(company, currency="USD")
    invoice = world.issue(customer, "100.00", DAY, terms_id=terms.pk, exchange_rate=Decimal("0.91"))

    assert [(item.amount, item.company_amount) for item in invoice.entry.items.order_by("due_on")] == [
        (Decimal("66.67"), Decimal("60.67")),
        (Decimal("33.33"), Decimal("30.33")),
    ]


def test_the_customers_terms_hold_unless_days_or_a_day_are_typed(company: Any) -> None:
    terms = terms_of(company, PartDetails(30, at_end_of_month=True, day_of_month=10))
    customer = world.make_customer(company, terms_id=terms.pk)

    assert world.issue(customer, "1.00", date(2016, 1, 14)).due_on == date(2016, 3, 10)  # REC-06
    assert world.issue(customer, "1.00", date(2016, 1, 14), net_days=5).due_on == date(2016, 1, 19)
    assert world.issue(customer, "1.00", date(2016, 1, 14), due_on=date(2016, 1, 20)).due_on == date(2016, 1, 20)
    assert world.issue_credit_memo(customer, "1.00", date(2016, 1, 14)).due_on == date(2016, 1, 14)


def test_an_invoice_in_instalments_is_voided_and_credited_whole(company: Any, customer: Any) -> None:
    terms = terms_of(company, *IN_THREE)
    void = void_invoice(world.issue(customer, "100.00", DAY, terms_id=terms.pk).pk, reason="Twice", by=None, on=DAY)
    credited = world.issue(customer, "100.00", DAY, terms_id=terms.pk)
    credit_invoice(credited.pk, None, reason="Returned", by=None, on=DAY)

    assert void.status == "void"
    assert world.owes(customer, DAY) == 0
    assert not credited.entry.items.exclude(balance=0).exists()


def test_the_customer_is_asked_for_what_is_late_or_else_for_the_next_instalment(company: Any, customer: Any) -> None:
    today = company.today()
    terms = terms_of(company, *IN_THREE)
    coming = customer_view(world.issue(customer, "90.00", today, terms_id=terms.pk))
    assert coming.next_due.amount == 30

    late = customer_view(world.issue(customer, "90.00", date(2025, 1, 1), terms_id=terms.pk))
    assert (late.next_due.amount, late.next_due.due_on) == (90, date(2025, 1, 31))


def test_paying_early_takes_the_terms_percent_off(company: Any, customer: Any) -> None:
    terms = terms_of(company, PartDetails(30), discount_percent=Decimal(2), discount_days=10)
    invoice = world.issue(customer, "1000.00", date(2026, 6, 1), terms_id=terms.pk)
    early = early_payment_of(invoice, DAY)

    assert (early.until, early.discount, early.amount) == (date(2026, 6, 11), 20, 980)
    assert (invoice.early_percent, invoice.early_until, invoice.due_on) == (2, date(2026, 6, 11), date(2026, 7, 1))
    assert early_payment_of(world.issue(customer, "1.00", DAY), DAY) is None


def test_tax_withheld_comes_off_the_last_instalments_and_off_what_is_paid_early(company: Any, customer: Any) -> None:
    rates = [RateDetails(Decimal(22), name="IVA"), RateDetails(Decimal(80), name="Ritenuta", kind="withheld")]
    fee = add_tax(company, TaxDetails("Fee", rates), by=None)
    terms = terms_of(company, *IN_THREE, discount_percent=Decimal(2), discount_days=10)
    invoice = world.issue(customer, [world.line("100.00", tax=fee)], DAY, terms_id=terms.pk)

    assert [part.amount for part in instalments_of(invoice, DAY)] == [
        Decimal("40.67"),
        Decimal("40.67"),
        Decimal("40.66"),
    ]
    assert [part.amount for part in payments_of(invoice, DAY)] == [Decimal("40.67"), Decimal("1.33")]
    assert sum(part.amount for part in payments_of(invoice, DAY)) == invoice.to_pay == 42
    assert [part["amount"] for part in invoice.printed["instalments"]] == ["40.67", "1.33"]
    assert early_payment_of(invoice, DAY).amount == Decimal("39.56")


def test_a_draft_shows_what_its_terms_will_say(company: Any, customer: Any) -> None:
    terms = terms_of(company, *IN_THREE, discount_percent=Decimal(3), discount_days=7)
    draft = world.draft(customer, "300.00", terms_id=terms.pk)

    assert instalments_of(draft, DAY)[0] == Instalment(date(2026, 4, 1), Decimal("100.00"))
    assert early_payment_of(draft, DAY).until == date(2026, 3, 9)
    assert Invoice.objects.get().due_on is None


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (TermsDetails(" ", [PartDetails(1)]), "name_missing"),
        (TermsDetails("Known", [PartDetails(1)]), "name_taken"),
        (TermsDetails("New", []), "bad_parts"),
        (TermsDetails("New", [PartDetails(1)] * 37), "bad_parts"),
        (TermsDetails("New", [PartDetails(1, Decimal(0))]), "bad_weight"),
        (TermsDetails("New", [PartDetails(3651)]), "bad_net_days"),
        (TermsDetails("New", [PartDetails(1, day_of_month=32)]), "bad_day_of_month"),
        (TermsDetails("New", [PartDetails(1)], Decimal(100)), "bad_discount"),
        (TermsDetails("New", [PartDetails(1)], Decimal(2), 3651), "bad_discount_days"),
    ],
)
def test_terms_that_cannot_be_are_refused(company: Any, details: TermsDetails, code: str) -> None:
    terms_of(company, PartDetails(1), name="Known")
    with pytest.raises(Refused) as refusal:
        add_terms(company, details, by=None)

    assert refusal.value.code == code
    assert PaymentTerms.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"weight": 0}, "part_weight_above_zero"),
        ({"day_of_month": 32}, "part_day_of_month_from_1_to_31"),
        ({"position": 1}, "part_position_once_per_terms"),
    ],
)
def test_the_database_refuses_a_part_that_no_operation_would_write(company: Any, facts: dict, rule: str) -> None:
    terms = terms_of(company, PartDetails(1))
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        TermsPart.objects.create(**{"terms": terms, "position": 2} | facts)


def test_another_companys_terms_are_unknown(company: Any, customer: Any) -> None:
    theirs = terms_of(world.make_company(), PartDetails(1))
    for act in (
        lambda: world.draft(customer, "1.00", terms_id=theirs.pk),
        lambda: world.make_customer(company, "New", terms_id=theirs.pk),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "unknown_terms"


def test_on_screen_terms_are_added_chosen_and_retired(company: Any, customer: Any, client: Any, clerk: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    typed = {"name": "Half and half", "discount_percent": "2", "discount_days": "10"}
    typed |= {"parts-TOTAL_FORMS": "3", "parts-INITIAL_FORMS": "0", "parts-0-net_days": "0", "parts-1-net_days": "30"}
    page = client.post("/settings/terms/", typed, follow=True)
    assert "Half and half can be chosen now." in page.content.decode()
    terms = PaymentTerms.objects.get()
    assert [part.net_days for part in terms.parts.all()] == [0, 30]

    client.force_login(clerk)
    lines = {
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-description": "Work",
        "lines-0-quantity": "1",
    }
    draft = {"customer": customer.pk, "terms_id": terms.pk, **lines, "lines-0-unit_price": "50"}
    page = client.post("/invoices/new/", draft, follow=True).content.decode()
    assert "Instalments" in page
    assert Invoice.objects.get().terms == terms
    retire_terms(terms.pk, by=None)
    assert "Half and half (retired)" in client.get(f"/invoices/{Invoice.objects.get().pk}/edit/").content.decode()


def test_programs_add_list_choose_and_retire_terms(company: Any, program_of: Any) -> None:
    administrator, clerk = program_of("administrator"), program_of("clerk")
    body = {"name": "2/10 net 30", "parts": [{"net_days": 30}], "discount_percent": "2", "discount_days": 10}
    assert refused(clerk.post("terms/", body)) == (403, "permission_denied")
    terms = administrator.post("terms/", body).json()
    customer = clerk.post("customers/", {"name": "Aspen", "terms_id": terms["id"]}).json()
    assert (customer["terms_id"], clerk.get("terms/").json()["results"]) == (terms["id"], [terms])

    lines = [{"description": "Work", "unit_price": "10.00"}]
    draft = clerk.post("invoices/", {"customer": customer["id"], "lines": lines}).json()
    issued = clerk.post(f"invoices/{draft['id']}/issue/", {"on": "2026-06-01"}).json()
    assert (issued["early_percent"], issued["early_until"]) == ("2", "2026-06-11")
    assert administrator.post(f"terms/{terms['id']}/retire/", {}).json()["is_active"] is False
    assert Customer.objects.get().terms_id == terms["id"]


@pytest.fixture
def program_of(company: Any) -> Any:
    return lambda role: Program(world.make_user(company, role))
