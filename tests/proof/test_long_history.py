"""Acts without end, and the sums of each month: OPERATIONS=1000000 for a release, SEED=n for another history."""

import os

import pytest

from office.audit.check import check_chain
from reports.book_check import check_book
from tests import world
from tests.proof.long_history import MONTHS, LongHistory

OPERATIONS = int(os.environ.get("OPERATIONS", "240"))
SEED = int(os.environ.get("SEED", "1"))


@pytest.mark.timeout(max(300, OPERATIONS))
@pytest.mark.django_db(transaction=True)
def test_every_month_end_of_a_long_history_is_as_a_plain_model_has_it() -> None:
    company = world.make_company()
    customers = [world.make_customer(company, f"Customer {n}") for n in range(max(5, OPERATIONS // 1000))]
    history = LongHistory(company, customers, SEED, OPERATIONS)
    print(f"SEED={SEED} OPERATIONS={OPERATIONS}")

    history.carry_out()

    print(dict(history.done))
    assert check_book() == []
    assert check_chain(company).breaks == []
    assert history.done["compared"] >= MONTHS
    assert min(history.done[act.__name__] for act in history.acts) > 0
