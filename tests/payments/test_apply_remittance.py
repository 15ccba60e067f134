"""Remittance advice: kept once, found with the payment it explains, and applied just as it says or not at all."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.refusals import Refused
from office.models import AuditRecord
from office.operations.set_approval_rules import set_approval_rules
from payments.advised import explained
from payments.bank import left_of
from payments.explaining import remittance_for, remittances_of
from payments.models import Receipt, Remittance, RemittanceLine, RemittanceUse
from payments.operations.apply_remittance import apply_remittance, join_remittance, part_remittance
from payments.operations.match_bank_line import match_bank_line
from payments.operations.receive_payment import Plan
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.take_remittance import AdviceDetails, take_remittance, withdraw_remittance
from reports.book_check import check_book
from tests import world
from tests.payments.advice_samples import table
from tests.payments.remitting import BEFORE, DAY, line_of, nothing_is_recorded, refusal_of, take

pytestmark = pytest.mark.django_db


def test_an_advice_is_kept_as_it_came_with_its_lines_and_their_reasons(company: Any, customer: Any, clerk: Any) -> None:
    content = table("INV-1,100.00,2.00,98.00,Skonto 2%", "INV-2,,,10.00,")
    details = AdviceDetails(customer, paid_on=DAY, payer_reference="4711")
    remittance = take_remittance(company, "advice.csv", content, details, by=clerk)

    assert (remittance.total, remittance.currency, remittance.customer) == (108, "EUR", customer)
    assert bytes(Remittance.objects.get().content) == content
    assert list(remittance.lines.values_list("reference", "paid", "discount", "reason", "reason_words")) == [
        ("INV-1", 98, 2, "discount", "Skonto 2%"),
        ("INV-2", 10, 0, "", ""),
    ]
    row = AuditRecord.objects.get(action="take_remittance")
    assert (row.by, row.company_id, row.after) == (clerk, company.pk, {"total": "108.00", "lines": "2"})
    assert take_remittance(company, "again.csv", content, details, by=clerk) == remittance
    assert RemittanceLine.objects.count() == 2


def test_an_advice_that_does_not_add_up_leaves_nothing(company: Any, customer: Any) -> None:
    assert refusal_of(lambda: take(company, "INV-1,,,98.00,", "Total,,,100.00,")).code == "does_not_add_up"
    assert refusal_of(lambda: take(company, "INV-1,,,98.00,", total=Decimal(97))).code == "does_not_add_up"
    other = world.make_customer(world.make_company(legal_name="Birch Ltd"))
    assert refusal_of(lambda: take(company, "INV-1,,,98.00,", customer=other)).code == "unknown_customer"
    assert not Remittance.objects.exists()


def test_it_explains_the_line_of_its_amount_and_says_what_each_line_means(company: Any, customer: Any) -> None:
    first, second = world.issue(customer, "100.00", BEFORE), world.issue(customer, "50.00", BEFORE)
    line = line_of(company, "148.00")
    assert remittance_for(line) is None
    remittance = take(company, f"{first.number},100.00,2.00,98.00,Skonto", f"{second.number.lower()},,,50.00,")

    found = explained(remittance_for(line))
    assert [(each.item, each.problem, each.stays_open) for each in found] == [
        (world.item_of(first), "", 2),
        (world.item_of(second), "", 0),
    ]
    assert remittance_for(line) == remittance
    assert remittance_for(line_of(company, "148.01")) is None


def test_of_two_of_one_amount_the_one_whose_number_the_bank_says_is_meant_or_none(company: Any) -> None:
    take(company, "INV-1,,,98.00,", payer_reference="47110")
    second = take(company, "INV-2,,,98.00,", payer_reference="4711")
    assert remittance_for(line_of(company, "98.00")) is None
    assert remittance_for(line_of(company, "98.00", "Zahlung 4711 Danke")) == second
    assert remittance_for(line_of(company, "98.00", "Zahlung x4711")) is None


def test_of_two_lines_of_one_amount_none_is_meant_until_a_person_says_which(company: Any) -> None:
    remittance = take(company, "INV-1,,,98.00,")
    first = line_of(company, "98.00")
    assert remittance_for(first) == remittance
    second = line_of(company, "98.00")
    assert remittances_of(company.pk, [first, second]) == {}
    join_remittance(remittance.pk, second.pk, by=None)
    assert remittances_of(company.pk, [first, second]) == {second.pk: remittance}


def test_the_advice_of_many_lines_takes_as_many_queries_as_of_one(
    company: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    lines = [line_of(company, f"{number}.00") for number in range(1, 6)]
    made = [take(company, f"INV-{number},,,{number}.00,") for number in range(1, 6)]
    for asked in (lines[:1], lines):
        with django_assert_num_queries(3):
            found = remittances_of(company.pk, asked)
        assert found == {line.pk: advice for line, advice in zip(asked, made, strict=False)}


def test_one_long_before_or_in_another_currency_is_not_meant(company: Any) -> None:
    take(company, "INV-1,,,98.00,", paid_on=date(2025, 12, 1))
    take(company, "INV-1,,,98.00 ,", currency="USD")
    assert remittance_for(line_of(company, "98.00")) is None


def test_what_a_line_means_is_one_open_item_or_a_problem_in_words(company: Any, customer: Any) -> None:
    paid = world.issue(customer, "10.00", BEFORE)
    world.apply(world.receive(customer, "10.00", BEFORE), paid, "10.00", BEFORE)
    part_open = world.issue(customer, "20.00", BEFORE)
    world.apply(world.receive(customer, "5.00", BEFORE), part_open, "5.00", BEFORE)
    take(company, f"{paid.number},,,10.00,", f"{part_open.number},,,20.00,", "INV-2099-0001,,,1.00,")

    found = explained(remittance_for(line_of(company, "31.00")))
    assert [each.problem for each in found] == [
        "Nothing is open of it.",
        "Only €15.00 is open of it.",
        "That is no document of ours.",
    ]


def test_it_is_applied_as_it_says_and_what_was_taken_off_stays_open(company: Any, customer: Any, clerk: Any) -> None:
    first, second = world.issue(customer, "100.00", BEFORE), world.issue(customer, "50.00", BEFORE)
    line = line_of(company, "148.00")
    remittance = take(company, f"{first.number},100.00,2.00,98.00,Skonto", f"{second.number},,,50.00,")

    [receipt] = apply_remittance(remittance.pk, line.pk, by=clerk)

    assert (receipt.customer, receipt.amount, receipt.bank_line, receipt.received_on) == (customer, 148, line, DAY)
    assert (world.open_of(first), world.open_of(second), left_of(line)) == (2, 0, 0)
    assert RemittanceUse.objects.get().receipt == receipt
    row = AuditRecord.objects.get(action="apply_remittance")
    assert (row.by, row.after["receipts"]) == (clerk, receipt.number)
    assert check_book() == []


def discounted(company: Any, customer: Any, dated_on: date) -> Any:
    """An invoice of 100.00 with 2 % for paying within ten days."""
    details = TermsDetails(f"2/10 {dated_on}", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    return world.issue(customer, "100.00", dated_on, terms_id=add_terms(company, details, by=None).pk)


def test_an_early_payment_discount_that_was_earned_is_granted_and_one_that_was_not_stays_open(
    company: Any, customer: Any, clerk: Any
) -> None:
    early, late = discounted(company, customer, date(2026, 2, 25)), discounted(company, customer, BEFORE)
    rows = [f"{each.number},100.00,2.00,98.00,Skonto" for each in (early, late)]

    [receipt] = apply_remittance(take(company, *rows).pk, line_of(company, "196.00").pk, by=clerk)

    assert (receipt.amount, world.open_of(early), world.open_of(late)) == (196, 0, 2)
    assert receipt.bank_match.reasons == ["their remittance advice says so"]
    assert check_book() == []


def test_a_discount_that_needs_approval_is_refused_and_nothing_recorded(
    company: Any, customer: Any, clerk: Any
) -> None:
    set_approval_rules(company, {"credit_invoice": (Decimal(1), "manager")}, by=None)
    invoice = discounted(company, customer, date(2026, 2, 25))
    line = line_of(company, "98.00")
    remittance = take(company, f"{invoice.number},100.00,2.00,98.00,Skonto")
    refusal = refusal_of(lambda: apply_remittance(remittance.pk, line.pk, by=clerk))
    assert refusal.code == "approval_needed"
    assert nothing_is_recorded()
    assert world.open_of(invoice) == 100


def test_a_credit_memo_that_the_payer_takes_off_is_applied_first(company: Any, customer: Any) -> None:
    first, second = world.issue(customer, "30.00", BEFORE), world.issue(customer, "70.00", BEFORE)
    memo = world.issue_credit_memo(customer, "40.00", BEFORE)
    line = line_of(company, "60.00")
    rows = [f"{first.number},,,30.00,", f"{memo.number},,,-40.00,", f"{second.number},,,70.00,"]

    [receipt] = apply_remittance(take(company, *rows).pk, line.pk, by=None)

    assert receipt.amount == 60
    assert [world.open_of(each) for each in (first, second, memo)] == [0, 0, 0]
    assert check_book() == []


def test_an_advice_of_several_customers_makes_a_receipt_for_each(company: Any, customer: Any) -> None:
    sister = world.make_customer(company, "Bramble South Ltd")
    first, second = world.issue(customer, "30.00", BEFORE), world.issue(sister, "70.00", BEFORE)
    line = line_of(company, "100.00")

    receipts = apply_remittance(
        take(company, f"{first.number},,,30.00,", f"{second.number},,,70.00,").pk, line.pk, by=None
    )

    assert [(each.customer, each.amount) for each in receipts] == [(customer, 30), (sister, 70)]
    assert (world.open_of(first), world.open_of(second), left_of(line)) == (0, 0, 0)


def test_what_does_not_fit_is_refused_and_nothing_is_recorded(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "120.00")
    too_much = take(company, f"{invoice.number},,,120.00,")
    refusal = refusal_of(lambda: apply_remittance(too_much.pk, line.pk, by=None))
    assert (refusal.code, refusal.message) == (
        "not_as_advised",
        f"{invoice.number}: Only €100.00 is open of it.",
    )
    less = take(company, f"{invoice.number},,,100.00,")
    refusal = refusal_of(lambda: apply_remittance(less.pk, line.pk, by=None))
    assert (refusal.code, refusal.message) == (
        "amounts_differ",
        "The advice comes to €100.00, but €120.00 is left of the bank line.",
    )
    assert refusal_of(lambda: join_remittance(less.pk, line.pk, by=None)).code == "amounts_differ"
    sister = world.make_customer(company, "Bramble South Ltd")
    memo = world.issue_credit_memo(sister, "5.00", BEFORE)
    takes = take(company, f"{invoice.number},,,100.00,", f"{memo.number},,,-5.00,")
    refusal = refusal_of(lambda: apply_remittance(takes.pk, line_of(company, "95.00").pk, by=None))
    assert refusal.code == "nothing_paid"
    assert nothing_is_recorded()


def test_it_is_applied_once_and_again_only_after_a_mistake_was_taken_back(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "100.00")
    remittance = take(company, f"{invoice.number},,,100.00,")
    [receipt] = apply_remittance(remittance.pk, line.pk, by=None)

    for act in (
        lambda: apply_remittance(remittance.pk, line.pk, by=None),
        lambda: part_remittance(remittance.pk, by=None),
        lambda: withdraw_remittance(remittance.pk, reason="r", by=None),
    ):
        assert refusal_of(act).code == "invalid_move"

    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="wrong customer", mistaken=True)
    assert world.open_of(invoice) == 100
    [again] = apply_remittance(remittance.pk, line.pk, by=None)
    assert (again.amount, world.open_of(invoice)) == (100, 0)
    assert check_book() == []


def test_it_is_joined_parted_and_withdrawn(company: Any, customer: Any, clerk: Any) -> None:
    line, other = line_of(company, "98.00"), line_of(company, "98.00")
    remittance = take(company, "INV-1,,,98.00,")
    join_remittance(remittance.pk, other.pk, by=clerk)
    assert (remittance_for(other), remittance_for(line)) == (remittance, None)
    second = take(company, "INV-2,,,98.00,")
    assert refusal_of(lambda: join_remittance(second.pk, other.pk, by=clerk)).code == "line_explained"
    assert refusal_of(lambda: join_remittance(remittance.pk, line.pk, by=clerk)).code == "line_explained"

    part_remittance(remittance.pk, by=clerk)
    assert refusal_of(lambda: part_remittance(remittance.pk, by=clerk)).code == "invalid_move"
    assert refusal_of(lambda: withdraw_remittance(second.pk, reason=" ", by=clerk)).code == "reason_missing"
    withdraw_remittance(second.pk, reason="Sent twice", by=clerk)
    assert remittance_for(line) is None
    assert refusal_of(lambda: withdraw_remittance(second.pk, reason="r", by=clerk)).code == "invalid_move"
    assert refusal_of(lambda: join_remittance(second.pk, line.pk, by=clerk)).code == "invalid_move"
    acts = AuditRecord.objects.filter(by=clerk).values_list("action", flat=True)
    assert list(acts.order_by("pk")) == ["join_remittance", "part_remittance", "withdraw_remittance"]


def test_another_companys_advice_explains_nothing_of_ours(company: Any, customer: Any) -> None:
    theirs = take(world.make_company(legal_name="Birch Ltd"), "INV-1,,,98.00,")
    line = line_of(company, "98.00")
    assert remittance_for(line) is None
    assert refusal_of(lambda: apply_remittance(theirs.pk, line.pk, by=None)).code == "unknown_remittance"


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE payments_remittance SET total = total + 1", "stays as it came"),
        ("DELETE FROM payments_remittance", "stays as it came"),
        ("UPDATE payments_remittanceline SET paid = 1", "payments_remittanceline"),
        ("DELETE FROM payments_remittanceline", "payments_remittanceline"),
        ("DELETE FROM payments_remittanceuse", "payments_remittanceuse"),
    ],
)
def test_what_a_payer_advised_stays_as_it_came(company: Any, customer: Any, sql: str, guard: str) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    remittance = take(company, f"{invoice.number},,,100.00,")
    apply_remittance(remittance.pk, line_of(company, "100.00").pk, by=None)
    with pytest.raises(Exception, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"total": 0}, "remittance_pays_something"),
        ({"sha256": "taken"}, "remittance_once_per_company"),
        ({"withdrawn_because": "r", "with_line": True}, "withdrawn_remittance_explains_nothing"),
    ],
)
def test_the_database_refuses_an_advice_that_may_not_be(company: Any, more: dict[str, Any], constraint: str) -> None:
    kept = {"company": company, "name": "n", "kind": "CSV", "content": b"", "currency": "EUR"}
    Remittance.objects.create(**kept, sha256="taken", total=1)
    values = {"sha256": "x", "total": 1} | more
    if values.pop("with_line", False):
        values["bank_line"] = line_of(company, "1.00")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Remittance.objects.create(**kept, **values)


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"paid": 0}, "remittance_line_has_an_amount"),
        ({"discount": 1}, "remittance_line_deducts_for_a_reason"),
        ({"reason": "price"}, "remittance_line_deducts_for_a_reason"),
        ({"position": 1}, "remittance_line_once"),
    ],
)
def test_the_database_refuses_a_line_that_may_not_be(company: Any, more: dict[str, Any], constraint: str) -> None:
    remittance = take(company, "INV-1,,,98.00,")
    values = {"position": 2, "paid": 1, "discount": 0, "reference": "A"} | more
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RemittanceLine.objects.create(remittance=remittance, **values)


@pytest.mark.django_db(transaction=True)
def test_two_who_apply_one_advice_at_once_record_it_once(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "100.00")
    remittance = take(company, f"{invoice.number},,,100.00,")

    results = in_parallel([lambda: apply_remittance(remittance.pk, line.pk, by=None)] * 3)

    assert sum(isinstance(each, list) for each in results) == 1
    assert {each.code for each in results if isinstance(each, Refused)} == {"invalid_move"}
    assert (Receipt.objects.count(), world.open_of(invoice), left_of(line)) == (1, 0, 0)
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_applying_and_matching_one_line_at_once_spend_it_once(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "100.00")
    remittance = take(company, f"{invoice.number},,,100.00,")

    results = in_parallel(
        [
            lambda: apply_remittance(remittance.pk, line.pk, by=None),
            lambda: match_bank_line(line.pk, customer, Decimal(100), Plan(oldest_first=True), by=None),
        ]
    )

    assert sum(isinstance(each, Refused) for each in results) == 1
    assert (Receipt.objects.count(), world.open_of(invoice), left_of(line)) == (1, 0, 0)
