"""Which reading needs no person: each sign and fit that a rule asks for, and each that speaks against it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from payments.matching.certainty import Policy, certain_of
from payments.matching.facts import Advice, Deduction, Fit, Proposal, Share, Sign
from payments.models import Rest
from tests.payments.weighed import OURS, THEIRS, debt, paid

HUNDRED = Decimal(100)
SAID = Advice(9, "advice RA-7", OURS, {1: HUNDRED}, {})
ADVISED = {"fit": Fit.ADVISED, "signs": {Sign.ADVICE, Sign.NAME}, "advice": SAID}


def reading(*signs: Sign, customer_id: int = OURS, **more: Any) -> Proposal:
    """That a customer paid just what is open of an item of theirs, for these signs."""
    one = debt(customer_id, "100", customer_id)
    known: dict[str, Any] = {"signs": signs, "shares": (Share(one, HUNDRED),), "fit": Fit.EXACT} | more
    known["signs"] = frozenset(known["signs"])
    return Proposal(customer_id, HUNDRED, reasons=(), **known)


def rule(*proposals: Proposal, **policy: Any) -> str | None:
    """By which rule the first applies, where a policy allows nothing but this."""
    none = dict.fromkeys(("reference", "number_and_payer", "payer_and_amount", "part_payments", "discounts"), False)
    certain = certain_of(proposals, paid("100"), Policy(**none | policy))
    assert certain is None or certain[1] is proposals[0]
    return certain and certain[0]


NUMBER = reading(Sign.NUMBER, Sign.NAME)
REFERENCE = reading(Sign.REFERENCE)
PAYER = reading(Sign.ACCOUNT, Sign.AMOUNT)


def test_without_a_reading_nothing_is_certain() -> None:
    assert certain_of([], paid("100"), Policy()) is None


def test_what_is_usual_applies_by_documents_and_in_time_and_by_nothing_else() -> None:
    assert Policy() == Policy(True, True, False, False, True, False, None)


@pytest.mark.parametrize(
    ("best", "wanted"),
    [
        (REFERENCE, "reference"),
        (reading(Sign.REFERENCE, Sign.NAME), "reference"),
        (NUMBER, "number_and_payer"),
        (reading(Sign.NUMBER, Sign.ACCOUNT), "number_and_payer"),
        (reading(Sign.REFERENCE, Sign.NUMBER, Sign.ACCOUNT), "number_and_payer"),
        (PAYER, "payer_and_amount"),
        (reading(Sign.NAME), "payer_and_amount"),
        (reading(Sign.NAME, Sign.NUMBER), "payer_and_amount"),
        (reading(**ADVISED), "advice"),
    ],
)
def test_a_rule_applies_what_it_asks_for_where_a_company_wants_it(best: Proposal, wanted: str) -> None:
    assert rule(best, **{wanted: True}) == wanted
    assert rule(best) is None


@pytest.mark.parametrize(
    ("best", "wanted"),
    [
        (NUMBER, "reference"),
        (REFERENCE, "number_and_payer"),
        (reading(Sign.NUMBER), "number_and_payer"),
        (reading(Sign.NUMBER, Sign.LIKE_NAME, Sign.TOLD), "number_and_payer"),
        (reading(Sign.AMOUNT, Sign.TOLD), "payer_and_amount"),
        (reading(Sign.NAME, Sign.SETTLED_NUMBER), "payer_and_amount"),
        (reading(Sign.NAME, Sign.LIKE_NUMBER), "payer_and_amount"),
        (replace(PAYER, fit=Fit.MORE), "payer_and_amount"),
        (replace(PAYER, is_only_fit=False), "payer_and_amount"),
        (replace(NUMBER, is_only_fit=False), "number_and_payer"),
        (replace(NUMBER, fit=Fit.MORE), "number_and_payer"),
        (replace(NUMBER, fit=Fit.DISCOUNTED), "number_and_payer"),
        (replace(NUMBER, fit=Fit.PART, named=1), "number_and_payer"),
        (replace(PAYER, fit=Fit.SET), "payer_and_amount"),
        (replace(REFERENCE, signs=frozenset({Sign.REFERENCE, Sign.FOREIGN_NUMBER})), "reference"),
        (replace(REFERENCE, shares=()), "reference"),
        (replace(REFERENCE, shares=(Share(debt(1, "99"), Decimal(99)),)), "reference"),
    ],
)
def test_what_a_rule_does_not_ask_for_needs_a_person(best: Proposal, wanted: str) -> None:
    assert rule(best, **{wanted: True}) is None


def test_several_items_need_a_sign_that_names_them() -> None:
    together = {"fit": Fit.SET}
    assert rule(replace(NUMBER, **together), number_and_payer=True) == "number_and_payer"
    assert rule(replace(PAYER, **together), payer_and_amount=True, number_and_payer=True) is None


def test_a_discount_needs_that_discounts_are_wanted() -> None:
    for best, wanted in ((NUMBER, "number_and_payer"), (PAYER, "payer_and_amount")):
        early = replace(best, fit=Fit.DISCOUNTED)
        assert rule(early, discounts=True, **{wanted: True}) == wanted
        assert rule(early, **{wanted: True}) is None


def test_a_part_needs_that_parts_are_wanted_and_one_document_is_named() -> None:
    part = replace(NUMBER, fit=Fit.PART, named=1, is_only_fit=False)
    wanted = {"number_and_payer": True, "payer_and_amount": True, "part_payments": True}
    assert rule(part, **wanted) == "number_and_payer"
    assert rule(part, **wanted | {"part_payments": False}) is None
    assert rule(replace(part, named=2), **wanted) is None
    assert rule(replace(part, signs=frozenset({Sign.NAME})), **wanted) is None
    assert rule(part, reading(Sign.NAME, fit=Fit.SET), **wanted) is None
    assert rule(part, reading(Sign.NAME, fit=Fit.MORE), **wanted) == "number_and_payer"


def test_up_to_the_greatest_amount() -> None:
    assert rule(REFERENCE, reference=True, most=HUNDRED) == "reference"
    assert rule(REFERENCE, reference=True, most=Decimal("99.99")) is None


def test_a_document_in_another_currency_of_anybody_lets_a_person_look() -> None:
    assert rule(REFERENCE, reading(Sign.FOREIGN_NUMBER, customer_id=THEIRS), reference=True) is None


@pytest.mark.parametrize(
    ("more", "signs", "advice"),
    [
        ({}, {Sign.ADVICE, Sign.LIKE_NAME, Sign.TOLD}, SAID),  # nothing says who paid
        ({}, {Sign.ADVICE, Sign.NAME}, None),
        ({}, {Sign.ADVICE, Sign.NAME}, replace(SAID, takes_credit=True)),
        ({"shares": (Share(debt(1, "120"), HUNDRED, Decimal(20)),)}, {Sign.ADVICE, Sign.NAME}, SAID),
        ({"rests": ((debt(1, "100"), Deduction(HUNDRED, "damaged", Rest.DISPUTE)),)}, {Sign.ADVICE, Sign.NAME}, SAID),
    ],
)
def test_an_advice_that_says_more_or_by_nobody_known_needs_a_person(
    more: dict[str, Any], signs: set[Sign], advice: Advice | None
) -> None:
    assert rule(reading(**ADVISED | {"signs": signs, "advice": advice} | more), advice=True) is None


def test_an_advice_applies_for_its_number_or_its_payer_and_with_discounts_where_they_are_wanted() -> None:
    named = replace(SAID, is_named=True)
    assert rule(reading(**ADVISED | {"signs": {Sign.ADVICE}, "advice": named}), advice=True) == "advice"
    early = reading(**ADVISED, shares=(Share(debt(1, "120"), HUNDRED, Decimal(20)),))
    assert rule(early, advice=True, discounts=True) == "advice"


@pytest.mark.parametrize(
    ("best", "other", "speaks_against"),
    [
        (REFERENCE, reading(Sign.NUMBER, customer_id=THEIRS), True),
        (REFERENCE, reading(Sign.NAME, Sign.ACCOUNT, customer_id=THEIRS), False),
        (REFERENCE, reading(Sign.NUMBER), False),
        (NUMBER, reading(Sign.REFERENCE, customer_id=THEIRS), True),
        (NUMBER, reading(Sign.NAME, customer_id=THEIRS), False),
        (NUMBER, reading(Sign.ACCOUNT, customer_id=THEIRS), True),
        (NUMBER, reading(Sign.LIKE_NAME, customer_id=THEIRS), True),
        (NUMBER, reading(Sign.AMOUNT, Sign.LIKE_NUMBER, customer_id=THEIRS), False),
        (PAYER, reading(Sign.ACCOUNT, Sign.AMOUNT, customer_id=THEIRS), True),
        (PAYER, reading(Sign.ACCOUNT, Sign.AMOUNT, customer_id=THEIRS, fit=Fit.SET), True),
        (PAYER, reading(Sign.ACCOUNT, Sign.AMOUNT, customer_id=THEIRS, fit=Fit.MORE), False),
        (PAYER, reading(Sign.ACCOUNT, customer_id=THEIRS), False),
        (PAYER, reading(Sign.TOLD, customer_id=THEIRS), True),
        (PAYER, reading(Sign.ACCOUNT, Sign.AMOUNT), False),
        (PAYER, reading(Sign.ADVICE), True),
        (PAYER, reading(Sign.ADVICE, customer_id=THEIRS, advice=SAID), True),
        (reading(**ADVISED), reading(Sign.ADVICE, advice=SAID), True),
        (reading(**ADVISED), reading(Sign.ADVICE), False),
        (reading(**ADVISED), reading(Sign.NUMBER, fit=Fit.SET), True),
        (reading(**ADVISED), reading(Sign.NUMBER, fit=Fit.MORE), False),
        (reading(**ADVISED), reading(Sign.NAME), False),
    ],
)
def test_what_speaks_for_another_reading_may_speak_against_the_best(
    best: Proposal, other: Proposal, speaks_against: bool
) -> None:
    wanted = {"reference": True, "number_and_payer": True, "payer_and_amount": True, "advice": True}
    assert rule(best, **wanted) is not None
    assert (rule(best, other, **wanted) is None) is speaks_against
    harmless = reading(Sign.AMOUNT, fit=Fit.PART)
    assert (rule(best, harmless, other, **wanted) is None) is speaks_against
