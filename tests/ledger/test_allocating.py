"""Joining what is owed with what settles it: to the cent, in both currencies, and what is refused in which words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.allocating import Pair, allocate, company_amounts, lock_items, oldest_first, undo_allocation
from ledger.models import Allocation, Entry, ItemKind, Line, OpenItem
from ledger.posting import post_mirror
from ledger.refusals import Refused
from tests.ledger.entering import DAY, one

LATER = date(2026, 3, 9)


def unsaved(pk: int, balance: str, due: int = 1, dated: int = 1) -> OpenItem:
    return OpenItem(
        pk=pk, balance=Decimal(balance), due_on=date(2026, 4, due), dated_on=date(2026, 3, dated), currency="EUR"
    )


def pairs_of(debits: list[OpenItem], credits: list[OpenItem]) -> list[tuple[int, int, str]]:
    return [(pair.debit_id, pair.credit_id, f"{pair.amount}") for pair in oldest_first(debits, credits)]


def test_the_oldest_due_is_paid_by_the_oldest_credit_until_one_side_is_used_up() -> None:
    debits = [unsaved(1, "50", due=3), unsaved(2, "70", due=1), unsaved(3, "10", due=2)]
    credits = [unsaved(8, "-60", dated=5), unsaved(9, "-25", dated=4)]
    assert pairs_of(debits, credits) == [(2, 9, "25"), (2, 8, "45"), (3, 8, "10"), (1, 8, "5")]
    assert pairs_of(debits, []) == pairs_of([], credits) == []


def test_of_the_same_day_the_earlier_dated_and_then_the_earlier_entered_goes_first() -> None:
    debits = [unsaved(3, "1", dated=2), unsaved(2, "1", dated=1), unsaved(1, "1", dated=2)]
    credits = [unsaved(9, "-1"), unsaved(7, "-1"), unsaved(8, "-1", due=9, dated=1)]
    assert pairs_of(debits, credits) == [(2, 7, "1"), (1, 8, "1"), (3, 9, "1")]


def test_what_has_nothing_open_is_passed_over() -> None:
    assert pairs_of([unsaved(1, "0"), unsaved(2, "5")], [unsaved(8, "0"), unsaved(9, "-3")]) == [(2, 9, "3")]
    assert pairs_of([unsaved(1, "0.50")], [unsaved(9, "-0.50")]) == [(1, 9, "0.50")]


def rows(*allocations: Allocation) -> list[tuple[Any, ...]]:
    return [
        (row.debit_id, row.credit_id, row.amount, row.debit_company_amount, row.credit_company_amount)
        for row in allocations
    ]


@pytest.mark.django_db
def test_items_are_locked_and_read_as_they_are(customer: Any, django_assert_num_queries: Any) -> None:
    debit = one(customer, "D", "100")
    with django_assert_num_queries(2):
        found = [(pk, each.reference, each.entry.key) for pk, each in lock_items([debit.pk, debit.pk]).items()]
    assert found == [(debit.pk, "D", "D")]


@pytest.mark.django_db
def test_an_allocation_is_entered_with_who_and_why(customer: Any, clerk: Any) -> None:
    debit, credit = one(customer, "D", "100"), one(customer, "C", "-60", kind=ItemKind.PAYMENT)
    [made] = allocate([Pair(debit.pk, credit.pk, Decimal(40))], dated_on=LATER, by_id=clerk.pk, reason="as told")

    kept = Allocation.objects.get(pk=made.pk)
    assert rows(kept) == [(debit.pk, credit.pk, 40, 40, 40)]
    assert (kept.dated_on, kept.by_id, kept.reason, kept.reverses) == (LATER, clerk.pk, "as told", None)
    assert [OpenItem.objects.get(pk=each.pk).balance for each in (debit, credit)] == [60, -20]
    assert Entry.objects.count() == 2
    [last] = allocate([Pair(debit.pk, credit.pk, Decimal(20))], dated_on=LATER, by_id=None)
    assert (last.reason, last.by_id) == ("", None)
    assert rows(last) == [(debit.pk, credit.pk, 20, 20, 20)]


REFUSED = [
    ("0", "The amount to apply must be above zero.", "amount_not_positive"),
    ("-1", "The amount to apply must be above zero.", "amount_not_positive"),
    ("0.001", "0.001 has more places than EUR has.", "too_many_places"),
    ("100.01", "D has 100.00 EUR open; 100.01 cannot be applied.", "more_than_open"),
    ("60.01", "C has 60.00 EUR open; 60.01 cannot be applied.", "more_than_open"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "message", "code"), REFUSED)
def test_what_cannot_be_applied_is_refused_and_nothing_entered(
    customer: Any, amount: str, message: str, code: str
) -> None:
    debit, credit = one(customer, "D", "100"), one(customer, "C", "-60")
    with pytest.raises(Refused) as refusal:
        allocate([Pair(debit.pk, credit.pk, Decimal(amount))], dated_on=DAY, by_id=None)
    assert (refusal.value.message, refusal.value.code) == (message, code)
    assert not Allocation.objects.exists()


@pytest.mark.django_db
def test_several_parts_of_one_item_count_together(customer: Any) -> None:
    debit, credits = one(customer, "D", "100"), [one(customer, f"C{n}", "-60") for n in (1, 2)]
    with pytest.raises(Refused, match=r"^D has 100\.00 EUR open; 120\.00 cannot be applied\.$"):
        allocate([Pair(debit.pk, each.pk, Decimal("60.00")) for each in credits], dated_on=DAY, by_id=None)
    made = allocate([Pair(debit.pk, each.pk, Decimal("50.00")) for each in credits], dated_on=DAY, by_id=None)
    assert rows(*made) == [(debit.pk, each.pk, 50, 50, 50) for each in credits]


@pytest.mark.django_db
def test_in_foreign_money_each_part_takes_its_share_and_the_last_the_rest(customer: Any) -> None:
    """A third of 100.00 dollars that stand for 90.01 euros, three times, and one cent."""
    debit = one(customer, "D", "100", "90.01")
    credit = one(customer, "C", "-100", "-90.01")
    made = [
        allocate([Pair(debit.pk, credit.pk, Decimal(amount))], dated_on=DAY, by_id=None)[0]
        for amount in ("33.33", "33.33", "33.33", "0.01")
    ]
    shares = [Decimal(amount) for amount in ("30.00", "30.00", "30.00", "0.01")]
    assert [(row.debit_company_amount, row.credit_company_amount) for row in made] == [(each, each) for each in shares]
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_parts_entered_together_are_those_entered_one_after_the_other(customer: Any) -> None:
    debit, credit = one(customer, "D", "3", "1"), one(customer, "C", "-3", "-1")
    made = allocate([Pair(debit.pk, credit.pk, Decimal(1))] * 3, dated_on=DAY, by_id=None)
    assert [row.debit_company_amount for row in made] == [Decimal(amount) for amount in ("0.33", "0.34", "0.33")]
    assert [row.credit_company_amount for row in made] == [Decimal(amount) for amount in ("0.33", "0.34", "0.33")]


@pytest.mark.django_db
def test_parts_of_less_than_one_are_shared_out_too(customer: Any) -> None:
    debit, credit = one(customer, "D", "0.60", "0.50"), one(customer, "C", "-0.60", "-0.50")
    made = allocate([Pair(debit.pk, credit.pk, Decimal("0.30"))] * 2, dated_on=DAY, by_id=None)
    assert [row.debit_company_amount for row in made] == [Decimal("0.25")] * 2


@pytest.mark.django_db
def test_no_part_takes_more_than_is_left_in_the_companys_money(customer: Any) -> None:
    debit, credit = one(customer, "D", "100", "0.01"), one(customer, "C", "-100", "-0.01")
    made = allocate(
        [Pair(debit.pk, credit.pk, Decimal(60)), Pair(debit.pk, credit.pk, Decimal(40))], dated_on=DAY, by_id=None
    )
    assert [row.debit_company_amount for row in made] == [Decimal("0.01"), 0]


@pytest.mark.django_db
def test_what_exchange_gained_is_entered_against_the_receivable(customer: Any, clerk: Any) -> None:
    debit = one(customer, "D", "100", "90")
    credit = one(customer, "C", "-100", "-94", kind=ItemKind.PAYMENT)
    [made] = allocate([Pair(debit.pk, credit.pk, Decimal(100))], dated_on=LATER, by_id=clerk.pk)

    assert rows(made) == [(debit.pk, credit.pk, 100, 90, 94)]
    fact = Entry.objects.get(key=f"exchange:{made.pk}")
    assert (fact.company_id, fact.kind, fact.dated_on, fact.by_id) == (customer.company_id, "exchange", LATER, clerk.pk)
    assert (fact.currency, fact.company_currency, fact.reference) == ("USD", "EUR", "D")
    columns = ("account__role", "amount", "company_amount", "customer_id")
    assert list(Line.objects.filter(entry=fact).order_by("id").values_list(*columns)) == [
        ("receivable", 0, 4, customer.pk),
        ("exchange", 0, -4, None),
    ]


@pytest.mark.django_db
def test_what_a_share_stands_for_is_what_settling_it_would_take(customer: Any) -> None:
    foreign, own = one(customer, "D", "3", "1"), one(customer, "E", "5")
    credit = one(customer, "C", "-3", "-1")
    allocate([Pair(foreign.pk, credit.pk, Decimal(1))], dated_on=DAY, by_id=None)
    items = lock_items([foreign.pk, own.pk, credit.pk])
    asked = [(foreign.pk, "1"), (own.pk, "2"), (own.pk, "3"), (credit.pk, "2")]
    assert company_amounts((items[pk], Decimal(amount)) for pk, amount in asked) == [
        Decimal(amount) for amount in ("0.34", "2", "3", "0.67")
    ]
    assert items[foreign.pk].balance == 2


@pytest.mark.django_db
def test_an_undoing_is_the_exact_opposite_on_its_own_day(customer: Any, clerk: Any) -> None:
    debit, credit = one(customer, "D", "100", "90"), one(customer, "C", "-100", "-94")
    [made] = allocate([Pair(debit.pk, credit.pk, Decimal(50))], dated_on=DAY, by_id=clerk.pk)
    undone = undo_allocation(made.pk, dated_on=LATER, by_id=clerk.pk, reason="not theirs")

    kept = Allocation.objects.get(pk=undone.pk)
    assert rows(kept) == [(debit.pk, credit.pk, -50, -45, -47)]
    assert (kept.dated_on, kept.reverses, kept.reason, kept.by_id) == (LATER, made, "not theirs", clerk.pk)
    assert [OpenItem.objects.get(pk=each.pk).balance for each in (debit, credit)] == [100, -100]
    gained = Line.objects.filter(entry__key=f"exchange:{kept.pk}", account__role="receivable").get()
    assert (gained.company_amount, gained.dated_on) == (-2, LATER)


def refusal_of(allocation: Allocation, on: date) -> tuple[str, str]:
    before = Allocation.objects.count()
    with pytest.raises(Refused) as refusal:
        undo_allocation(allocation.pk, dated_on=on, by_id=None, reason="why")
    assert Allocation.objects.count() == before
    return refusal.value.message, refusal.value.code


@pytest.mark.django_db
def test_an_allocation_is_undone_once_not_before_it_was_made_and_not_of_a_reversal(customer: Any) -> None:
    debit, credit = one(customer, "D", "100"), one(customer, "C", "-100")
    [made] = allocate([Pair(debit.pk, credit.pk, Decimal(50))], dated_on=DAY, by_id=None)
    assert refusal_of(made, date(2026, 3, 1)) == (
        "It can be undone on the day on which it was made, or later.",
        "before_it_was_made",
    )
    undone = undo_allocation(made.pk, dated_on=DAY, by_id=None, reason="why")
    already = ("This allocation has been undone already.", "already_undone")
    assert refusal_of(made, DAY) == refusal_of(undone, DAY) == already

    other = one(customer, "E", "70")
    mirror = post_mirror(other.entry, key="back", kind="void", dated_on=DAY, by_id=None)
    [settled] = allocate([Pair(other.pk, mirror.items.get().pk, Decimal(70))], dated_on=DAY, by_id=None)
    assert refusal_of(settled, DAY) == (
        "It belongs to a reversal, and that stands. Record the payment anew.",
        "reversal_stands",
    )
