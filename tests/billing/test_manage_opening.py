"""Opening the books: nothing is live before it agrees with the other product to the cent, and then it stays."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.models import Opening, OpeningItem
from billing.opening.figures import compared
from billing.operations.manage_opening import begin_opening, change_opening, go_live, set_opening_totals
from billing.operations.undo_load import begin_undoing
from credit_control.debts import late_items
from credit_control.reminders.proposals import proposals_for
from customers.models import Customer
from ledger.allocating import Pair, allocate
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.models import AuditRecord, Company, Run
from office.work.runs import carry_out
from payments.debiting import debts
from tests import world
from tests.billing.opening import DAY, FILE, load, opening_of
from tests.credit_control.reminding import ladder

pytestmark = pytest.mark.django_db
RIGHT = {"EUR": Decimal("1609.50")}


@pytest.fixture
def opening(company: Company) -> Opening:
    return opening_of(company)


def code_of(act: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **options)
    return refusal.value.code


def undone(opening: Opening, run: Any) -> Any:
    undoing = begin_undoing(opening, run.pk, by=None)
    list(carry_out(undoing.pk))
    undoing.refresh_from_db()
    return undoing


def test_one_opening_is_under_way_at_a_time(opening: Opening, company: Company) -> None:
    assert code_of(begin_opening, company, "Xero", DAY, by=None) == "opening_under_way"
    assert code_of(begin_opening, company, " ", DAY, by=None) == "no_source"
    assert code_of(begin_opening, company, "Xero", date(2190, 1, 1), by=None) == "date_in_future"
    assert Opening.objects.count() == 1


def test_it_goes_live_when_every_currency_agrees_and_stays_so(opening: Opening, clerk: Any) -> None:
    load(opening, FILE)
    assert code_of(go_live, opening.pk, by=clerk) == "not_tied"
    set_opening_totals(opening.pk, {"EUR": Decimal("1609.49")}, by=clerk)
    assert code_of(go_live, opening.pk, by=clerk) == "not_tied"
    set_opening_totals(opening.pk, {**RIGHT, "USD": Decimal(5)}, by=clerk)
    assert code_of(go_live, opening.pk, by=clerk) == "not_tied"
    set_opening_totals(opening.pk, RIGHT, by=clerk)

    go_live(opening.pk, by=clerk)

    opening.refresh_from_db()
    assert opening.is_live
    assert AuditRecord.objects.get(action="go_live").after == {"EUR": "1609.50"}
    assert code_of(go_live, opening.pk, by=clerk) == "is_live"
    assert code_of(set_opening_totals, opening.pk, RIGHT, by=clerk) == "is_live"
    assert code_of(change_opening, opening.pk, "Xero", DAY, by=clerk) == "is_live"


def test_nothing_goes_live_without_totals(opening: Opening) -> None:
    assert code_of(go_live, opening.pk, by=None) == "no_totals"


def test_a_total_is_of_a_currency_and_in_its_places(opening: Opening) -> None:
    assert code_of(set_opening_totals, opening.pk, {"XXZ": Decimal(1)}, by=None) == "bad_currency"
    assert code_of(set_opening_totals, opening.pk, {"EUR": Decimal("1.001")}, by=None) == "too_many_places"


def test_the_day_stands_once_something_is_loaded(opening: Opening) -> None:
    change_opening(opening.pk, "Xero", date(2026, 1, 31), by=None)
    change_opening(opening.pk, "Xero", DAY, by=None)
    load(opening, FILE)

    assert code_of(change_opening, opening.pk, "Xero", date(2026, 1, 31), by=None) == "day_stands"
    assert change_opening(opening.pk, "QuickBooks", DAY, by=None).source == "QuickBooks"


def test_a_load_is_undone_as_if_it_had_not_been_and_can_come_again(opening: Opening) -> None:
    run = load(opening, FILE)

    undoing = undone(opening, run)

    assert (undoing.status, undoing.result) == ("done", {"Documents taken back": 5})
    assert not OpenItem.objects.exclude(balance=0).exists()
    assert [each.book for each in compared(opening)] == []
    assert {world.owes(customer, DAY) for customer in Customer.objects.all()} == {Decimal(0)}
    assert load(opening, FILE).result == {"Documents taken over": 5, "Nothing open": 1}
    assert code_of(begin_undoing, opening, run.pk, by=None) == "nothing_to_undo"


def test_what_was_undone_is_in_no_sum_of_the_list_nor_of_its_file(opening: Opening, manager: Any, client: Any) -> None:
    undone(opening, load(opening, FILE))
    load(opening, FILE)
    client.force_login(manager)
    address = reverse("billing:opening_item_list")
    assert "€1,609.50" in client.get(address, {"totals": "1"}).content.decode().partition("<tfoot>")[2]
    file = BytesIO(b"".join(client.get(address, {"format": "xlsx"})))
    sheet = openpyxl.load_workbook(file, data_only=True).worksheets[0]
    heads, *rows = (list(row) for row in sheet.iter_rows(values_only=True))
    [total] = [row for row in rows if str(row[0]).startswith("Total")]
    amounts = [row[heads.index("Taken over")] for row in rows if row[heads.index("State")]]
    assert (total[heads.index("Taken over")], sum(amounts)) == (1609.5, 1609.5)


def test_a_load_that_something_follows_is_not_undone(opening: Opening) -> None:
    run = load(opening, FILE)
    birch = Customer.objects.get(name="Birch & Sons")
    debit = OpenItem.objects.get(reference="1052")
    credit = world.item_of(world.receive(birch, "10", date(2026, 3, 2)))
    allocate([Pair(debit.pk, credit.pk, Decimal(10))], dated_on=date(2026, 3, 2), by_id=None)

    with pytest.raises(Refused) as refusal:
        begin_undoing(opening, run.pk, by=None)

    assert refusal.value.message == "Something follows 1052 (allocation). Undo that first."
    assert not OpeningItem.objects.exclude(reversal_entry=None).exists()


def test_nothing_is_undone_once_it_is_live(opening: Opening) -> None:
    run = load(opening, FILE)
    set_opening_totals(opening.pk, RIGHT, by=None)
    go_live(opening.pk, by=None)

    assert code_of(begin_undoing, opening, run.pk, by=None) == "is_live"


def test_the_pages_begin_load_compare_and_go_live(company: Company, client: Any) -> None:
    manager = world.make_user(company, "manager")
    client.force_login(manager)
    page = reverse("billing:opening")

    client.post(page, {"source": "QuickBooks", "cut_over_on": "2026-02-28"})
    opening = Opening.objects.get()
    client.post(
        reverse("billing:load_opening", args=[opening.pk]), {"file": SimpleUploadedFile("open.csv", FILE.encode())}
    )
    run = Run.objects.get(kind="load_opening")
    mapping = reverse("billing:opening_mapping", args=[run.pk])
    assert "Invoice" in client.get(mapping).content.decode()
    chosen = {f"column_{name}": rule["heading"] for name, rule in run.parameters["mapping"]["columns"].items()}
    client.post(mapping, {**chosen, "adds_customers": "on"})
    list(carry_out(run.pk))
    client.post(mapping, {"start": "1"})
    list(carry_out(run.pk))
    client.post(reverse("billing:set_opening_totals", args=[opening.pk]), {"total_EUR": "1609.50"})

    assert "They agree" in client.get(page).content.decode()
    client.post(reverse("billing:go_live", args=[opening.pk]))
    opening.refresh_from_db()
    assert opening.is_live
    item = OpeningItem.objects.get(number="1052")
    shown = client.get(reverse("paper", args=[item.entry_id]), follow=True).content.decode()
    assert "Invoice 1052" in shown
    assert "taken over from QuickBooks" in shown


def test_nobody_is_asked_for_what_is_not_live(opening: Opening, company: Company) -> None:
    load(opening, FILE)
    today = date(2026, 3, 20)
    ladder(company, [7])
    alder = Customer.objects.get(name="Alder Ltd")
    held = [(row.item.reference, row.why) for row in proposals_for(company, [alder], today)[0].held]
    assert held == [("1041", "It was taken over, and the opening is not live.")]
    assert not late_items(company.pk, today, date(2025, 1, 1)).exists()
    assert not debts(company, "EUR", today).exists()

    set_opening_totals(opening.pk, RIGHT, by=None)
    go_live(opening.pk, by=None)

    (asked,) = proposals_for(company, [alder], today)[0].asked
    assert asked.item.reference == "1041"
    assert late_items(company.pk, today, date(2025, 1, 1)).count() == 3
    assert debts(company, "EUR", today).count() == 3
