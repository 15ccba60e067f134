"""Taking over what is open in another product: the book has it to the cent, once, under its own numbers and days."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Opening, OpeningItem, StagedOpeningItem
from billing.opening.figures import compared
from billing.operations.manage_opening import go_live, set_opening_totals
from customers.models import Customer
from ledger.models import Line, OpenItem
from office.models import AuditRecord, Company
from payments.operations.apply_credits import apply_oldest_first
from tests import world
from tests.billing.opening import DAY, FILE, load, opening_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(company: Company) -> Opening:
    return opening_of(company)


def mended(run: Any) -> list[str]:
    return bytes(run.errors_file).decode("utf-8-sig").splitlines()


def test_what_is_open_enters_the_book_under_its_own_number_and_days(opening: Opening, clerk: Any) -> None:
    run = load(opening, FILE, by=clerk)

    assert (run.status, run.explanation) == ("done", "")
    assert run.result == {"Documents taken over": 5, "New customers": 3, "Nothing open": 1}
    rows = OpenItem.objects.order_by("id").values_list("reference", "kind", "dated_on", "due_on", "amount")
    assert list(rows) == [
        ("1041", "opening", DAY, date(2026, 1, 17), Decimal("1284.50")),
        ("CM-7", "opening", DAY, date(2026, 1, 5), Decimal("-50.00")),
        ("1052", "opening", DAY, date(2026, 3, 4), Decimal("400.00")),
        ("Payment of 2026-02-20", "opening", DAY, date(2026, 2, 20), Decimal("-100.00")),
        ("Opening balance", "opening", DAY, DAY, Decimal("75.00")),
    ]
    invoice = OpeningItem.objects.get(number="1052")
    assert (invoice.dated_on, invoice.total, invoice.customer.name) == (
        date(2026, 2, 2),
        Decimal(642),
        "Birch & Sons",
    )
    assert [(each.currency, each.book) for each in compared(opening)] == [("EUR", Decimal("1609.50"))]
    assert sum(Line.objects.filter(account__role="opening").values_list("amount", flat=True)) == Decimal("-1609.50")
    assert not StagedOpeningItem.objects.exists()
    assert AuditRecord.objects.get(action="load_opening").by == clerk


def test_the_same_file_again_brings_nothing_twice(opening: Opening) -> None:
    load(opening, FILE)

    run = load(opening, FILE)

    assert run.result == {"Already here": 5, "Nothing open": 1}
    assert (OpeningItem.objects.count(), OpenItem.objects.count(), Customer.objects.count()) == (5, 5, 3)


def test_a_dry_run_tells_the_same_and_keeps_nothing(opening: Opening) -> None:
    run = load(opening, FILE, dry=True)

    assert run.result == {"Documents taken over": 5, "New customers": 3, "Nothing open": 1}
    assert [each.objects.count() for each in (OpenItem, Customer, StagedOpeningItem)] == [0, 0, 0]


WRONG = {
    "Alder,Invoice,1,2026-03-01,,1,1": "It is dated Mar 1, 2026. What is taken over is dated from Jan 1, 1990 to "
    "Feb 28, 2026.",
    "Alder,Invoice,1,,,1,1": "It has no date. Give the day of the document.",
    "Alder,Invoice,,2026-01-01,,1,1": "It has no number. Payments and opening balances alone may be without one.",
    ",Invoice,1,2026-01-01,,1,1": "It names no customer. Give their number or their name.",
    "Alder,Invoice,1,2026-01-01,,1,2": "2 cannot be open of 1.",
    "Alder,Invoice,1,2026-01-01,,1,0.999": "0.999 has more places than EUR has.",
    "Alder,Invoice,1,2026-01-01,,-5,-5": "Less than nothing is open of an invoice. Say that it is a credit memo.",
    "Alder,Bill,1,2026-01-01,,5,5": "'Bill' is no kind of document known here. Write one of: Credit memo, Invoice, "
    "Opening balance, Payment.",
    "Alder,Invoice,1,2026-01-01,,five,5": "Total: This is not a number. Write it as a number, such as 1234.50.",
}


@pytest.mark.parametrize("row", WRONG)
def test_a_row_that_cannot_be_comes_back_with_what_to_do(opening: Opening, row: str) -> None:
    head = "Customer,Kind,Number,Date,Due date,Total,Open balance"
    good = "Birch,Invoice,2,2026-01-01,,7.00,7.00"

    run = load(opening, f"{head}\n{row}\n{good}\n")

    assert run.result["Rows to mend"] == 1
    back = mended(run)
    assert back[0] == f"{head},Error"
    assert back[1].startswith(f"{row},".replace("-5,-5", "'-5,'-5"))
    assert WRONG[row] in back[1].replace('""', '"')
    assert list(OpeningItem.objects.values_list("number", flat=True)) == ["2"]


def test_rows_that_came_back_are_mended_in_place_and_loaded_again(opening: Opening) -> None:
    run = load(opening, FILE.replace("642.00,400.00", "642.00,4000.00"))
    again = "\n".join(mended(run)).replace("4000.00", "400.00")

    assert load(opening, again).result == {"Documents taken over": 1}
    assert compared(opening)[0].book == Decimal("1609.50")


def test_a_document_that_stands_twice_in_a_file_is_taken_once(opening: Opening) -> None:
    head, first = FILE.splitlines()[:2]

    run = load(opening, f"{head}\n{first}\n{first}\n")

    assert run.result == {"Documents taken over": 1, "New customers": 1, "Rows to mend": 1}
    assert "stands on line 2 already" in mended(run)[1]


def test_customers_are_found_by_number_or_by_name_and_not_guessed(opening: Opening, company: Company) -> None:
    by_number = world.make_customer(company, name="Alder Limited", number="A-1")
    by_name = world.make_customer(company, name="BIRCH")
    for _ in range(2):
        world.make_customer(company, name="Cedar")
    head = "Customer number,Customer,Number,Date,Open"

    run = load(
        opening,
        f"{head}\nA-1,Alder,1,2026-01-01,5\n,Birch,2,2026-01-01,6\n,Cedar,3,2026-01-01,7\nX,Dogwood,4,2026-01-01,8\n",
        adds=False,
    )

    assert list(OpeningItem.objects.order_by("number").values_list("customer", flat=True)) == [by_number.pk, by_name.pk]
    assert "Several customers are called 'Cedar'" in mended(run)[1]
    assert "There is no customer 'X'" in mended(run)[2]


def test_another_currency_enters_at_its_rate_of_the_day_of_the_change(opening: Opening) -> None:
    load(opening, "Customer,Number,Date,Currency,Open,Exchange rate\nAlder,1,2026-01-01,usd,100.00,0.9\n")

    item = OpenItem.objects.get()
    assert (item.currency, item.amount, item.company_amount) == ("USD", Decimal(100), Decimal(90))


def test_what_was_taken_over_is_settled_like_any_debt(opening: Opening) -> None:
    load(opening, FILE)
    birch = Customer.objects.get(name="Birch & Sons")
    world.receive(birch, "250", date(2026, 3, 2))

    apply_oldest_first(birch, dated_on=date(2026, 3, 2), by=None)

    assert OpenItem.objects.get(reference="1052").balance == Decimal("50.00")


def test_nothing_is_loaded_once_the_opening_is_live(opening: Opening) -> None:
    load(opening, FILE)
    set_opening_totals(opening.pk, {"EUR": Decimal("1609.50")}, by=None)
    go_live(opening.pk, by=None)

    run = load(opening, FILE)

    assert (run.status, run.explanation) == ("failed", "The opening has gone live: nothing of it changes any more.")
