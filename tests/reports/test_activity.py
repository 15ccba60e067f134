"""Billing activity: what moved the customers' debts, equal to the papers and to the receivable account."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from billing.models import DocumentKind, Invoice, ReasonCode
from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from customers.models import Customer, CustomerGroup
from ledger.models import ItemKind, OpenItem
from payments.exchanging import ExchangeDetails
from payments.models import Receipt, WriteOffKind
from payments.operations.enter_write_off import Why, enter_write_off
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.receive_payment import Share
from payments.operations.record_recovery import RecoveryDetails, record_recovery
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.reverse_write_off import reverse_write_off
from payments.operations.undo_exchange import undo_exchange
from payments.operations.write_off import WriteOffDetails, write_off
from reports.frame.reading import fetched
from reports.movements import FAMILIES, OF_KIND, Days, movements_sql
from tests import world
from tests.api.calling import Program
from tests.history import make_history

pytestmark = pytest.mark.django_db

MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}


def answered(manager: Any, **asked: str) -> dict[str, Any]:
    return Program(manager).get("reports/activity/", **MARCH | asked).json()


def rows(answer: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row["values"][column] for column in columns) for row in answer["tables"][0]["rows"]]


@pytest.fixture
def busy(company: Any, customer: Any, manager: Any) -> None:
    """Two invoices, of which one is void; a credit memo; a payment, and one that was taken back."""
    world.issue(customer, "100.00", date(2026, 3, 2))
    twice = world.issue(customer, "10.00", date(2026, 3, 2))
    void_invoice(twice.pk, reason="Twice", by=manager, on=date(2026, 3, 9))
    world.issue_credit_memo(customer, "5.00", date(2026, 3, 9))
    world.receive(customer, "60.00", date(2026, 3, 9))
    bounced = world.receive(customer, "20.00", date(2026, 3, 10))
    reverse_receipt(bounced.pk, reason="Came back", by=manager, dated_on=date(2026, 4, 1))


def test_each_day_says_what_moved_and_all_of_it_is_what_the_account_changed_by(manager: Any, busy: None) -> None:
    answer = answered(manager)
    assert rows(answer, "name", "entries", "billed", "credited", "voided", "collected", "change") == [
        ("2026-03-02", 2, "110.00", None, None, None, "110.00"),
        ("2026-03-09", 3, None, "-5.00", "-10.00", "-60.00", "-75.00"),
        ("2026-03-10", 1, None, None, None, "-20.00", "-20.00"),
    ]
    [foot] = answer["tables"][0]["foot"]
    assert (foot["values"]["entries"], foot["values"]["change"]) == (6, "15.00")
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [("EUR", "0.00")]


def test_what_came_back_counts_on_the_day_it_did(manager: Any, busy: None) -> None:
    answer = answered(manager, first_day="2026-04-01", last_day="2026-04-30")
    assert rows(answer, "name", "returned") == [("2026-04-01", "20.00")]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("week", ["2026-W10", "2026-W11"]),
        ("month", ["2026-03"]),
        ("quarter", ["2026-Q1"]),
        ("year", ["2026"]),
        ("customer", ["Bramble GmbH"]),
        ("group", ["No group"]),
        ("owner", ["Nobody"]),
    ],
)
def test_it_is_told_apart_by(manager: Any, busy: None, by: str, names: list[str]) -> None:
    answer = answered(manager, by=by)
    assert [name for (name,) in rows(answer, "name")] == names
    assert sum(Decimal(change) for (change,) in rows(answer, "change")) == 15
    assert [proof["difference"] for proof in answer["proofs"]] == ["0.00"]


def test_a_group_and_an_owner_have_their_names(company: Any, customer: Any, manager: Any, busy: None) -> None:
    customer.group = CustomerGroup.objects.create(company=company, name="Retail")
    customer.sales_owner = world.make_user(company, "sales", name="Sal Ows")
    customer.save()
    assert rows(answered(manager, by="group"), "name", "change") == [("Retail", "15.00")]
    assert rows(answered(manager, by="owner"), "name", "change") == [("Sal Ows", "15.00")]


def test_many_customers_come_page_by_page_and_the_sums_are_of_all(company: Any, manager: Any) -> None:
    names = ["Ade", "Bo", "Cy", "Di", "Ed"]
    for name in names:
        world.issue(world.make_customer(company, name), "10.00", date(2026, 3, 2))
    seen, after = [], ""
    while after is not None:
        [table] = answered(manager, by="customer", limit="2", after=after)["tables"]
        seen += [row["values"]["name"] for row in table["rows"]]
        assert table["foot"][0]["values"]["change"] == "50.00"
        after = table["next"]
    assert seen == names


def test_who_entered_it_is_named(manager: Any, busy: None) -> None:
    assert rows(answered(manager, by="user"), "name", "voided") == [
        (str(manager), "-10.00"),
        ("The office itself", None),
    ]


def test_each_reason_has_what_was_credited_voided_and_written_off_for_it(
    company: Any, customer: Any, manager: Any, busy: None
) -> None:
    twice = ReasonCode.objects.get(company=company, code="duplicate")
    again = world.issue(customer, "8.00", date(2026, 3, 2))
    void_invoice(again.pk, reason="Twice", by=manager, on=date(2026, 3, 9), reason_code_id=twice.pk)
    charged = world.issue(customer, "9.00", date(2026, 3, 2))
    credit_invoice(charged.pk, Decimal("3.00"), reason="", by=manager, on=date(2026, 3, 9), reason_code_id=twice.pk)
    lost = world.issue(customer, "6.00", date(2026, 3, 2))
    rest = ReasonCode.objects.get(company=company, code="small_rest")
    share = Share(world.item_of(lost).pk, Decimal("6.00"))
    details = WriteOffDetails([share], reason="Rest", reason_code_id=rest.pk)
    write_off(customer, details, on=date(2026, 3, 9), by=manager)
    assert rows(answered(manager, by="reason"), "name", "billed", "credited", "voided", "written_off") == [
        ("Billed twice", None, "-3.00", "-8.00", None),
        ("Small remainder", None, None, None, "-6.00"),
        ("No usual reason", "133.00", "-5.00", "-10.00", None),
    ]


def test_one_in_sales_sees_their_own_and_nothing_is_proved_by_a_part(company: Any, customer: Any, busy: None) -> None:
    seller = world.make_user(company, "manager", only_own_customers=True)
    other = world.make_customer(company, "Own")
    Customer.objects.filter(pk=other.pk).update(sales_owner=seller)
    world.issue(other, "7.00", date(2026, 3, 3))
    answer = answered(seller)
    assert rows(answer, "name", "change") == [("2026-03-03", "7.00")]
    assert (answer["proofs"], answer["not_compared"][:6]) == ([], "A part")


def test_another_company_is_not_in_it(manager: Any, busy: None) -> None:
    foreign = world.make_customer(world.make_company())
    world.issue(foreign, "9.00", date(2026, 3, 3))
    assert answered(manager)["tables"][0]["foot"][0]["values"]["change"] == "15.00"


def test_a_figure_leads_to_the_movements_that_add_up_to_it(manager: Any, busy: None, client: Any) -> None:
    client.force_login(manager)
    page = client.get("/reports/activity/", MARCH).content.decode()
    assert (
        "/reports/movements/?first_day=2026-03-09&amp;last_day=2026-03-09&amp;what=collected&amp;currency=EUR" in page
    )


@pytest.mark.parametrize(("by", "name"), [("month", "Mar 2026"), ("week", "2026-W11"), ("year", "2026")])
def test_a_figure_of_a_period_leads_to_its_days(manager: Any, busy: None, client: Any, by: str, name: str) -> None:
    client.force_login(manager)
    page = client.get("/reports/activity/", MARCH | {"by": by}).content.decode()
    row = page[page.index(f'<th scope="row" class="whole">{name}</th>') :]
    link = re.findall(r'href="/reports/movements/([^"]+what=collected[^"]*)"', row)[0]
    movements = Program(manager).get(f"reports/movements/{unescape(link)}").json()
    assert [each["values"]["amount"] for each in movements["tables"][0]["foot"]] == ["-80.00"]


def test_of_a_history_with_everything_each_family_is_what_its_papers_say(company: Any, customer: Any) -> None:
    make_history(company, customer)
    days = Days(company.pk, date(2020, 1, 1), date(2030, 1, 1))
    sums: dict[tuple[str, str], Decimal] = {}
    for _, _, _, _, currency, amount, _, family in fetched(movements_sql(), days.parameters):
        sums[family, currency] = sums.get((family, currency), Decimal(0)) + amount

    issued = Invoice.objects.exclude(status="draft")
    billed = [each for each in issued if each.kind != DocumentKind.CREDIT_MEMO]
    assert sums["billed", "EUR"] == sum(each.total for each in billed if each.currency == "EUR")
    memos = [each for each in issued if each.kind == DocumentKind.CREDIT_MEMO]
    assert sums["credited", "EUR"] == -sum(each.total for each in memos if each.currency == "EUR")
    void = [each for each in issued if each.status == "void" and each.currency == "EUR"]
    assert sums["voided", "EUR"] == -sum(each.total for each in void if each in billed)
    assert sums.get(("uncredited", "EUR"), 0) == sum(each.total for each in void if each in memos)
    received = [each for each in Receipt.objects.all() if each.currency == "EUR"]
    back = [each for each in received if each.reversed_on]
    assert sums["returned", "EUR"] == sum(each.amount for each in back)
    everything = sum(item.amount for item in OpenItem.objects.filter(currency="EUR"))
    assert sum(amount for (_, currency), amount in sums.items() if currency == "EUR") == everything
    assert ("other", "EUR") not in sums


def test_what_is_taken_back_is_of_the_family_of_what_it_was(company: Any, customer: Any, manager: Any) -> None:
    on = date(2026, 3, 9)
    for kind, amount in ((WriteOffKind.TOLERANCE, "0.20"), (WriteOffKind.BANK_FEE, "5.00")):
        item = world.item_of(world.issue(customer, amount, on))
        written = enter_write_off(customer, [(item, item.amount)], Why(kind, "Small"), on=on, by=None)
        reverse_write_off(written.pk, on=on, by=None, reason="After all")
    lost = world.item_of(world.issue(customer, "100.00", on))
    [row] = write_off(customer, WriteOffDetails([Share(lost.pk, lost.amount)], reason="Insolvency"), on=on, by=None)
    recovery = record_recovery(row.pk, RecoveryDetails(Decimal(40), on), by=None)
    reverse_receipt(recovery.receipt_id, reason="Came back", by=manager, dated_on=on)
    dollars = world.receive(customer, "108.00", on, currency="USD", exchange_rate=Decimal("0.9"))
    made = exchange_receipt(dollars.pk, ExchangeDetails(Decimal("108.00"), "EUR", on), by=None)
    undo_exchange(made.pk, on=on, by=None, reason="Wrong customer")
    answer = answered(manager, by="month")
    [euros, dollars_moved] = answer["tables"][0]["rows"]
    assert "other" not in euros["values"] | dollars_moved["values"]
    figures = {name: euros["values"][name] for name in ("written_off", "restored", "recovered", "exchanged")}
    assert figures == {"written_off": "-105.20", "restored": "5.20", "recovered": "0.00", "exchanged": "0.00"}
    assert {proof["difference"] for proof in answer["proofs"]} == {"0.00"}


def test_every_kind_of_item_is_in_a_family() -> None:
    assert set(OF_KIND) == set(ItemKind) - {ItemKind.REVERSAL}
    assert set(OF_KIND.values()) <= set(FAMILIES)
