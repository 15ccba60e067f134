"""What is left of each instalment: earliest first, and the same to the database as to Python."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from credit_control.plans.instalments import days_of, equal_instalments, instalments_of
from credit_control.plans.spread import Instalment, Planned, left_of, spread
from ledger.refusals import Refused

DAY = date(2026, 1, 31)
THREE = [Instalment(DAY + timedelta(days=30 * place), Decimal(100)) for place in range(3)]


def items(*rows: tuple[str, str]) -> list[Planned]:
    return [Planned(place, Decimal(amount), Decimal(open_)) for place, (amount, open_) in enumerate(rows, start=1)]


def overlaps(*rows: tuple[str, str]) -> list[tuple[int, int, Decimal]]:
    return [(each.item_id, each.place, each.amount) for each in spread(items(*rows), THREE)]


def test_the_items_lie_on_the_instalments_in_their_order() -> None:
    assert overlaps(("150", "150"), ("150", "150")) == [(1, 0, 100), (1, 1, 50), (2, 1, 50), (2, 2, 100)]


def test_what_came_pays_the_earliest_whichever_item_it_was_applied_to() -> None:
    assert overlaps(("150", "150"), ("150", "30")) == [(1, 1, 80), (1, 2, 70), (2, 2, 30)]
    assert left_of(items(("150", "150"), ("150", "30")), THREE) == [0, 80, 100]


def test_what_is_open_beyond_the_plan_is_not_in_it() -> None:
    assert left_of(items(("300", "450")), THREE) == [100, 100, 100]


def test_nothing_is_left_of_a_plan_that_is_paid() -> None:
    assert overlaps(("150", "0"), ("150", "0")) == []


def test_month_ends_come_right() -> None:
    assert days_of(DAY, "month", 4) == [DAY, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert days_of(DAY, "two_weeks", 3) == [DAY, date(2026, 2, 14), date(2026, 2, 28)]
    assert days_of(DAY, "week", 2) == [DAY, date(2026, 2, 7)]


def test_the_last_one_takes_what_rounding_leaves() -> None:
    amounts = [each.amount for each in equal_instalments(Decimal("100.00"), "EUR", DAY, "month", 3)]
    assert amounts == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    amounts = [each.amount for each in equal_instalments(Decimal("100.00"), "EUR", DAY, "month", 4, Decimal(40))]
    assert amounts == [40, 20, 20, 20]
    amounts = [each.amount for each in instalments_of(Decimal("100.00"), "EUR", DAY, "month", Decimal(30))]
    assert amounts == [30, 30, 30, 10]


@pytest.mark.parametrize("count", [1, 61])
def test_too_few_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(Refused):
        equal_instalments(Decimal(100), "EUR", DAY, "month", count)


def test_a_first_day_that_can_only_be_a_slip_is_refused() -> None:
    with pytest.raises(Refused, match="9999-12-31 cannot be meant: look at the year."):
        equal_instalments(Decimal(100), "EUR", date(9999, 12, 31), "month", 3)


SQL = """
    WITH opened AS (SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[]) AS o (item_id, amount, open)),
    lying AS (
        SELECT item_id, least(open, amount) AS amount, %s - sum(least(open, amount)) OVER ()
            + sum(least(open, amount)) OVER (ORDER BY item_id) AS upto FROM opened WHERE open > 0
    ), laid AS (
        SELECT place, amount, sum(amount) OVER (ORDER BY place) AS upto
        FROM unnest(%s::int[], %s::numeric[]) AS k (place, amount)
    )
    SELECT item_id, place, least(l.upto, k.upto) - greatest(l.upto - l.amount, k.upto - k.amount)
    FROM lying l, laid k WHERE least(l.upto, k.upto) > greatest(l.upto - l.amount, k.upto - k.amount) ORDER BY 1, 2
"""
CENTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.django_db
@hypothesis_settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(CENTS, st.integers(0, 150)), min_size=1, max_size=6),
    cuts=st.lists(st.integers(1, 99), max_size=5, unique=True),
)
def test_sums_agree_and_the_formula_of_the_database_says_the_same(
    rows: list[tuple[Decimal, int]], cuts: list[int]
) -> None:
    planned = [
        Planned(place, amount, (amount * share / 100).quantize(Decimal("0.01")))
        for place, (amount, share) in enumerate(rows)
    ]
    total = sum((each.amount for each in planned), Decimal(0))
    ends = [(total * cut / 100).quantize(Decimal("0.01")) for cut in sorted(cuts)] + [total]
    amounts = [end - before for before, end in zip([Decimal(0), *ends], ends, strict=False)]
    instalments = [Instalment(DAY + timedelta(days=n), amount) for n, amount in enumerate(amounts) if amount]
    found = spread(planned, instalments)

    for item in planned:
        assert sum((each.amount for each in found if each.item_id == item.item_id), Decimal(0)) == item.left
    settled, left = total - sum((item.left for item in planned), Decimal(0)), left_of(planned, instalments)
    for instalment, open_ in zip(instalments, left, strict=True):
        paid = min(settled, instalment.amount)
        settled -= paid
        assert open_ == instalment.amount - paid
    with connection.cursor() as cursor:
        cursor.execute(
            SQL,
            [
                [each.item_id for each in planned],
                [each.amount for each in planned],
                [each.open for each in planned],
                total,
                list(range(len(instalments))),
                [each.amount for each in instalments],
            ],
        )
        assert cursor.fetchall() == [(each.item_id, each.place, each.amount) for each in found]
