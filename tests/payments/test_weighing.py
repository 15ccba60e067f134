"""Each reading of a payment to the last word: what it settles, how surely, and why. Values in, values out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from payments.matching.facts import Advice, Debt, Deduction, Evidence, Fit, Payment, Proposal, Share, Sign
from payments.matching.weighing import MOST_DEBTS, weigh
from payments.models import Rest
from tests.payments.weighed import ACCOUNT, DAY, NAME, OURS, THEIRS, debt, paid, read, told

SAID = "advice RA-7 of 2 March"
DAMAGED = Deduction(Decimal(10), "Damaged goods", Rest.DISPUTE, 4)
EARLY = {"discount": Decimal(20), "early_until": DAY}


def advice(said: dict[int, str], **more: Any) -> Advice:
    """What an advice says was paid of open items."""
    known = {"id": 9, "name": SAID, "customer_id": OURS, "deducted": {}}
    return Advice(**known | {"paid": {pk: Decimal(amount) for pk, amount in said.items()}} | more)


def shares(*parts: tuple[Debt, str] | tuple[Debt, str, str]) -> tuple[Share, ...]:
    return tuple(Share(each, *map(Decimal, amounts)) for each, *amounts in parts)


def why(proposals: list[Proposal]) -> list[tuple[str, ...]]:
    return [each.reasons for each in proposals]


def test_an_advice_is_read_item_by_item_with_what_it_takes_off() -> None:
    one, two, three = debt(1, "100"), debt(2, "70"), debt(3, "30")
    wrong = replace(DAMAGED, amount=Decimal(5), why="Wrong price")
    said = advice({1: "100", 2: "60", 3: "25"}, deducted={2: DAMAGED, 3: wrong})
    [found] = read(paid("185"), [one, two, three, debt(4, "1")], advices=[said])

    assert found == Proposal(
        OURS,
        Decimal(185),
        shares((one, "100"), (two, "60"), (three, "25")),
        frozenset({Sign.ADVICE}),
        Fit.ADVISED,
        (
            f"{SAID} says so: 3 documents",
            "damaged goods is taken off INV-2026-0002; wrong price is taken off INV-2026-0003",
        ),
        advice=said,
        rests=((two, DAMAGED), (three, wrong)),
    )
    assert found.rest == 0


def test_an_advice_of_one_document_names_it() -> None:
    [found] = read(paid("100"), [debt(1, "100"), debt(2, "70")], advices=[advice({1: "100"})])
    assert found.reasons == (f"{SAID} says so: INV-2026-0001", "the amount is exactly what it comes to")
    assert found.rests == ()


@pytest.mark.parametrize(
    ("taken", "amount", "more"),
    [
        ("19", "980", EARLY),
        ("20", "979", EARLY),
        ("20", "980", {"discount": Decimal(20), "early_until": date(2026, 3, 1)}),
        ("19", "981", EARLY),
    ],
)
def test_what_an_advice_takes_off_is_a_rest_unless_it_is_the_discount_to_the_cent_and_in_time(
    taken: str, amount: str, more: dict[str, Any]
) -> None:
    owed = debt(1, "1000", **more)
    off = replace(DAMAGED, amount=Decimal(taken))
    [found] = read(paid(amount), [owed], advices=[advice({1: amount}, deducted={1: off})])
    assert (found.shares, found.rests) == (shares((owed, amount)), ((owed, off),))


def test_a_discount_that_an_advice_takes_in_time_is_granted_and_one_that_it_does_not_take_is_not() -> None:
    owed = debt(1, "1000", **EARLY)
    off = replace(DAMAGED, amount=Decimal(20))
    [found] = read(paid("980"), [owed], advices=[advice({1: "980"}, deducted={1: off})])
    assert (found.shares, found.rests) == (shares((owed, "980", "20")), ())
    assert found.reasons[-1] == "the amount is exactly what it comes to"
    [found] = read(paid("980"), [owed], advices=[advice({1: "980"})])
    assert (found.shares, found.rests) == (shares((owed, "980")), ())


@pytest.mark.parametrize(
    ("said", "amount"), [({1: "100", 9: "5"}, "105"), ({}, "0"), ({1: "100"}, "99"), ({1: "100"}, "101")]
)
def test_an_advice_of_other_items_or_of_another_amount_says_nothing(said: dict[int, str], amount: str) -> None:
    assert read(paid(amount), [debt(1, "100")], advices=[advice(said)]) == []


def test_where_credits_of_ours_are_taken_off_too_the_items_come_to_more_than_was_paid() -> None:
    [found] = read(paid("90"), [debt(1, "100")], advices=[advice({1: "100"}, takes_credit=True)])
    assert told(found) == [(1, "100")]
    assert found.rest == 0


def test_an_advice_with_a_problem_is_told_and_not_followed() -> None:
    broken = [advice({1: "100"}, problem="INV-9: not known"), advice({1: "100"}, name="another", problem="INV-8: paid")]
    [found] = read(paid("100"), [debt(1, "100")], advices=broken)
    assert found.reasons == (
        f"{SAID} says so, but INV-9: not known",
        "the amount is exactly INV-2026-0001, and of nothing else of theirs",
    )
    assert (found.signs, found.fit, found.advice) == ({Sign.ADVICE}, Fit.EXACT, None)


def test_an_advice_of_another_customer_is_theirs() -> None:
    said = advice({2: "100"}, customer_id=THEIRS)
    ours, theirs = read(paid("100"), [debt(1, "100"), debt(2, "100", THEIRS)], payers=ACCOUNT, advices=[said])
    assert [ours.customer_id, theirs.customer_id] == [THEIRS, OURS]
    assert (ours.advice, theirs.advice) == (said, None)


def test_an_advice_that_says_just_what_is_named_confirms_it() -> None:
    owed, said = debt(1, "100"), advice({1: "100"})
    [found] = read(paid("100"), [owed, debt(2, "70")], {1: Sign.NUMBER}, NAME, advices=[said])
    assert found == Proposal(
        OURS,
        Decimal(100),
        shares((owed, "100")),
        frozenset({Sign.NUMBER, Sign.NAME, Sign.ADVICE}),
        Fit.EXACT,
        (
            f"{SAID} says so: INV-2026-0001",
            "INV-2026-0001 in their words",
            "has the payer's name",
            "the amount is exactly what is open of it",
        ),
        advice=said,
    )


def test_a_confirmed_part_keeps_what_becomes_of_the_rest() -> None:
    owed, said = debt(1, "110"), advice({1: "100"}, deducted={1: DAMAGED})
    [found] = read(paid("100"), [owed], {1: Sign.NUMBER}, advices=[said])
    assert (found.fit, found.rests, found.named) == (Fit.PART, ((owed, DAMAGED),), 1)


def test_an_advice_that_says_otherwise_than_is_named_stands_beside_it() -> None:
    found = read(paid("100"), [debt(1, "100"), debt(2, "100")], {1: Sign.NUMBER}, advices=[advice({2: "100"})])
    assert [(told(each), each.advice is None) for each in found] == [([(2, "100")], False), ([(1, "100")], True)]


def test_two_advices_of_the_same_are_two_readings_beside_what_is_named() -> None:
    both = [advice({1: "100"}), advice({1: "100"}, id=10, name="another")]
    found = read(paid("100"), [debt(1, "100")], {1: Sign.NUMBER}, advices=both)
    assert [each.advice for each in found] == [*both, None]


def test_references_and_numbers_are_told_apart_and_come_first() -> None:
    named = {1: Sign.REFERENCE, 2: Sign.NUMBER, 3: Sign.NUMBER}
    [found] = read(paid("60"), [debt(pk, "20") for pk in (1, 2, 3)], named, ACCOUNT)
    assert found.reasons == (
        "the reference of INV-2026-0001",
        "INV-2026-0002, INV-2026-0003 in their words",
        "paid from this account before",
        "the amount is exactly their sum",
    )
    assert found.signs == {Sign.REFERENCE, Sign.NUMBER, Sign.ACCOUNT}
    assert (found.is_only_fit, found.named, found.weight) == (True, 0, 2 * (12 + 10 + 7) + 9)


def test_less_than_is_open_of_what_is_named_goes_as_far_as_it_goes() -> None:
    one, two = debt(1, "100"), debt(2, "100")
    [found] = read(paid("130"), [one, two], dict.fromkeys((1, 2), Sign.NUMBER))
    assert (found.shares, found.fit, found.named, found.rest) == (shares((one, "100"), (two, "30")), Fit.PART, 2, 0)
    assert found.reasons[-1] == "€70.00 less than is open of them"
    [found] = read(paid("100"), [one, two, debt(3, "50")], dict.fromkeys((1, 3, 2), Sign.NUMBER))[:1]
    assert told(found) == [(1, "100")]


def test_by_less_than_a_whole_it_is_a_part_too() -> None:
    [found] = read(paid("99.50", "INV-2026-0001"), [debt(1, "100"), debt(2, "70")], {1: Sign.NUMBER}, NAME)
    assert (told(found), found.fit) == ([(1, "99.50")], Fit.PART)
    assert found.reasons[-1] == "€0.50 less than is open of it"


def test_more_than_is_open_of_what_is_named_stays_on_account() -> None:
    [found] = read(paid("101"), [debt(1, "100")], {1: Sign.NUMBER})
    assert (told(found), found.fit, found.named, found.rest) == ([(1, "100")], Fit.MORE, 1, 1)
    assert found.reasons[-1] == "€1.00 more than is open of it"


def test_what_does_not_fit_what_is_named_is_read_by_the_amount_as_well() -> None:
    found = read(paid("50"), [debt(1, "100"), debt(2, "50")], {1: Sign.NUMBER}, NAME)
    assert [(told(each), each.fit) for each in found] == [([(1, "50")], Fit.PART), ([(2, "50")], Fit.EXACT)]
    assert found[1].reasons == (
        "has the payer's name",
        "the amount is exactly INV-2026-0002, and of nothing else of theirs",
    )


def test_documents_that_are_paid_or_in_another_currency_are_told() -> None:
    [found] = read(
        paid("100"),
        [debt(1, "100")],
        settled={OURS: ["INV-7", "INV-8", "INV-7"]},
        foreign={OURS: {"INV-5": None, "INV-6": None}},
        amounts={OURS},
    )
    assert found.reasons == (
        "INV-5, INV-6 in their words, open in another currency",
        "INV-7, INV-8 in their words, which is paid",
        "nobody else owes exactly that",
        "the amount is exactly INV-2026-0001, and of nothing else of theirs",
    )
    assert found.signs == {Sign.FOREIGN_NUMBER, Sign.SETTLED_NUMBER, Sign.AMOUNT}


def test_several_who_owe_that_amount_are_told_so() -> None:
    found = read(paid("100"), [debt(1, "100"), debt(2, "100", THEIRS)], amounts={OURS, THEIRS})
    assert [each.reasons[0] for each in found] == ["they owe exactly that"] * 2


def test_the_oldest_go_first_where_nothing_fits_and_nothing_open_stays_on_account() -> None:
    [found] = read(paid("130"), [debt(1, "100"), debt(2, "70")], payers=ACCOUNT)
    assert (told(found), found.fit, found.reasons[-1]) == (
        [(1, "100"), (2, "30")],
        Fit.OLDEST_FIRST,
        "oldest first",
    )
    for amount in ("50", "0.50"):
        assert told(read(paid(amount), [debt(1, "100"), debt(2, "70")], payers=ACCOUNT)[0]) == [(1, amount)]
    [found] = read(paid("130"), [], payers=ACCOUNT)
    assert found == Proposal(
        OURS,
        Decimal(130),
        (),
        frozenset({Sign.ACCOUNT}),
        Fit.ON_ACCOUNT,
        ("paid from this account before", "nothing is open of theirs: it would stay on account"),
    )


def test_an_early_discount_is_found_by_the_amount_alone() -> None:
    one, two = debt(1, "1000", **EARLY), debt(2, "500")
    [found] = read(paid("980"), [one, two], payers=ACCOUNT)
    assert (found.shares, found.fit, found.is_only_fit) == (shares((one, "980", "20")), Fit.DISCOUNTED, True)
    assert found.reasons[-1] == (
        "the amount is INV-2026-0001 less the early-payment discount, and of nothing else of theirs"
    )
    [found] = read(paid("1480"), [one, two], payers=ACCOUNT)
    assert (found.shares, found.fit) == (shares((one, "980", "20"), (two, "500", "0")), Fit.SET)
    assert found.reasons[-1] == (
        "the amount is exactly INV-2026-0001, INV-2026-0002 together, and of nothing else of theirs"
    )


def test_a_discount_of_another_item_hides_no_sum() -> None:
    [found] = read(paid("100"), [debt(1, "60"), debt(2, "40"), debt(3, "1000", **EARLY)], payers=ACCOUNT)
    assert (told(found), found.fit) == ([(1, "60"), (2, "40")], Fit.SET)


def test_of_two_named_the_discount_of_one_is_taken() -> None:
    one, two = debt(1, "1000", **EARLY), debt(2, "500")
    [found] = read(paid("1480"), [one, two], dict.fromkeys((1, 2), Sign.NUMBER))
    assert (found.shares, found.fit) == (shares((one, "980", "20"), (two, "500", "0")), Fit.DISCOUNTED)
    assert found.reasons[-1] == "the amount is them less the early-payment discount"
    [found] = read(paid("980"), [one], {1: Sign.NUMBER})
    assert found.reasons[-1] == "the amount is it less the early-payment discount"


def test_an_item_and_a_discounted_one_of_the_same_amount_are_both_shown() -> None:
    found = read(paid("980"), [debt(1, "1000", **EARLY), debt(2, "980")], payers=ACCOUNT)
    assert [(told(each), each.fit, each.is_only_fit) for each in found] == [
        ([(2, "980")], Fit.EXACT, False),
        ([(1, "980")], Fit.DISCOUNTED, False),
    ]
    assert [each.reasons[-1] for each in found] == [
        "the amount is exactly INV-2026-0002, but other items fit it as well",
        "the amount is INV-2026-0001 less the early-payment discount, but other items fit it as well",
    ]


def test_of_many_that_fit_two_are_shown() -> None:
    found = read(paid("70"), [debt(pk, "70") for pk in (1, 2, 3)], payers=ACCOUNT)
    assert [told(each) for each in found] == [[(1, "70")], [(2, "70")]]
    early = [debt(pk, "1000", **EARLY) for pk in (1, 2, 3)]
    assert [told(each) for each in read(paid("980"), early, payers=ACCOUNT)] == [[(1, "980")], [(2, "980")]]


def test_among_more_debts_than_are_put_together_nothing_is_the_only_fit() -> None:
    few = [debt(pk, "100000") for pk in range(1, MOST_DEBTS)]
    assert [each.is_only_fit for each in read(paid("7"), [debt(70, "7"), *few[1:]], payers=ACCOUNT)] == [True]
    assert [each.is_only_fit for each in read(paid("7"), [debt(70, "7"), *few], payers=ACCOUNT)] == [False]
    [found] = read(paid("7"), [*few, debt(60, "100000"), debt(70, "7")], payers=ACCOUNT)
    assert found.fit == Fit.OLDEST_FIRST
    [found] = read(paid("7"), [*few, debt(60, "100000"), debt(70, "7")], {70: Sign.NUMBER}, ACCOUNT)
    assert told(found) == [(70, "7")]


def test_where_the_sums_were_not_tried_a_single_item_is_not_the_only_fit() -> None:
    debts = [debt(1, "100"), *(debt(pk, "1") for pk in range(2, 32))]
    found = read(paid("100"), debts, payers=ACCOUNT)
    assert [(told(each), each.is_only_fit) for each in found] == [([(1, "100")], False)]
    early = [debt(1, "120", **EARLY), *(debt(pk, "1") for pk in range(2, 32))]
    assert [(told(each), each.is_only_fit) for each in read(paid("100"), early, payers=ACCOUNT)] == [
        ([(1, "100")], False)
    ]


@pytest.mark.parametrize(
    ("text", "is_like"),
    [
        ("INV-2026-0091", True),  # one letter differs
        ("INV-2026-0092", False),
        ("X2026-0001", False),
        ("20260001", True),
        ("0001", True),
        ("001", False),  # too short to be the end of it
        ("2026", False),
    ],
)
def test_a_word_is_like_a_number_that_differs_by_a_letter_or_ends_so(text: str, is_like: bool) -> None:
    assert bool(read(paid("100", text), [debt(1, "100")], amounts={OURS})[0].signs - {Sign.AMOUNT}) is is_like


@pytest.mark.parametrize(
    ("text", "is_like"),
    [
        ("42", True),
        ("00042", True),
        ("0000042", True),
        ("R420", False),
        ("2", False),
        ("R43", False),
        ("R0043", True),
        ("R0053", False),
    ],
)
def test_a_number_is_also_known_by_its_digits_without_noughts(text: str, is_like: bool) -> None:
    one = replace(debt(1, "100"), reference="r-0042")
    assert bool(read(paid("100", text), [one], amounts={OURS})[0].signs - {Sign.AMOUNT}) is is_like


def test_what_is_like_a_word_is_read_first_and_then_what_else_adds_up() -> None:
    found = read(paid("100", "INV-2026-0091"), [debt(1, "100"), debt(2, "100")], payers=NAME)
    assert why(found) == [
        (
            "has the payer's name",
            "INV-2026-0001 is like a word of theirs",
            "the amount is exactly what is open of it",
        ),
        ("has the payer's name", "the amount is exactly INV-2026-0001, but other items fit it as well"),
        ("has the payer's name", "the amount is exactly INV-2026-0002, but other items fit it as well"),
    ]
    assert [each.is_only_fit for each in found] == [True, False, False]


def test_of_several_that_are_like_a_word_one_may_be_meant() -> None:
    found = read(paid("100", "0001 0002"), [debt(1, "100"), debt(2, "70")], amounts={OURS})
    assert [(told(each), each.is_only_fit, each.reasons[0]) for each in found] == [
        ([(1, "100")], False, "INV-2026-0001, INV-2026-0002 is like a word of theirs"),
        ([(1, "100")], True, "nobody else owes exactly that"),
    ]


def test_only_of_a_few_that_are_named_the_reading_says_so() -> None:
    named = dict.fromkeys((1, 2, 3), Sign.NUMBER)
    [found] = read(paid("100"), [debt(1, "60"), debt(2, "40"), debt(3, "70")], named, NAME)
    assert found.reasons[-1] == ("the amount is exactly INV-2026-0001, INV-2026-0002 together, though they name more")
    assert (found.fit, found.is_only_fit) == (Fit.SET, False)


def test_the_likeliest_customer_comes_first() -> None:
    evidence = {THEIRS: {Sign.ACCOUNT: "paid from this account before"}, OURS: {Sign.NAME: "has the payer's name"}}
    found = read(paid("100"), [debt(1, "100"), debt(2, "100", THEIRS)], payers=evidence)
    assert [each.customer_id for each in found] == [THEIRS, OURS]


def test_a_customer_of_whom_nothing_is_known_is_read_as_on_account() -> None:
    payment = Payment(1, Decimal(5), "EUR", DAY, ())
    [found] = weigh(payment, Evidence(payers={OURS: {Sign.TOLD: "they told us"}}), {})
    assert (found.fit, found.rest) == (Fit.ON_ACCOUNT, 5)
