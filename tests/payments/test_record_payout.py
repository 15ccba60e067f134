"""Payouts of online payments: from the account of what is on its way to our bank, less the fee, once, and back."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from ledger.models import Line
from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount
from payments.bank import left_of
from payments.models import BankLine, Payout
from payments.online.in_transit import in_transit
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line
from payments.operations.receive_online_payment import receive_online_payment
from payments.operations.receive_payment import Plan
from payments.operations.record_payout import record_payout, reverse_payout
from payments.operations.take_bank_file import take_bank_file
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import OURS, camt, entry, statement
from tests.payments.online import asked_of

pytestmark = pytest.mark.django_db
FEE = Decimal("2.90")


def paid_online(customer: Any, amount: str, rate: str | None = None, **details: Any) -> None:
    invoice = world.issue(customer, amount, customer.company.today() - timedelta(days=1), **details)
    payment = asked_of(invoice)
    receive_online_payment(payment, payment.amount, by=None, exchange_rate=rate and Decimal(rate))


def line_of(company: Any, amount: str, currency: str = "EUR") -> BankLine:
    """A line of today."""
    BankAccount.objects.get_or_create(company=company, name=currency, holder="Alder", iban=OURS, currency=currency)
    sign, plain = ("DBIT", amount[1:]) if amount.startswith("-") else ("CRDT", amount)
    reference = str(BankLine.objects.count())
    content = camt(statement(entry(plain, sign=sign, reference=reference, day=str(company.today())), closing="1.00"))
    content = content.replace(b"EUR", currency.encode())
    take_bank_file(company, f"{reference}.xml", content, by=None)
    return BankLine.objects.latest("pk")


def balances(company: Any) -> dict[str, Decimal]:
    rows = Line.objects.filter(account__company_id=company.pk, account__code__in=["1000", "1050", "6200"])
    return dict(rows.order_by().values_list("account__code").annotate(Sum("company_amount")))


def refusal_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_payout_brings_what_is_on_its_way_to_the_bank_less_the_fee(company: Any, customer: Any, clerk: Any) -> None:
    paid_online(customer, "60.00")
    paid_online(customer, "40.00")
    line = line_of(company, "97.10")

    payout = record_payout(line.pk, fee=FEE, by=clerk)

    assert balances(company) == {"1000": Decimal("97.10"), "1050": 0, "6200": FEE}
    assert (payout.entry.dated_on, left_of(line)) == (line.booked_on, 0)
    row = AuditRecord.objects.get(action="record_payout")
    assert (row.by, row.company_id, row.after) == (clerk, company.pk, {"amount": "€97.10", "fee": "€2.90"})
    assert check_book() == []


def test_one_in_a_foreign_currency_closes_at_what_it_was_worth_when_it_was_paid(company: Any, customer: Any) -> None:
    paid_online(customer, "60.00", "0.90", currency="USD", exchange_rate=Decimal("0.9"))
    paid_online(customer, "40.00", "0.80", currency="USD", exchange_rate=Decimal("0.8"))
    record_payout(line_of(company, "47.00", "USD").pk, fee=Decimal("3.00"), by=None)
    assert in_transit(company.pk, "USD") == (50, 43)
    record_payout(line_of(company, "50.00", "USD").pk, fee=Decimal(0), by=None)
    assert in_transit(company.pk, "USD") == (0, 0)
    assert balances(company) == {"1000": Decimal("83.42"), "1050": 0, "6200": Decimal("2.58")}
    assert check_book() == []


def test_what_is_no_payout_is_refused_and_nothing_posted(company: Any, customer: Any) -> None:
    paid_online(customer, "100.00")
    out, much, matched, aside = (line_of(company, amount) for amount in ("-5.00", "97.11", "10.00", "11.00"))
    match_bank_line(matched.pk, customer, Decimal(4), Plan(), by=None)
    set_aside_bank_line(aside.pk, reason="Interest", by=None)

    assert refusal_of(lambda: record_payout(out.pk, fee=FEE, by=None)) == "money_out"
    assert refusal_of(lambda: record_payout(much.pk, fee=FEE, by=None)) == "more_than_on_its_way"
    assert refusal_of(lambda: record_payout(matched.pk, fee=FEE, by=None)) == "invalid_move"
    assert refusal_of(lambda: record_payout(aside.pk, fee=FEE, by=None)) == "invalid_move"
    for fee in ("-1", "1.001"):
        assert refusal_of(lambda fee=fee: record_payout(much.pk, fee=Decimal(fee), by=None)) == "bad_amount"
    assert not Payout.objects.exists()


def test_it_is_recorded_once_and_can_be_taken_back(company: Any, customer: Any, clerk: Any) -> None:
    paid_online(customer, "100.00")
    line = line_of(company, "97.10")
    payout = record_payout(line.pk, fee=FEE, by=clerk)
    assert refusal_of(lambda: record_payout(line.pk, fee=Decimal(0), by=clerk)) == "invalid_move"
    assert refusal_of(lambda: match_bank_line(line.pk, customer, Decimal(1), Plan(), by=clerk)) == "more_than_left"
    assert refusal_of(lambda: reverse_payout(payout.pk, reason=" ", by=clerk)) == "reason_missing"

    reverse_payout(payout.pk, reason="It was a customer", by=clerk)

    assert (left_of(line), in_transit(company.pk, "EUR")) == (Decimal("97.10"), (100, 100))
    assert refusal_of(lambda: reverse_payout(payout.pk, reason="r", by=clerk)) == "invalid_move"
    record_payout(line.pk, fee=FEE, by=clerk)
    assert in_transit(company.pk, "EUR") == (0, 0)
    assert check_book() == []


@pytest.mark.parametrize(
    "sql",
    ["UPDATE payments_payout SET fee = 0", "DELETE FROM payments_payout", "UPDATE payments_payout SET amount = 1"],
)
def test_a_payout_stays_as_it_was_entered(company: Any, customer: Any, sql: str) -> None:
    paid_online(customer, "100.00")
    record_payout(line_of(company, "97.10").pk, fee=FEE, by=None)
    with pytest.raises(DatabaseError, match="take it back"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_lets_no_line_be_a_payout_and_a_receipt(company: Any, customer: Any) -> None:
    paid_online(customer, "100.00")
    line = line_of(company, "97.10")
    payout = record_payout(line.pk, fee=FEE, by=None)
    with pytest.raises(Refused, match="more than is left of the bank line"):
        world.receive(customer, "1.00", date(2026, 3, 2), bank_line_id=line.pk)
    kept = {"company": company, "currency": "EUR", "amount": 1, "fee": 0, "entry": payout.entry}
    other = line_of(company, "5.00")
    match_bank_line(other.pk, customer, Decimal(1), Plan(), by=None)
    taken = world.receive(customer, "1.00", date(2026, 3, 2)).entry
    with pytest.raises(IntegrityError, match="not both"), transaction.atomic():
        Payout.objects.create(**kept | {"line": other, "entry": taken})
    with pytest.raises(IntegrityError, match="payout_once_per_bank_line"), transaction.atomic():
        Payout.objects.create(**kept | {"line": line, "entry": taken})
    with pytest.raises(IntegrityError, match="payout_came_in_less_a_fee"), transaction.atomic():
        Payout.objects.create(**kept | {"line": line_of(company, "6.00"), "entry": taken, "fee": -1})


@pytest.mark.django_db(transaction=True)
def test_one_line_paid_out_matched_and_paid_out_again_at_once_is_spent_once(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    paid_online(customer, "100.00")
    paid_online(customer, "100.00")
    line = line_of(company, "97.10")
    acts = [lambda: record_payout(line.pk, fee=FEE, by=None)] * 2
    results = in_parallel([*acts, lambda: match_bank_line(line.pk, customer, Decimal("97.10"), Plan(), by=None)])
    assert sum(isinstance(each, Refused) for each in results) == 2
    assert left_of(line) == 0
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_two_lines_at_once_pay_out_no_more_than_is_on_its_way(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    paid_online(customer, "100.00")
    lines = [line_of(company, "97.10"), line_of(company, "97.00")]
    results = in_parallel([lambda line=line: record_payout(line.pk, fee=FEE, by=None) for line in lines])
    assert {each.code for each in results if isinstance(each, Refused)} == {"more_than_on_its_way"}
    assert Payout.objects.count() == 1


def test_it_is_recorded_and_taken_back_on_the_page_of_its_line(company: Any, customer: Any, client: Client) -> None:
    paid_online(customer, "100.00")
    line = line_of(company, "97.10")
    client.force_login(world.make_user(company))
    page = reverse("payments:bank_line", args=[line.pk])
    assert "€100.00 that customers paid online is on its way." in client.get(page).content.decode()
    record = reverse("payments:record_payout", args=[line.pk])
    assert "Type the fee as a number" in client.post(record, {"fee": "x"}, follow=True).content.decode()
    answer = client.post(record, {"fee": "2.90"}, follow=True).content.decode()
    assert "The line pays out €100.00 of online payments." in answer
    assert "Payout of online payments" in answer
    reverse_it = reverse("payments:reverse_payout", args=[Payout.objects.get().pk])
    assert "It is no payout any more" in client.post(reverse_it, {"reason": "r"}, follow=True).content.decode()
    client.force_login(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert client.post(reverse_it, {"reason": "r"}).status_code == 404
    assert client.post(record, {"fee": "1"}).status_code == 404
    client.force_login(world.make_user(company, "auditor"))
    assert client.post(record, {"fee": "1"}).status_code == 403


def test_a_program_records_and_takes_back_a_payout(company: Any, customer: Any) -> None:
    paid_online(customer, "100.00")
    line = line_of(company, "97.10")
    program = Program(world.make_user(company))
    answer = program.post(f"bank-lines/{line.pk}/payout/", {"fee": "2.90"})
    assert (answer.status_code, answer.json()["fee"]) == (201, "2.90")
    assert refused(program.post(f"bank-lines/{line.pk}/payout/", {"fee": "2.90"})) == (409, "invalid_move")
    back = program.post(f"payouts/{answer.json()['id']}/reverse/", {"reason": "It was a customer"})
    assert back.json()["reversal_reason"] == "It was a customer"
