"""All that is found to bear on bank lines, to the last sign: one test for each kind of evidence."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Invoice
from billing.payment_codes.references import creditor_reference, qr_reference
from customers.models import Customer
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.models import ItemKind, OpenItem
from office.models import Company
from payments.matching.advices import advices_of
from payments.matching.asking import (
    Certain,
    certain_among,
    match_policy_of,
    read_lines,
    rules_of,
    waiting_lines,
)
from payments.matching.certainty import Policy
from payments.matching.facts import Advice, Debt, Deduction, Evidence, Payment, Sign
from payments.matching.gathering import MOST_NAMED, Gathered, gather, owed_by, payments_of
from payments.matching.names import Names, all_names, names_near
from payments.models import BankLine, MatchPolicy, PayerAccount, Rest
from payments.operations.note_paid import PaidDetails, note_paid
from tests import world
from tests.ledger.entering import enter, item, one
from tests.payments.remitting import take
from tests.payments.test_match_certain import IBAN, taken

pytestmark = pytest.mark.django_db
DAY, BEFORE = date(2026, 3, 2), date(2026, 2, 1)
NOBODY = "Somebody"


def gathered(company: Company) -> Gathered:
    payments = payments_of(BankLine.objects.order_by("pk"))
    return gather(company.pk, payments, all_names(company.pk))


def evidence(company: Company, *payments: tuple[str, ...]) -> list[Evidence]:
    """What bears on each of these payments: amount, words, name, and the account where it is known."""
    taken(company, *[(*each, *("Thank you", NOBODY)[len(each) - 1 :]) for each in payments])
    found = gathered(company)
    return [found.evidence[payment.line_id] for payment in found.payments]


def old(customer: Customer, reference: str, amount: str, company_amount: str | None = None, **more: Any) -> OpenItem:
    """An item that was there before the day of the bank's lines."""
    return one(customer, reference, amount, company_amount, **{"dated_on": BEFORE, "due_on": BEFORE} | more)


def test_what_is_left_of_a_line_is_a_payment_with_its_words_and_its_payer(company: Any) -> None:
    [line] = taken(company, ("12.50", "INV-7", "Bramble", IBAN))
    [payment] = payments_of(BankLine.objects.all())
    assert payment == Payment(line.pk, Decimal("12.50"), "EUR", DAY, ["INV7"], "Bramble", IBAN)


def test_a_document_is_named_by_its_number_by_a_reference_and_by_its_id(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "120.00", BEFORE)
    pk, number, reference = world.item_of(invoice).pk, invoice.number, creditor_reference(invoice.number)
    words = [number, reference, f"{number} {reference}", qr_reference(invoice.pk)]
    found = evidence(company, *(("1.01", each) for each in words))
    signs = [Sign.NUMBER, Sign.REFERENCE, Sign.REFERENCE, Sign.REFERENCE]
    assert found == [Evidence(named={customer.pk: {pk: sign}}) for sign in signs]


def test_documents_that_are_paid_or_in_another_currency_are_told_apart_and_later_ones_are_not_named(
    company: Any, customer: Any
) -> None:
    other = world.make_customer(world.make_company(legal_name="Birch Ltd"))
    settled = [world.issue(customer, "5.00", BEFORE) for _ in range(2)]
    for each in settled:
        world.apply(world.receive(customer, "5.00", BEFORE), each, "5.00", BEFORE)
    for key, more in (("LATE-1", {"dated_on": date(2026, 3, 3)}), ("REFUND-1", {"kind": ItemKind.REFUND})):
        old(customer, key, "7", **more)
    old(other, "THEIRS-1", "7")
    old(customer, "USD-1", "7", "6")
    old(customer, "USD-2", "7", "6")
    numbers = [each.number for each in settled]
    found = evidence(
        company,
        ("1.01", f"{numbers[0]} {numbers[1]} {creditor_reference(numbers[0])}"),
        ("1.02", "USD-1, USD-2"),
        ("1.03", "LATE-1 REFUND-1 THEIRS-1"),
    )
    assert [found[0].settled, found[0].named, found[0].foreign] == [
        {customer.pk: found[0].settled[customer.pk]},
        {},
        {},
    ]
    assert sorted(found[0].settled[customer.pk]) == sorted(numbers)
    assert found[1:] == [Evidence(foreign={customer.pk: {"USD-1": None, "USD-2": None}}), Evidence()]


def test_a_text_that_names_more_than_anybody_means_names_nothing(company: Any, customer: Any) -> None:
    enter(customer, "few", *(item("1", reference="FEW-1") for _ in range(MOST_NAMED)), dated_on=BEFORE)
    enter(customer, "many", *(item("1", reference="MANY-1") for _ in range(MOST_NAMED + 1)), dated_on=BEFORE)
    few, many = evidence(company, ("7.01", "FEW-1"), ("7.01", "MANY-1"))
    assert (len(few.named[customer.pk]), many.named) == (MOST_NAMED, {})


def test_who_paid_is_told_by_account_by_name_and_by_a_name_that_is_like_it(company: Any, customer: Any) -> None:
    cedar = world.make_customer(company, "Cedar Holzhandel AG")
    twin = world.make_customer(company, "Cedar Holzhandel GmbH")
    other = "GB29NWBK60161331926819"
    [line] = taken(company, ("3.00", "earlier", NOBODY, IBAN))
    for account, more in ((IBAN, {}), (other, {"removed_at": timezone.now()})):
        PayerAccount.objects.create(company=company, customer=customer, account=account, learned_from=line, **more)
    taken(
        company,
        ("1.01", "x", NOBODY, IBAN),
        ("1.02", "x", "CEDAR HOLZHANDEL"),
        ("1.03", "x", "Cedar Holzhandell"),
        ("1.04", "x", NOBODY, other),
    )
    found = gathered(company)
    named, like = "has the payer's name", "has a name like the payer's"
    assert [dict(found.evidence[each.line_id].payers) for each in found.payments][1:] == [
        {customer.pk: {Sign.ACCOUNT: "paid from this account before"}},
        {pk: {Sign.NAME: named} for pk in (cedar.pk, twin.pk)},
        {pk: {Sign.LIKE_NAME: like} for pk in (cedar.pk, twin.pk)},
        {},
    ]


def test_who_has_no_name_is_nobody_not_even_a_customer_whose_name_is_signs(company: Any, customer: Any) -> None:
    nameless = Payment(0, Decimal(1), "EUR", DAY, ())
    assert gather(company.pk, [nameless], Names([(customer.pk, "***")])).evidence[0].payers == {}


def test_who_owes_exactly_that_is_asked_where_nothing_else_speaks_and_told_if_they_are_few(
    company: Any, customer: Any
) -> None:
    customers = [customer, *(world.make_customer(company, f"Tenant {letter}") for letter in "ABC")]
    for n, each in enumerate(customers):
        old(each, f"A-{n}", "77")
        if n < 3:
            old(each, f"B-{n}", "55")
            old(each, f"C-{n}", "55")
    old(customer, "LATE-1", "44", dated_on=date(2026, 3, 3))
    old(customer, "USD-1", "33", "30")
    few = {each.pk for each in customers[:3]}
    payments = [("77.00",), ("55.00",), ("44.00",), ("33.00",), ("55.00", "B-0"), ("77.01",)]
    found = [each.amounts for each in evidence(company, *payments)]
    assert found == [set(), few, set(), set(), set(), set()]


@pytest.fixture
def told(customer: Customer) -> Invoice:
    """An invoice of which its customer says that they paid it the day before."""
    invoice = world.issue(customer, "120.00", BEFORE, due_on=BEFORE)
    details = PaidDetails(amount=invoice.total, paid_on=date(2026, 3, 1), how="transfer")
    note_paid(invoice.pk, details, contact=customer.contacts.get(), on=date(2026, 3, 1))
    return invoice


def test_who_told_us_that_they_paid_is_looked_for_by_the_amount(company: Any, customer: Any, told: Invoice) -> None:
    found = evidence(company, ("120.00",), ("119.00",))
    words = f"they told us on 1 March that they paid {told.number}"
    assert [each.payers for each in found] == [{customer.pk: {Sign.TOLD: words}}, {}]
    assert found[0].amounts == set()


def test_an_advice_bears_on_the_line_of_its_amount_if_something_speaks_for_its_customer(
    company: Any, customer: Any
) -> None:
    one_item, two = old(customer, "INV-1", "100"), old(customer, "INV-2", "60")
    three, four, five = old(customer, "INV-3", "60"), old(customer, "INV-4", "8"), old(customer, "INV-5", "0.50")
    said = take(
        company,
        "INV-1,100.00,,100.00,",
        "INV-2,60.00,10.00,50.00,damaged",
        "INV-3,45.00,5.00,40.00,damaged",
        "INV-4,8.00,8.00,0.00,damaged",
        "INV-5,0.50,,0.50,",
        payer_reference="RA-123",
    )
    line = ("190.50", "x", "Bramble")
    [by_name, by_number, by_nobody] = evidence(company, line, ("190.50", "RA-123"), ("190.50", "x"))
    off = {each.pk: by_name.advices[0].deducted[each.pk] for each in (two, three, four)}
    whole = Advice(
        said.pk,
        "advice RA-123 of 2 March",
        customer.pk,
        {one_item.pk: Decimal(100), two.pk: Decimal(50), three.pk: Decimal(40), five.pk: Decimal("0.50")},
        off,
    )
    assert by_name.advices == [whole]
    assert by_number.advices == [replace(whole, is_named=True)]
    assert by_nobody.advices == []
    reason = off[two.pk].reason_code_id
    assert reason is not None
    assert off == {
        two.pk: Deduction(Decimal(10), "Damaged or poor quality", Rest.DISPUTE, reason),
        three.pk: Deduction(Decimal(0), "Damaged or poor quality", Rest.OPEN, None),
        four.pk: Deduction(Decimal(8), "Damaged or poor quality", Rest.DISPUTE, reason),
    }


def test_more_advices_ask_the_database_no_more(company: Any, customer: Any) -> None:
    found = []
    for n in (1, 2, 3):
        old(customer, f"INV-{n}", "100")
        found.append((0, take(company, f"INV-{n},100.00,,100.00,", payer_reference=f"RA-{n}").pk, False))

    def asked(rows: list[tuple[int, int, bool]]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(advices_of(company.pk, rows)[0]) == len(rows)
        return len(queries)

    assert asked(found) == asked(found[:1])


def test_an_advice_of_several_customers_is_none_and_one_with_a_problem_says_it(company: Any, customer: Any) -> None:
    old(customer, "INV-1", "100")
    old(world.make_customer(company, "Cedar AG"), "INV-2", "60")
    memo = old(customer, "CM-1", "-20", kind=ItemKind.CREDIT_MEMO)
    take(company, "INV-1,100.00,,100.00,", "INV-2,60.00,,60.00,", payer_reference="RA-1")
    broken = take(company, "INV-1,100.00,,100.00,", "INV-9,7.00,,7.00,", payer_reference="RA-2")
    credited = take(company, "INV-1,100.00,,100.00,", "CM-1,-20.00,,-20.00,", payer_reference="RA-3")
    two, wrong, less = evidence(company, ("160.00", "RA-1"), ("107.00", "RA-2"), ("80.00", "RA-3"))
    assert two.advices == []
    [found] = wrong.advices
    assert (found.id, found.problem, found.takes_credit) == (broken.pk, "INV-9: That is no document of ours.", False)
    [found] = less.advices
    assert (found.id, found.problem, found.takes_credit) == (credited.pk, "", True)
    assert memo.pk not in found.paid


def test_an_advice_whose_customer_is_known_is_theirs_and_has_a_name_without_a_number(
    company: Any, customer: Any
) -> None:
    said = take(company, "INV-9,7.00,,7.00,", customer=customer)
    [found] = evidence(company, ("7.00", "x", "Bramble"))
    assert [(each.id, each.customer_id, each.name, each.paid) for each in found.advices] == [
        (said.pk, customer.pk, "advice advice.csv of 2 March", {})
    ]


def test_what_customers_owe_is_read_by_currency_the_first_due_first_with_discounts_that_hold(
    company: Any, customer: Any
) -> None:
    terms = TermsDetails("2/10", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    invoice = world.issue(customer, "100.00", DAY, terms_id=add_terms(company, terms, by=None).pk)
    early = world.item_of(invoice)
    late, dollars = old(customer, "A-1", "7", due_on=date(2026, 5, 1)), old(customer, "U-1", "7", "6")
    first, small = old(customer, "A-2", "9", due_on=BEFORE), old(customer, "A-3", "0.50", due_on=late.due_on)
    before = old(customer, "A-4", "4", due_on=late.due_on, dated_on=date(2026, 1, 2))
    cedar = world.make_customer(company, "Cedar AG")
    old(cedar, "C-1", "5")
    old(customer, "CM-1", "-3", kind=ItemKind.CREDIT_MEMO)

    def debt(each: OpenItem, **more: Any) -> Debt:
        return Debt(each.pk, customer.pk, each.reference, each.balance, each.dated_on, each.due_on, **more)

    found = owed_by(company.pk, {customer.pk})
    discounted = debt(early, discount=Decimal("2.00"), early_until=DAY + timedelta(days=10))
    assert found == {
        (customer.pk, "EUR"): [debt(first), discounted, debt(before), debt(late), debt(small)],
        (customer.pk, "USD"): [debt(dollars)],
    }
    world.apply(world.receive(customer, "98.00", DAY), invoice, "98.00", DAY)
    assert owed_by(company.pk, {customer.pk})[customer.pk, "EUR"][1] == replace(debt(early), balance=Decimal(2))


def test_the_debts_in_question_are_those_of_whom_something_speaks_for_on_the_payments_day(
    company: Any, customer: Any
) -> None:
    ours = old(customer, "A-1", "7")
    old(customer, "A-2", "7", dated_on=date(2026, 3, 3))
    old(customer, "U-1", "7", "6")
    same = old(customer, "A-3", "8", dated_on=DAY)
    cedar = world.make_customer(company, "Cedar AG")
    old(cedar, "C-1", "5")
    birch = world.make_customer(company, "Birch AG")
    taken(company, ("1.01", "x", "Bramble"), ("1.02", "x", NOBODY), ("1.03", "x", "Birch"))
    found = gathered(company)
    asked = [found.debts_for(payment) for payment in found.payments]
    assert [{pk: [debt.id for debt in debts] for pk, debts in each.items()} for each in asked] == [
        {customer.pk: [ours.pk, same.pk]},
        {},
        {birch.pk: []},
    ]


def test_lines_are_read_the_oldest_first_and_only_the_first_that_wants_an_item_is_certain(
    company: Any, customer: Any
) -> None:
    first, other = world.issue(customer, "120.00", BEFORE), world.issue(customer, "70.00", BEFORE)
    line = ("120.00", first.number, "Bramble")
    lines = taken(company, ("0.50", "x", NOBODY), line, ("70.00", other.number, "Bramble"), line)
    assert list(waiting_lines(company).order_by("pk")) == lines
    assert not waiting_lines(world.make_company()).exists()
    read = list(read_lines(company, waiting_lines(company).order_by("-pk"), all_names(company.pk)))
    assert [payment.line_id for payment, _ in read] == [each.pk for each in lines]
    assert [len(proposals) for _, proposals in read] == [0, 1, 1, 1]

    one, two = (Certain(read[place][0], "number_and_payer", read[place][1][0]) for place in (1, 2))
    assert certain_among(read, MatchPolicy(company=company)) == [one, two]
    assert certain_among(read, MatchPolicy(company=company, most=Decimal(100))) == [two]
    assert certain_among(read, MatchPolicy(company=company, number_and_payer=False)) == []


def test_a_companys_policy_is_its_own_or_the_usual(company: Any) -> None:
    usual = match_policy_of(company)
    assert (usual.company, usual.pk, rules_of(usual)) == (company, None, Policy())
    kept = MatchPolicy.objects.create(company=company, reference=False, advice=True, most=Decimal(5))
    MatchPolicy.objects.create(company=world.make_company())
    assert match_policy_of(company) == kept
    assert rules_of(kept) == Policy(reference=False, advice=True, most=Decimal(5))


def test_names_of_a_company_are_found_by_their_words_and_by_how_they_begin(company: Any, customer: Any) -> None:
    pks = {"Bramble GmbH": customer.pk}
    for name in ("Cedar Holz AG", "Old Cedar Inn", "Acedar Ltd"):
        pks[name] = world.make_customer(company, name).pk
    for name in pks:
        world.make_customer(world.make_company(), name)
    every = all_names(company.pk)
    assert {name: every.same(name) for name in pks} == {name: [pk] for name, pk in pks.items()}

    near = names_near(company.pk, ["Cedar Wood", "Xylo"])
    assert [near.same(name) for name in pks] == [[], [pks["Cedar Holz AG"]], [pks["Old Cedar Inn"]], []]


def test_a_name_is_like_those_that_share_the_beginning_of_a_word_and_differ_by_little() -> None:
    names = Names([(3, "Bramble Sons"), (1, "Bramble Sons"), (2, "Brambles Sons"), (4, "Zed"), (5, "Bratwurst Sonst")])
    assert names.like("Bramble Son") == [1, 2, 3]
    assert names.like("Aramble Sons") == [1, 2, 3]  # by the beginning of the other word
    assert names.like("Aramble Xons") == []
    assert names.like("") == []
    assert (names.same("SONS, bramble"), names.same("nobody")) == ([3, 1], [])


def test_what_is_shared_by_too_many_names_is_no_beginning() -> None:
    many = [(n, f"Bra{n:04} Holz") for n in range(2_000)]
    assert Names(many).like("Bra0001 Holzz") != []
    assert Names([*many, (9_999, "Bra9999 Holz")]).like("Bra0001 Holzz") == []
