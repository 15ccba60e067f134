"""Matching without a person: what is certain applies, all else waits, and a second time does nothing."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.payment_codes.references import creditor_reference
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.models import Allocation
from ledger.periods import close_month
from office.models import AuditRecord, BankAccount
from payments.matching.asking import read_lines, waiting_lines
from payments.matching.names import all_names
from payments.models import BankMatch, PayerAccount, Receipt
from payments.operations.learn_payer import forget_payer
from payments.operations.match_bank_line import match_bank_line
from payments.operations.match_certain import match_piece, start_matching
from payments.operations.receive_payment import Plan, Share
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.set_match_policy import PolicyDetails, set_match_policy
from payments.operations.take_bank_file import take_and_match
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import OURS, camt, detail, entry, statement, taken

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
BEFORE = date(2026, 2, 1)
IBAN = "DE89370400440532013000"


def test_what_is_named_paid_in_full_and_by_its_customer_is_applied_with_its_reasons(
    company: Any, customer: Any
) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    [line] = taken(company, ("120.00", invoice.number, "Bramble"))
    outcome = match_piece(company, by=None)

    assert (outcome.looked_at, outcome.matched) == (1, 1)
    receipt = Receipt.objects.get()
    assert (receipt.bank_line, receipt.amount, receipt.received_on) == (line, 120, DAY)
    assert world.item_of(invoice).balance == 0
    match = BankMatch.objects.get()
    assert (match.receipt, match.rule) == (receipt, "number_and_payer")
    assert match.reasons == [
        f"{invoice.number} in their words",
        "has the payer's name",
        "the amount is exactly what is open of it",
    ]
    assert AuditRecord.objects.filter(action="match_bank_line").count() == 1
    assert check_book() == []


def test_a_second_time_does_nothing(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"))
    match_piece(company, by=None)

    assert match_piece(company, by=None).looked_at == 0
    assert Receipt.objects.count() == 1


def test_a_document_in_another_currency_is_shown_and_lets_a_person_look(company: Any, customer: Any) -> None:
    """What fits the amount by chance is not what they name."""
    foreign = world.issue(customer, "110.00", BEFORE, currency="USD", exchange_rate=Decimal("0.9"))
    world.issue(customer, "100.00", BEFORE)
    set_match_policy(company, PolicyDetails(payer_and_amount=True), by=None)
    taken(company, ("100.00", foreign.number, "Bramble"))

    [(_, proposals)] = read_lines(company, waiting_lines(company), all_names(company.pk))
    assert proposals[0].reasons[0] == f"{foreign.number} in their words, open in another currency"
    assert match_piece(company, by=None).matched == 0
    taken(company, ("90.00", foreign.number, "Nobody"))
    [_, (_, proposals)] = read_lines(company, waiting_lines(company), all_names(company.pk))
    assert (proposals[0].customer_id, proposals[0].shares[0].debt.balance) == (customer.pk, 100)


def test_of_true_twins_for_one_invoice_the_second_waits(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    said = ("120.00", invoice.number, "Bramble")
    first, second = taken(company, said, said)
    assert match_piece(company, by=None).matched == 1

    assert Receipt.objects.get().bank_line_id == first.pk
    assert match_piece(company, after=0, by=None).matched == 0
    assert second.receipts.count() == 0


@pytest.mark.parametrize(
    ("amount", "name", "text"),
    [
        ("119.99", "Bramble", "{}"),
        ("120.01", "Bramble", "{}"),
        ("120.00", "Somebody", "{}"),
        ("120.00", "Bramble", "1{}"),
        ("120.00", "Bramble", ""),
    ],
)
def test_all_10_all_else_waits_for_a_person(company: Any, customer: Any, amount: str, name: str, text: str) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, (amount, text.format(invoice.number), name))

    assert match_piece(company, by=None).matched == 0
    assert not Receipt.objects.exists()


def test_a_checked_reference_applies_whoever_pays(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", creditor_reference(invoice.number), "Somebody"))
    match_piece(company, by=None)

    assert BankMatch.objects.get().rule == "reference"


def test_an_early_discount_is_granted_with_the_payment(company: Any, customer: Any) -> None:
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    terms = add_terms(company, details, by=None)
    invoice = world.issue(customer, "1000.00", date(2026, 2, 25), terms_id=terms.pk)
    taken(company, ("980.00", invoice.number, "Bramble"))
    match_piece(company, by=None)

    assert world.item_of(invoice).balance == 0
    assert Receipt.objects.get().amount == 980
    assert sorted(Allocation.objects.values_list("amount", flat=True)) == [20, 980]
    assert check_book() == []


def test_a_line_of_a_closed_month_waits(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"))
    close_month(company.pk, date(2026, 3, 1))

    assert match_piece(company, by=None).matched == 0


def test_a_policy_says_what_applies(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"))
    set_match_policy(company, PolicyDetails(number_and_payer=False), by=clerk)
    assert match_piece(company, by=None).matched == 0

    set_match_policy(company, PolicyDetails(most=Decimal(100)), by=clerk)
    assert match_piece(company, by=None).matched == 0

    set_match_policy(company, PolicyDetails(), by=clerk)
    assert match_piece(company, by=None).matched == 1


def test_a_match_teaches_the_account_and_removing_it_unteaches(company: Any, customer: Any, clerk: Any) -> None:
    set_match_policy(company, PolicyDetails(payer_and_amount=True), by=clerk)
    world.issue(customer, "50.00", BEFORE)
    first, second = taken(
        company,
        ("5.00", "hello", "B. Mayer", IBAN),
        ("50.00", "again", "B. Mayer", IBAN),
    )
    assert match_piece(company, by=None).matched == 0

    match_bank_line(first.pk, customer, Decimal(5), Plan(), by=clerk)
    payer = PayerAccount.objects.get()
    assert (payer.customer, payer.account, payer.learned_from) == (customer, IBAN, first)
    forget_payer(payer.pk, by=clerk)
    assert match_piece(company, by=None).matched == 0

    PayerAccount.objects.update(removed_at=None)
    assert match_piece(company, by=None).matched == 1
    assert BankMatch.objects.get(line=second).rule == "payer_and_amount"


def test_a_mistaken_match_unteaches_its_account(company: Any, customer: Any, clerk: Any) -> None:
    [line] = taken(company, ("5.00", "hello", "B. Mayer", IBAN))
    receipt = match_bank_line(line.pk, customer, Decimal(5), Plan(), by=clerk)
    reverse_receipt(receipt.pk, dated_on=DAY, by=clerk, reason="Not theirs", mistaken=True)

    assert PayerAccount.objects.get().removed_at is not None


def test_a_run_looks_at_every_line_and_says_what_came_of_them(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"), ("7.00", "who knows", "Nobody"))
    run = start_matching(company, by=clerk)

    assert (run.status, run.done, run.total) == ("done", 2, 2)
    assert run.result == {"Matched": 1, "For a person": 1}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_match_a_line_once(in_parallel: Callable[[Sequence[Callable[[], Any]]], list[Any]]) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, customer.name))
    results = in_parallel([lambda: match_piece(company, by=None).matched] * 3)

    assert sorted(results) == [0, 0, 1]
    assert Receipt.objects.count() == 1
    assert check_book() == []


def test_a_file_read_on_screen_is_matched_at_once_as_far_as_it_is_certain(company: Any, customer: Any) -> None:
    clerk = world.make_user(company)
    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    invoice = world.issue(customer, "120.00", BEFORE)
    said = [detail("120.00", invoice.number), detail("7.00", "who knows", name="Nobody")]
    content = camt(statement(entry("120.00", said[0]), entry("7.00", said[1]), opening="0.00", closing="127.00"))
    client = Client()
    client.force_login(clerk)
    answer = client.post("/bank/import/", {"files": SimpleUploadedFile("march.xml", content)}, follow=True)

    assert "2 new lines, 1 matched." in answer.content.decode()
    assert Receipt.objects.get().created_by == clerk


def test_nothing_is_matched_after_reading_where_the_policy_says_so(company: Any, customer: Any, clerk: Any) -> None:
    set_match_policy(company, PolicyDetails(is_automatic=False), by=clerk)
    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    invoice = world.issue(customer, "120.00", BEFORE)
    content = camt(statement(entry("120.00", detail("120.00", invoice.number)), opening="0.00", closing="120.00"))
    taken_now = take_and_match(company, "march.xml", content, by=clerk)

    assert (taken_now.new, taken_now.matched) == (1, 0)


def test_the_page_shows_what_is_certain_first_and_then_does_it(company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company))
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"), ("7.00", "who knows", "Nobody"))
    page = client.get("/bank/certain/").content.decode()
    assert "2 lines of money in wait. 1 needs no person." in page
    assert f"{invoice.number} in their words; has the payer&#x27;s name" in page

    answer = client.post("/bank/certain/", follow=True)
    assert Receipt.objects.count() == 1
    assert "Matched" in answer.content.decode()


def test_the_queue_takes_a_proposal_and_takes_it_back(company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company))
    invoice = world.issue(customer, "120.00", BEFORE)
    [line] = taken(company, ("100.00", invoice.number, "Bramble"))
    page = client.get("/bank/queue/").content.decode()
    assert "€20.00 less than is open of it" in page

    share = f"{world.item_of(invoice).pk}:100"
    typed = {"customer": customer.pk, "amount": "100", "left": "100", "apply": "none", "share": share}
    row = client.post(f"/bank/lines/{line.pk}/match/", typed, headers={"HX-Request": "true"}).content.decode()
    receipt = Receipt.objects.get()
    assert f"{receipt}</a> records €100.00 from {customer.name}." in row
    assert receipt.bank_match.reasons[-1] == "€20.00 less than is open of it"
    again = client.post(f"/bank/lines/{line.pk}/match/", typed, headers={"HX-Request": "true"}).content.decode()
    assert "Part of the line was matched after you opened it." in again

    row = client.post(f"/receipts/{receipt.pk}/undo-match/", headers={"HX-Request": "true"}).content.decode()
    assert "€20.00 less than is open of it" in row
    assert world.item_of(invoice).balance == 120


def test_a_program_asks_for_matching_sets_the_policy_and_unteaches(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company, "manager"))
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"))
    assert program.put("match-policy/", {"number_and_payer": False}).json()["number_and_payer"] is False
    assert program.post("bank-matching/").json()["matched"] == 0

    assert program.put("match-policy/", {"number_and_payer": True, "most": "120.00"}).json()["most"] == "120.00"
    assert program.post("bank-matching/").json()["matched"] == 1
    [payer] = program.get("payer-accounts/").json()["results"]
    assert payer["customer"]["id"] == customer.pk
    assert program.post(f"payer-accounts/{payer['id']}/forget/").json()["removed_at"]
    assert refused(program.post(f"payer-accounts/{payer['id']}/forget/")) == (409, "invalid_move")


def test_who_may_not_match_does_not(company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "auditor"))
    [line] = taken(company, ("7.00", "who knows", "Nobody"))
    assert line.pk
    for address in ("/bank/queue/", "/bank/certain/", "/bank/policy/"):
        assert client.get(address).status_code == 403
    assert client.get("/bank/payers/").status_code == 200


def test_what_a_match_said_never_changes(company: Any, customer: Any, superuser_cursor: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    taken(company, ("120.00", invoice.number, "Bramble"))
    match_piece(company, by=None)
    with pytest.raises(psycopg2.Error, match="append-only"):
        superuser_cursor.execute("UPDATE payments_bankmatch SET rule = ''")


def test_what_a_person_took_back_is_not_matched_again_by_itself(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    [line] = taken(company, ("120.00", invoice.number, "Bramble"))
    match_piece(company, by=None)
    mistaken = Receipt.objects.get()
    reverse_receipt(mistaken.pk, dated_on=company.today(), by=clerk, reason="no", mistaken=True)
    assert match_piece(company, by=None).looked_at == 0

    share = Share(world.item_of(invoice).pk, Decimal(120))
    again = match_bank_line(line.pk, customer, Decimal(120), Plan(shares=[share]), by=clerk)
    assert world.item_of(invoice).balance == 0
    assert Allocation.objects.get(credit__entry=again.entry_id).dated_on == company.today()
