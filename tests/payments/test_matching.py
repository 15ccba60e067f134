"""What a payment is read as, and which reading is certain: values in, values out."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from billing.payment_codes.references import qr_reference
from payments.matching.facts import Fit, Sign
from payments.matching.names import Names, plain_name
from payments.matching.sums import sets_that_sum
from payments.matching.words import documents_in_references, numbers_in_references, words_in
from tests.payments.weighed import ACCOUNT, DAY, NAME, OURS, THEIRS, debt, paid, read, rule_of, told


def test_words_are_whole_and_hold_a_digit() -> None:
    assert words_in(["Thanks for inv-2026-0042, 1814"]) >= {"INV20260042", "1814"}
    assert not {"THANKS", "14", "0042", "2026"} & words_in(["Thanks for inv-2026-0042, 1814"])


def test_neighbours_may_be_one_number_and_slashes_part_several() -> None:
    assert "INV20260042" in words_in(["invoice INV 2026 0042"])
    assert words_in(["A-1/A-2"]) == {"A1A2", "A1", "A2"}
    assert words_in(["1 4"]) == {"1", "4"}  # too short to be put together


def test_two_to_four_pieces_of_six_letters_or_more_are_put_together() -> None:
    assert words_in(["INV2026-42"]) == {"INV202642"}
    assert words_in(["INV 123"]) == {"123", "INV123"}
    assert words_in(["A1", "B2"]) == {"A1", "B2"}
    assert words_in(["A1 B2 C3 D4 E5"]) == {
        *("A1", "B2", "C3", "D4", "E5"),
        *("A1B2C3", "B2C3D4", "C3D4E5"),
        *("A1B2C3D4", "B2C3D4E5"),
    }


def test_of_very_many_words_the_longest_are_kept() -> None:
    short, long = [f"{n:02}" for n in range(100)], [f"{n:020}" for n in range(40)]
    found = words_in([" ".join(short + long)])
    assert (len(found), min(map(len, found))) == (200, 8)
    assert found > set(long)


def test_a_reference_counts_only_with_its_check_digits() -> None:
    assert numbers_in_references(["RF18539007547034", "RF19539007547034"]) == {"539007547034"}
    right = qr_reference(42)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert (documents_in_references([right]), documents_in_references([wrong])) == ({42}, set())
    assert documents_in_references(words_in(["+++000/0000/04242+++"])) == {42}
    assert documents_in_references(["000000004243", "00000000422", "00000000423"]) == {42}


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Bramble GmbH", "bramble"),
        ("BRAMBLE", "bramble"),
        ("Söhne & Müller KG", "muller sohne"),
        ("The Company", "company the"),
    ],
)
def test_a_name_is_its_words_without_its_legal_form(written: str, plain: str) -> None:
    assert plain_name(written) == plain


def test_a_name_with_a_wrong_letter_is_like_another_and_a_different_one_is_not() -> None:
    names = Names([(1, "Bramble & Sons Ltd"), (2, "Bromley Sons Ltd"), (3, "Cedar AG")])
    assert names.same("sons bramble") == [1]
    assert names.like("Bramble and Son") == [1]
    assert names.like("Birch AG") == []


def test_the_named_document_with_its_exact_amount_and_payer_is_certain() -> None:
    found = read(paid("100"), [debt(1, "100"), debt(2, "70")], {1: Sign.NUMBER}, NAME)
    assert told(found[0]) == [(1, "100")]
    assert found[0].reasons == (
        "INV-2026-0001 in their words",
        "has the payer's name",
        "the amount is exactly what is open of it",
    )
    assert rule_of(found, "100") == "number_and_payer"


def test_all_10_a_number_without_its_payer_or_with_another_amount_needs_a_person() -> None:
    assert rule_of(read(paid("100"), [debt(1, "100")], {1: Sign.NUMBER}), "100") is None
    assert rule_of(read(paid("99"), [debt(1, "100")], {1: Sign.NUMBER}, NAME), "99") is None
    assert rule_of(read(paid("101"), [debt(1, "100")], {1: Sign.NUMBER}, NAME), "101") is None


def test_somebody_elses_name_speaks_against_a_number() -> None:
    others = {THEIRS: {Sign.NAME: "has the payer's name"}}
    found = read(paid("100"), [debt(1, "100"), debt(2, "5", THEIRS)], {1: Sign.NUMBER}, ACCOUNT | others)
    assert found[0].customer_id == OURS
    assert rule_of(found, "100") is None


def test_two_customers_of_one_name_are_told_apart_by_the_number() -> None:
    both = NAME | {THEIRS: {Sign.NAME: "has the payer's name"}}
    assert rule_of(read(paid("100"), [debt(1, "100"), debt(2, "100", THEIRS)], {1: Sign.NUMBER}, both), "100")


def test_a_checked_reference_needs_no_name_but_no_other_document_beside_it() -> None:
    debts = [debt(1, "100"), debt(2, "50", THEIRS)]
    assert rule_of(read(paid("100"), debts, {1: Sign.REFERENCE}), "100") == "reference"
    assert rule_of(read(paid("100"), debts, {1: Sign.REFERENCE, 2: Sign.NUMBER}), "100") is None


def test_several_named_are_certain_only_if_they_are_the_amount_all_together() -> None:
    debts, named = [debt(1, "100"), debt(2, "70"), debt(3, "30")], dict.fromkeys((1, 2), Sign.NUMBER)
    assert told(read(paid("170"), debts, named, NAME)[0]) == [(1, "100"), (2, "70")]
    assert rule_of(read(paid("170"), debts, named, NAME), "170") == "number_and_payer"
    less = read(paid("100"), debts, named, NAME)
    assert (told(less[0]), less[0].reasons[-1]) == (
        [(1, "100")],
        "the amount is exactly INV-2026-0001, though they name more",
    )
    assert rule_of(less, "100") is None


def test_a_discount_explains_the_difference_in_time_only() -> None:
    early = debt(1, "1000", discount=Decimal(20), early_until=DAY)
    found = read(paid("980"), [early], {1: Sign.NUMBER}, NAME)
    assert (found[0].fit, found[0].shares[0].discount) == (Fit.DISCOUNTED, 20)
    assert rule_of(found, "980") == "number_and_payer"
    assert rule_of(found, "980", discounts=False) is None
    late = debt(1, "1000", discount=Decimal(20), early_until=date(2026, 3, 1))
    assert read(paid("980"), [late], {1: Sign.NUMBER}, NAME)[0].fit == Fit.PART


def test_one_transfer_for_several_is_found_by_its_sum() -> None:
    debts = [debt(1, "100.10"), debt(2, "70.20"), debt(3, "30.30"), debt(4, "11.11")]
    [found] = read(paid("130.40"), debts, payers=ACCOUNT)
    assert (told(found), found.fit) == ([(1, "100.10"), (3, "30.30")], Fit.SET)
    assert found.is_only_fit


def test_where_two_sets_fit_both_are_shown_and_neither_is_certain() -> None:
    debts = [debt(1, "60"), debt(2, "40"), debt(3, "70"), debt(4, "30")]
    found = read(paid("100"), debts, payers=ACCOUNT)
    assert sorted(sorted(pk for pk, _ in told(each)) for each in found) == [[1, 2], [3, 4]]
    assert "other items fit it as well" in found[0].reasons[-1]
    assert rule_of(found, "100", payer_and_amount=True) is None


def test_payer_and_amount_is_off_unless_wanted_and_wants_the_only_fit() -> None:
    found = read(paid("70"), [debt(1, "100"), debt(2, "70")], payers=ACCOUNT)
    assert rule_of(found, "70") is None
    assert rule_of(found, "70", payer_and_amount=True) == "payer_and_amount"
    found = read(paid("70"), [debt(1, "70"), debt(2, "70")], payers=ACCOUNT)
    assert [told(each) for each in found] == [[(1, "70")], [(2, "70")]]
    assert rule_of(found, "70", payer_and_amount=True) is None


def test_a_part_payment_waits_unless_wanted_and_always_where_another_item_has_that_amount() -> None:
    one = read(paid("50"), [debt(1, "100")], {1: Sign.NUMBER}, NAME)
    assert rule_of(one, "50") is None
    assert rule_of(one, "50", part_payments=True) == "number_and_payer"
    two = read(paid("50"), [debt(1, "100"), debt(2, "50")], {1: Sign.NUMBER}, NAME)
    assert rule_of(two, "50", part_payments=True) is None


def test_a_mistyped_number_is_proposed_and_never_certain() -> None:
    found = read(paid("100", "INV-2026-0091"), [debt(1, "100"), debt(2, "70")], payers=NAME)
    assert (told(found[0]), Sign.LIKE_NUMBER in found[0].signs) == ([(1, "100")], True)
    assert rule_of(found, "100", payer_and_amount=True) is None


def test_above_the_greatest_amount_a_person_looks() -> None:
    found = read(paid("100"), [debt(1, "100")], {1: Sign.NUMBER}, NAME)
    assert rule_of(found, "100", most=Decimal("99.99")) is None
    assert rule_of(found, "100", most=Decimal(100)) == "number_and_payer"


def ways(amounts: list[Decimal], wanted: Decimal) -> list[tuple[int, ...]]:
    """All ways to make a sum, by trying."""
    sizes = range(1, len(amounts) + 1)
    tried = (chosen for size in sizes for chosen in combinations(range(len(amounts)), size))
    return [chosen for chosen in tried if sum(amounts[place] for place in chosen) == wanted]


def check_ways(amounts: list[Decimal], wanted: Decimal) -> None:
    every, found = ways(amounts, wanted), sets_that_sum(amounts, wanted)
    assert found is not None
    assert len(found) == len(set(found)) == min(len(every), 2)
    assert set(found) <= set(every)


cents = some.integers(1, 40).map(lambda units: Decimal(units).scaleb(-2))


@given(some.lists(cents, max_size=8), some.integers(1, 200).map(lambda units: Decimal(units).scaleb(-2)))
def test_the_ways_to_make_a_sum_are_those_that_trying_all_finds(amounts: list[Decimal], wanted: Decimal) -> None:
    check_ways(amounts, wanted)


def test_so_they_are_where_many_amounts_are_alike() -> None:
    chance = Random(7)
    for _ in range(300):
        check_ways([Decimal(chance.randint(1, 3)) for _ in range(chance.randint(1, 8))], Decimal(chance.randint(1, 12)))


def test_two_ways_that_end_with_the_same_amount_are_both_found() -> None:
    amounts = [Decimal(amount) for amount in ("1", "2.5", "1", "2.5", "2")]
    assert sets_that_sum(amounts, Decimal(3)) == [(0, 4), (2, 4)]


def test_of_as_many_amounts_as_are_tried_all_may_be_the_sum() -> None:
    assert sets_that_sum([Decimal(1)] * 26, Decimal(26)) == [tuple(range(26))]
    assert sets_that_sum([Decimal(1)] * 27, Decimal(27)) is None


def test_more_sums_than_anybody_should_try_are_not_guessed_at() -> None:
    amounts = [Decimal(Random(seed).randrange(10**5, 10**7)).scaleb(-2) for seed in range(40)]
    assert sets_that_sum(amounts, sum(amounts[::2], Decimal(0))) is None


def test_what_speaks_for_two_customers_alike_is_certain_for_neither() -> None:
    both = {pk: {Sign.ACCOUNT: "paid from this account before"} for pk in (OURS, THEIRS)}
    debts = [debt(1, "100"), debt(2, "100", THEIRS)]
    assert rule_of(read(paid("100"), debts, {1: Sign.NUMBER, 2: Sign.NUMBER}, both), "100") is None
    debts = [debt(1, "100"), debt(2, "150", THEIRS)]
    assert rule_of(read(paid("100"), debts, {1: Sign.NUMBER, 2: Sign.NUMBER}, both), "100") is None
    debts = [debt(1, "100"), debt(2, "100", THEIRS)]
    assert rule_of(read(paid("100"), debts, payers=both), "100", payer_and_amount=True) is None


def test_a_part_payment_of_two_that_are_named_waits() -> None:
    named = dict.fromkeys((1, 2), Sign.NUMBER)
    found = read(paid("80"), [debt(1, "100"), debt(2, "100")], named, NAME)
    assert rule_of(found, "80", part_payments=True) is None
