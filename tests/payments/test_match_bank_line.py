"""Matching bank lines: what is proposed and why, what is recorded, and that no line is spent twice."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Dispute, ReasonCode
from billing.payment_codes.references import creditor_reference, qr_reference
from customers.models import Customer
from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount, Company
from payments.bank import accounts_of, left_of
from payments.matching.facts import Proposal
from payments.models import BankLine, Receipt, Rest, SettledItem, Settlement
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line, take_back_set_aside
from payments.operations.receive_payment import Plan, Share
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.set_payment_policy import set_payment_policy
from payments.operations.settle_items import Settling
from payments.operations.take_bank_file import take_bank_file
from payments.proposals import proposals_for
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import OURS, camt, detail, entry, statement

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
BEFORE = date(2026, 2, 1)
OLDEST, ON_ACCOUNT = Plan(oldest_first=True), Plan()


def line_of(company: Company, amount: str, text: str = "Thank you", name: str = "Somebody", **said: str) -> BankLine:
    """A line of money in, or out where its amount is below zero."""
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    sign, plain = ("DBIT", amount[1:]) if amount.startswith("-") else ("CRDT", amount)
    number = BankLine.objects.count()
    paid = entry(plain, detail(plain, text, name=name, **said), sign=sign, reference=str(number))
    take_bank_file(company, f"{number}.xml", camt(statement(paid, closing="1.00")), by=None)
    return BankLine.objects.latest("pk")


def proposed(line: BankLine) -> list[Proposal]:
    return [each.proposal for each in proposals_for(line)]


def refusal_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def shares(proposal: Proposal) -> list[tuple[str, Decimal]]:
    return [(share.debt.reference, share.amount) for share in proposal.shares]


def test_a_named_invoice_is_proposed_with_its_reasons(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    [found] = proposed(line_of(company, "120.00", f"payment of {invoice.number.lower()}, thanks"))

    assert (found.customer_id, found.rest) == (customer.pk, 0)
    assert shares(found) == [(invoice.number, 120)]
    assert found.reasons == (f"{invoice.number} in their words", "the amount is exactly what is open of it")


def test_several_named_invoices_are_proposed_together(company: Any, customer: Any) -> None:
    first, second = world.issue(customer, "70.00", BEFORE), world.issue(customer, "50.00", BEFORE)
    [found] = proposed(line_of(company, "120.00", f"{first.number}/{second.number}"))
    assert shares(found) == [(first.number, 70), (second.number, 50)]
    assert found.reasons[1] == "the amount is exactly their sum"


def test_a_short_pay_goes_as_far_as_it_goes_and_an_over_pay_stays_on_account(company: Any, customer: Any) -> None:
    first, second = world.issue(customer, "70.00", BEFORE), world.issue(customer, "50.00", BEFORE)
    words = f"{first.number} {second.number}"
    [short] = proposed(line_of(company, "100.00", words))
    [over] = proposed(line_of(company, "150.00", words))
    assert (shares(short), short.rest) == ([(first.number, 70), (second.number, 30)], 0)
    assert (shares(over), over.rest) == ([(first.number, 70), (second.number, 50)], 30)


def test_all_10_a_number_inside_another_is_no_sign(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "3156.00", BEFORE)
    for text in (f"1{invoice.number}", f"{invoice.number}7", f"payment Customer B (18{invoice.number})"):
        assert proposed(line_of(company, "859.00", text)) == []
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("reference", [lambda i: creditor_reference(i.number), lambda i: qr_reference(i.pk)])
def test_a_creditor_reference_names_its_document(company: Any, customer: Any, reference: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    [found] = proposed(line_of(company, "120.00", reference(invoice)))
    assert shares(found) == [(invoice.number, 120)]


def test_what_is_closed_or_of_another_company_or_currency_is_not_named(company: Any, customer: Any) -> None:
    paid = world.issue(customer, "10.00", BEFORE)
    world.apply(world.receive(customer, "10.00", BEFORE), paid, "10.00", BEFORE)
    dollars = world.issue(customer, "10.00", BEFORE, currency="USD", exchange_rate=Decimal("0.9"))
    other = world.issue(world.make_customer(world.make_company(legal_name="Birch Ltd")), "10.00", BEFORE)
    later = world.issue(customer, "10.00", date(2026, 3, 3))
    text = " ".join(each.number for each in (paid, dollars, later))
    [found] = proposed(line_of(company, "10.00", text))
    assert (found.customer_id, found.shares) == (customer.pk, ())
    assert found.reasons[:2] == (
        f"{dollars.number} in their words, open in another currency",
        f"{paid.number} in their words, which is paid",
    )
    assert other.number == paid.number


def test_who_paid_from_the_account_before_is_proposed_for_their_only_item_of_the_amount(
    company: Any, customer: Any
) -> None:
    match_bank_line(line_of(company, "5.00").pk, customer, Decimal(5), ON_ACCOUNT, by=None)
    world.issue(customer, "30.00", BEFORE)
    invoice = world.issue(customer, "120.00", BEFORE)

    [found] = proposed(line_of(company, "120.00"))
    assert shares(found) == [(invoice.number, 120)]
    only = f"the amount is exactly {invoice.number}, and of nothing else of theirs"
    assert found.reasons == ("paid from this account before", only)


def test_of_two_items_of_one_amount_none_is_certain_so_the_oldest_go_first(company: Any, customer: Any) -> None:
    first, second = world.issue(customer, "120.00", BEFORE), world.issue(customer, "120.00", date(2026, 2, 2))
    [found] = proposed(line_of(company, "130.00", name="BRAMBLE  gmbh"))
    assert shares(found) == [(first.number, 120), (second.number, 10)]
    assert found.reasons == ("has the payer's name", "oldest first")


def test_the_strongest_sign_comes_first(company: Any, customer: Any) -> None:
    cedar = world.make_customer(company, "Cedar AG")
    invoice = world.issue(cedar, "99.00", BEFORE)
    found = proposed(line_of(company, "50.00", invoice.number, name="Bramble GmbH"))
    assert [Customer.objects.get(pk=each.customer_id).name for each in found] == ["Cedar AG", "Bramble GmbH"]


def test_a_line_becomes_a_receipt_of_its_day_applied_as_planned(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    line = line_of(company, "150.00", invoice.number)
    plan = Plan(shares=[Share(world.item_of(invoice).pk, Decimal(120))])
    receipt = match_bank_line(line.pk, customer, Decimal(150), plan, by=clerk)

    assert (receipt.received_on, receipt.amount, receipt.bank_line, receipt.reference) == (
        DAY,
        150,
        line,
        invoice.number,
    )
    assert (world.open_of(invoice), world.open_of(receipt), left_of(line)) == (0, 30, 0)
    assert AuditRecord.objects.get(action="match_bank_line").after["receipt"] == receipt.number
    assert check_book() == []


def test_all_01_two_part_payments_close_an_invoice(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    for opened in (50, 0):
        line = line_of(company, "50.00", invoice.number)
        [found] = proposed(line)
        plan = Plan(shares=[Share(share.debt.id, share.amount) for share in found.shares])
        match_bank_line(line.pk, customer, found.amount, plan, by=None)
        assert (world.open_of(invoice), left_of(line)) == (opened, 0)
    assert list(Receipt.objects.values_list("amount", flat=True)) == [50, 50]


def test_one_line_is_split_over_several_customers_and_no_further(company: Any, customer: Any) -> None:
    cedar, line = world.make_customer(company, "Cedar AG"), line_of(company, "100.00")
    match_bank_line(line.pk, customer, Decimal(60), OLDEST, by=None)
    assert accounts_of(company).get().to_match == 1
    assert refusal_of(lambda: match_bank_line(line.pk, cedar, Decimal("40.01"), OLDEST, by=None)) == "more_than_left"
    match_bank_line(line.pk, cedar, Decimal(40), OLDEST, by=None)
    assert (left_of(line), accounts_of(company).get().to_match) == (0, 0)


def test_a_mistaken_receipt_frees_its_line_and_a_returned_one_does_not(company: Any, customer: Any) -> None:
    returned, mistaken = line_of(company, "10.00"), line_of(company, "20.00")
    for line, is_mistaken in ((returned, False), (mistaken, True)):
        receipt = match_bank_line(line.pk, customer, line.amount, ON_ACCOUNT, by=None)
        reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="back", mistaken=is_mistaken)
    assert (left_of(returned), left_of(mistaken)) == (0, 20)
    assert refusal_of(lambda: match_bank_line(returned.pk, customer, Decimal(1), OLDEST, by=None)) == "more_than_left"


@pytest.mark.parametrize("amount", ["0", "-1", "1.001"])
def test_an_amount_that_cannot_be_is_refused(company: Any, customer: Any, amount: str) -> None:
    line = line_of(company, "10.00")
    assert refusal_of(lambda: match_bank_line(line.pk, customer, Decimal(amount), OLDEST, by=None)) in (
        "amount_not_positive",
        "too_many_places",
    )
    assert not Receipt.objects.exists()


def test_money_out_and_anothers_customer_are_refused(company: Any, customer: Any) -> None:
    out, line = line_of(company, "-10.00"), line_of(company, "10.00")
    foreign = world.make_customer(world.make_company(legal_name="Birch Ltd"))
    assert refusal_of(lambda: match_bank_line(out.pk, customer, Decimal(1), OLDEST, by=None)) == "money_out"
    assert refusal_of(lambda: match_bank_line(line.pk, foreign, Decimal(1), OLDEST, by=None)) == "unknown_customer"
    assert proposed(out) == []


def test_what_is_no_customers_payment_is_set_aside_and_taken_back(company: Any, customer: Any, clerk: Any) -> None:
    line = line_of(company, "10.00", "Interest")
    assert refusal_of(lambda: set_aside_bank_line(line.pk, reason="", by=clerk)) == "reason_missing"
    set_aside_bank_line(line.pk, reason="Interest", by=clerk)
    assert left_of(line) == 0
    assert refusal_of(lambda: set_aside_bank_line(line.pk, reason="Again", by=clerk)) == "invalid_move"
    assert refusal_of(lambda: match_bank_line(line.pk, customer, Decimal(1), OLDEST, by=clerk)) == "set_aside"

    take_back_set_aside(line.pk, by=clerk)
    assert left_of(line) == 10
    assert refusal_of(lambda: take_back_set_aside(line.pk, by=clerk)) == "invalid_move"
    match_bank_line(line.pk, customer, Decimal(10), OLDEST, by=clerk)
    assert refusal_of(lambda: set_aside_bank_line(line.pk, reason="Late", by=clerk)) == "nothing_left"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_match_one_line_at_once_spend_it_once(self, company: Any, customer: Any, in_parallel: Any) -> None:
        line = line_of(company, "100.00")
        cedar = world.make_customer(company, "Cedar AG")
        acts = [
            lambda who=who: match_bank_line(line.pk, who, Decimal(100), OLDEST, by=None) for who in (customer, cedar)
        ]
        results = in_parallel(acts)
        assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
        assert (Receipt.objects.count(), left_of(line)) == (1, 0)

    def test_one_who_matches_while_another_sets_aside(self, company: Any, customer: Any, in_parallel: Any) -> None:
        line = line_of(company, "100.00")
        results = in_parallel(
            [
                lambda: match_bank_line(line.pk, customer, Decimal(100), OLDEST, by=None),
                lambda: set_aside_bank_line(line.pk, reason="Interest", by=None),
            ]
        )
        assert sorted(isinstance(result, Refused) for result in results) == [False, True]
        assert left_of(line) == 0

    def test_the_database_itself_refuses_more_than_came_in(
        self, company: Any, customer: Any, superuser_cursor: Any
    ) -> None:
        """The control: without its guard the same two receipts pass."""
        line = line_of(company, "100.00")

        def spend() -> Receipt:
            return world.receive(customer, "60.00", DAY, bank_line_id=line.pk)

        spend()
        assert refusal_of(spend) == "more_than_left"
        superuser_cursor.execute("ALTER TABLE payments_receipt DISABLE TRIGGER receipt_within_bank_line")
        try:
            spend()
        finally:
            superuser_cursor.execute("ALTER TABLE payments_receipt ENABLE TRIGGER receipt_within_bank_line")
        assert left_of(line) == -20


@pytest.fixture
def site(company: Company, client: Client) -> Client:
    client.force_login(world.make_user(company))
    return client


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_proposal_is_accepted_on_screen(company: Any, customer: Any, site: Client) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    line = line_of(company, "120.00", invoice.number)
    page = reverse("payments:bank_line", args=[line.pk])
    item = world.item_of(invoice)
    shown = words(site.get(page))
    assert f"{invoice.number} in their words; the amount is exactly what is open of it." in shown
    assert f'name="share" value="{item.pk}:120"' in shown

    typed = {"customer": customer.pk, "amount": "120", "apply": "none", "share": f"{item.pk}:120"}
    answer = site.post(reverse("payments:match_bank_line", args=[line.pk]), typed, follow=True)
    assert "records €120.00 from Bramble GmbH." in words(answer)
    assert world.open_of(invoice) == 0
    assert "Bramble" not in words(site.get(reverse("payments:bank_line_list"), {"to_match": "1"}))
    receipt = Receipt.objects.get()
    assert page in words(site.get(reverse("payments:receipt", args=[receipt.pk])))
    gone = {"on": "2026-03-02", "reason": "Cedar paid it", "mistaken": "on"}
    site.post(reverse("payments:reverse_receipt", args=[receipt.pk]), gone)
    assert left_of(line) == 120


def test_after_a_line_the_next_to_match_is_shown_the_oldest_first(company: Any, customer: Any, site: Client) -> None:
    lines = [line_of(company, amount) for amount in ("10.00", "20.00", "30.00")]
    typed = {"customer": customer.pk, "amount": "20", "apply": "oldest"}
    answer = site.post(reverse("payments:match_bank_line", args=[lines[1].pk]), typed)
    assert answer["Location"] == reverse("payments:bank_line", args=[lines[0].pk])
    answer = site.post(reverse("payments:set_aside_bank_line", args=[lines[0].pk]), {"reason": "Tip"})
    assert answer["Location"] == reverse("payments:bank_line", args=[lines[2].pk])
    answer = site.post(reverse("payments:set_aside_bank_line", args=[lines[2].pk]), {"reason": "Tip"})
    assert answer["Location"] == reverse("payments:bank_line_list")


def test_a_form_that_is_sent_twice_takes_its_part_of_a_line_once(company: Any, customer: Any, site: Client) -> None:
    line = line_of(company, "50.00")
    assert 'name="left" value="50"' in words(site.get(reverse("payments:bank_line", args=[line.pk])))
    typed = {"customer": customer.pk, "amount": "20", "apply": "oldest", "left": "50"}
    address = reverse("payments:match_bank_line", args=[line.pk])
    site.post(address, typed)
    assert "Part of the line was matched after you opened it." in words(site.post(address, typed))
    assert (Receipt.objects.count(), left_of(line)) == (1, 30)


def test_by_hand_and_set_aside_on_screen(company: Any, customer: Any, site: Client) -> None:
    line = line_of(company, "50.00")
    page = reverse("payments:match_bank_line", args=[line.pk])
    assert "Choose a customer." in words(site.post(page, {"customer": "", "amount": "20"}))
    assert "€30.00" in words(site.post(page, {"customer": customer.pk, "amount": "20", "apply": "oldest"}, follow=True))
    assert "30 EUR is left of the line." in words(site.post(page, {"customer": customer.pk, "amount": "31"}))
    site.post(reverse("payments:set_aside_bank_line", args=[line.pk]), {"reason": "Interest"})
    assert "Set aside" in words(site.get(reverse("payments:bank_line", args=[line.pk])))
    site.post(reverse("payments:take_back_set_aside", args=[line.pk]))
    assert left_of(line) == 30


def test_a_payment_matched_by_hand_to_one_document_says_what_becomes_of_its_rest(
    company: Any, customer: Any, client: Any
) -> None:
    client.force_login(world.make_user(company, "manager"))
    set_payment_policy(company, {"tolerance_amount": Decimal(5), "tolerance_percent": Decimal(5)}, by=None)
    invoice = world.issue(customer, "120.00", BEFORE)
    line = line_of(company, "118.00")
    page = reverse("payments:match_bank_line", args=[line.pk])
    typed = {"customer": customer.pk, "amount": "118", "apply": "document", "rest": "tolerance"}
    assert "Nothing is open of Bramble GmbH by the number" in words(client.post(page, typed | {"document": "INV-7"}))
    assert not Receipt.objects.exists()

    client.post(page, typed | {"document": invoice.number.lower()})
    receipt = Receipt.objects.get()
    said = SettledItem.objects.get()
    assert (said.rest, said.rest_amount, said.settlement.credit.entry_id) == ("tolerance", 2, receipt.entry_id)
    assert (world.open_of(invoice), receipt.amount, said.write_off.amount) == (0, 118, 2)
    assert check_book() == []

    reverse_receipt(receipt.pk, dated_on=company.today(), by=None, reason="not theirs", mistaken=True)
    assert (world.open_of(invoice), left_of(line)) == (120, 118)
    assert Settlement.objects.get().undone_on == company.today()
    assert check_book() == []


def test_the_rest_of_a_proposal_that_is_short_is_disputed_on_screen(company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "manager"))
    invoice = world.issue(customer, "120.00", BEFORE)
    line = line_of(company, "100.00", invoice.number)
    item = world.item_of(invoice).pk
    assert f'name="rest_{item}"' in client.get(reverse("payments:bank_line", args=[line.pk])).content.decode()

    code = ReasonCode.objects.get(company=company, code="price_disputed").pk
    typed = {"customer": customer.pk, "amount": "100", "left": "100", "apply": "none", "share": f"{item}:100"}
    page = reverse("payments:match_bank_line", args=[line.pk])
    assert "Select a valid choice." in words(client.post(page, typed | {f"rest_{item}": "dispute:0"}))
    client.post(page, typed | {f"rest_{item}": f"dispute:{code}"})

    assert (world.open_of(invoice), Dispute.objects.get().amount) == (20, 20)
    assert Receipt.objects.get().bank_match.reasons[-1] == "€20.00 less than is open of it"


def test_a_discount_that_was_not_earned_is_refused_with_the_match(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "98.00")
    said = [Settling(world.item_of(invoice).pk, Decimal(98), Rest.DISCOUNT)]
    act = lambda: match_bank_line(line.pk, customer, Decimal(98), Plan(), by=None, settling=said)  # noqa: E731
    assert refusal_of(act) == "discount_not_earned"
    assert (world.open_of(invoice), left_of(line), Receipt.objects.count()) == (100, 98, 0)


def test_a_program_matches_and_says_what_becomes_of_the_rest(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company, "manager"))
    invoice = world.issue(customer, "120.00", BEFORE)
    line = line_of(company, "110.00")
    said = [{"item": world.item_of(invoice).pk, "amount": "110.00", "rest": "bank_fee"}]
    body = {"customer": customer.pk, "amount": "110.00", "settle": said}
    assert program.post(f"bank-lines/{line.pk}/match/", body).status_code == 201

    assert (world.open_of(invoice), SettledItem.objects.get().write_off.amount) == (0, 10)
    assert check_book() == []


def test_a_program_asks_for_proposals_and_matches(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company))
    invoice = world.issue(customer, "120.00", BEFORE)
    line = line_of(company, "120.00", invoice.number)
    found = program.get(f"bank-lines/{line.pk}/").json()
    assert (found["left"], found["proposals"][0]["customer"]["id"]) == ("120.00", customer.pk)
    assert found["proposals"][0]["shares"] == [
        {"item": world.item_of(invoice).pk, "reference": invoice.number, "amount": "120.00", "discount": "0.00"}
    ]

    body = {"customer": customer.pk, "amount": "100.00", "allocate": "oldest_first"}
    assert program.post(f"bank-lines/{line.pk}/match/", body).status_code == 201
    assert refused(program.post(f"bank-lines/{line.pk}/match/", body)) == (409, "more_than_left")
    assert program.post(f"bank-lines/{line.pk}/set-aside/", {"reason": "Tip"}).status_code == 201
    assert program.get(f"bank-lines/{line.pk}/").json()["left"] == "0.00"
    assert program.post(f"bank-lines/{line.pk}/take-back/").json()["reason"] == "Tip"
    assert program.get(f"bank-lines/{line.pk}/").json()["left"] == "20.00"
