"""What wants a look: of each kind one that is found, and one that just is not."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape
from python_calamine import CalamineWorkbook

from billing.operations.void_invoice import void_invoice
from customers.models import Customer
from ledger.models import ItemKind
from payments.operations.refund_credit import RefundDetails, refund_credit
from reports.findings import documents, entries, items
from reports.findings.kind import Asked, Kind
from reports.findings.kinds import KINDS, kinds_for
from reports.operations.close_month import close_month, reopen_month
from tests import world
from tests.api.calling import Program
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
TODAY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def in_july(time_machine: Any) -> None:
    """Long after what is dated in spring."""
    time_machine.move_to("2026-07-01 10:00Z", tick=False)


@pytest.fixture
def manager(company: Any) -> Any:
    return world.make_user(company, "manager")


@pytest.fixture
def found(company: Any, manager: Any) -> Callable[..., list[Any]]:
    """The rows of a kind, oldest first."""

    def look(kind: Kind, **params: str) -> list[Any]:
        rows = kind.found(Asked(manager, company, TODAY), params).order_by("pk")
        assert kind.count(Asked(manager, company, TODAY), params) == len(rows)
        return list(rows)

    return look


@pytest.fixture
def plant(superuser_cursor: Any) -> Callable[..., None]:
    """Change something with every guard off."""

    def change(sql: str, *values: Any) -> None:
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute(sql, values)

    return change


def test_a_sound_book_has_none_of_them(company: Any, customer: Any, found: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "30.00", DAY), invoice, "30.00", DAY)
    void_invoice(world.issue(customer, "7.00", DAY).pk, reason="Twice", by=None, on=DAY)
    world.draft(customer, "5.00")

    late = {kind.key: len(found(kind)) for kind in KINDS}
    late.pop("late-entries")  # the database's own clock is not the test's
    assert set(late.values()) == {0}


def test_an_invoice_below_zero_and_a_payment_above_it(company: Any, customer: Any, found: Any, plant: Any) -> None:
    first, second = world.issue(customer, "10.00", DAY), world.issue(customer, "20.00", DAY)
    receipt = world.receive(customer, "5.00", DAY)
    assert found(items.WRONG_SIGNED) == []
    plant(
        "UPDATE ledger_openitem SET amount = -10, balance = -10, company_amount = -10 WHERE entry_id = %s",
        first.entry_id,
    )
    plant("UPDATE ledger_openitem SET kind = 'invoice' WHERE entry_id = %s", receipt.entry_id)

    assert [row.entry_id for row in found(items.WRONG_SIGNED)] == [first.entry_id, receipt.entry_id]
    assert second.entry_id not in [row.entry_id for row in found(items.WRONG_SIGNED)]


def test_a_credit_is_stale_after_its_days(company: Any, customer: Any, found: Any) -> None:
    old, just_not = world.receive(customer, "5.00", date(2026, 4, 1)), world.receive(customer, "6.00", date(2026, 4, 2))
    memo = world.issue_credit_memo(customer, "8.00", DAY)
    used = world.receive(customer, "9.00", DAY)
    world.apply(used, world.issue(customer, "9.00", DAY), "9.00", DAY)

    def entries_of(**params: str) -> set[int]:
        return {row.entry_id for row in found(items.STALE_CREDITS, **params)}

    assert (TODAY - old.received_on).days == 91
    assert entries_of() == {old.entry_id, memo.entry_id}
    assert entries_of(older="89") == {old.entry_id, memo.entry_id, just_not.entry_id}
    assert entries_of(older="120") == {memo.entry_id}
    assert entries_of(older="soon") == entries_of(older="-1") == entries_of(older="1e9") == entries_of()
    refund_credit(customer, RefundDetails(world.item_of(memo).pk, Decimal("8.00"), DAY, "Back"), by=None)
    assert entries_of() == {old.entry_id}


def test_a_rest_is_small_up_to_its_limit_and_only_of_what_was_paid(company: Any, customer: Any, found: Any) -> None:
    small, larger = world.issue(customer, "10.00", DAY), world.issue(customer, "10.00", DAY)
    whole = world.issue(customer, "0.90", DAY)
    world.apply(world.receive(customer, "9.00", DAY), small, "9.00", DAY)
    world.apply(world.receive(customer, "8.99", DAY), larger, "8.99", DAY)

    assert [row.entry_id for row in found(items.SMALL_RESTS)] == [small.entry_id]
    assert len(found(items.SMALL_RESTS, below="1.01")) == 2
    assert len(found(items.SMALL_RESTS, below="1,01")) == 2
    assert found(items.SMALL_RESTS, below="0.99") == []
    assert whole.entry_id not in [row.entry_id for row in found(items.SMALL_RESTS, below="5")]


def test_open_though_the_customers_credit_would_pay_it(company: Any, customer: Any, found: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    covered, not_quite = world.issue(customer, "10.00", DAY), world.issue(customer, "10.01", DAY)
    world.issue(other, "1.00", DAY)
    assert found(items.COVERABLE) == []
    world.receive(customer, "4.00", DAY)
    world.issue_credit_memo(customer, "6.00", DAY)

    assert [(row.entry_id, row.free) for row in found(items.COVERABLE)] == [(covered.entry_id, 10)]
    assert not_quite.entry_id not in [row.entry_id for row in found(items.COVERABLE)]


def test_what_is_open_of_a_customer_set_inactive(company: Any, customer: Any, found: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    still_open = world.issue(customer, "10.00", DAY)
    paid = world.issue(customer, "5.00", DAY)
    world.apply(world.receive(customer, "5.00", DAY), paid, "5.00", DAY)
    world.issue(other, "7.00", DAY)
    assert found(items.OF_INACTIVE) == []
    Customer.objects.filter(pk=customer.pk).update(is_active=False)

    assert [row.entry_id for row in found(items.OF_INACTIVE)] == [still_open.entry_id]


def test_a_gap_names_what_is_missing_and_what_the_book_knows(
    company: Any, customer: Any, found: Any, plant: Any
) -> None:
    papers = [world.issue(customer, "10.00", DAY) for _ in range(4)]
    void_invoice(papers[3].pk, reason="Twice", by=None, on=DAY)
    receipts = [world.receive(customer, "1.00", DAY) for _ in range(2)]
    assert found(documents.GAPS) == []
    plant("DELETE FROM billing_invoice WHERE id = %s", papers[1].pk)
    plant("DELETE FROM payments_receipt WHERE id = %s", receipts[1].pk)
    plant("UPDATE office_numberseries SET last = 5 WHERE kind = 'invoice'")

    invoices, money = sorted(found(documents.GAPS), key=lambda row: row.kind)
    assert (invoices.last, invoices.papers, invoices.missing) == (5, 3, 2)
    assert invoices.numbers == (
        "INV-2026-0002: the book has issue invoice of 2026-03-02; INV-2026-0005: nothing in the book"
    )
    assert (money.kind, money.numbers) == ("receipt", "RC-2026-0002: the book has record receipt of 2026-03-02")


def test_a_gap_is_the_companys_own(company: Any, customer: Any, found: Any, plant: Any) -> None:
    other = world.make_customer(world.make_company(legal_name="Other Ltd"))
    for _ in range(2):
        world.issue(other, "10.00", DAY)
    world.issue(customer, "10.00", DAY)
    plant("DELETE FROM billing_invoice WHERE customer_id = %s AND sequence = 1", other.pk)

    assert found(documents.GAPS) == []


def test_more_papers_than_numbers_are_told_of_too(company: Any, customer: Any, found: Any, plant: Any) -> None:
    for _ in range(2):
        world.issue(customer, "10.00", DAY)
    plant("UPDATE office_numberseries SET last = 1 WHERE kind = 'invoice'")

    assert [(row.missing, row.numbers) for row in found(documents.GAPS)] == [(-1, None)]


def test_reverse_charge_without_the_customers_number(company: Any, found: Any, plant: Any) -> None:
    company.tax_id = "DE136695976"
    company.save()
    customer = world.make_customer(company, tax_id="FR40303265045")
    reverse_charge = world.make_tax(company, "0", category="AE")
    vat = world.make_tax(company, "20")
    theirs = world.issue(customer, [world.line("10.00", tax=reverse_charge)], DAY)
    ours = world.issue(customer, [world.line("10.00", tax=vat)], DAY)
    assert found(documents.WITHOUT_TAX_ID) == []
    plant("UPDATE billing_invoice SET printed = jsonb_set(printed, '{buyer,tax_id}', '\"\"')")

    assert [row.pk for row in found(documents.WITHOUT_TAX_ID)] == [theirs.pk]
    assert ours.pk != theirs.pk


def test_an_entry_is_late_after_so_many_days_past_its_month(
    company: Any, customer: Any, found: Any, plant: Any
) -> None:
    late, just_not = world.issue(customer, "10.00", DAY), world.issue(customer, "10.00", date(2026, 3, 31))
    plant(
        "UPDATE ledger_entry SET recorded_at = '2026-04-10 22:00Z' WHERE id = %s", late.entry_id
    )  # the 11th in Berlin
    plant("UPDATE ledger_entry SET recorded_at = '2026-04-10 21:59Z' WHERE id = %s", just_not.entry_id)

    assert [(row.pk, row.days_past) for row in found(entries.LATE)] == [(late.entry_id, 11)]
    assert [row.days_past for row in found(entries.LATE, late="9")] == [11, 10]
    assert found(entries.LATE, late="11") == []


def test_what_came_into_a_reopened_month_says_who_reopened_it_and_why(
    company: Any, customer: Any, manager: Any, found: Any
) -> None:
    before = world.issue(customer, "10.00", DAY)
    close_month(company, DAY, by=manager, reason="As it is")
    assert found(entries.AFTER_REOPENING) == []
    reopen_month(company, DAY, reason="A late invoice", by=manager)
    assert found(entries.AFTER_REOPENING) == []
    after, other_month = world.issue(customer, "11.00", DAY), world.issue(customer, "12.00", date(2026, 4, 1))

    (row,) = found(entries.AFTER_REOPENING)
    assert (row.pk, row.by_name) == (after.entry_id, None)
    assert row.reopening.endswith("by Manager: A late invoice")
    assert row.pk not in (before.entry_id, other_month.entry_id)


def test_each_kind_has_a_page_and_files(company: Any, customer: Any, manager: Any, client: Any) -> None:
    world.receive(customer, "5.00", DAY)
    client.force_login(manager)
    for kind in KINDS:
        page = client.get(reverse("reports:findings", args=[kind.key])).content.decode()
        assert escape(kind.title) in page
        assert client.get(reverse("reports:findings", args=[kind.key]), {"format": "csv"}).status_code == 200
    address = reverse("reports:findings", args=["stale-credits"])
    page = client.get(address, {"older": "0"}).content.decode()
    assert "RC-2026-0001" in page
    assert reverse("payments:allocate", args=[customer.pk]) in page
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(client.get(address, {"older": "0", "format": "xlsx"}))))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert rows[1][0] == "RC-2026-0001"
    assert client.get(reverse("reports:findings", args=["nothing"])).status_code == 404


def test_what_is_found_is_counted_on_the_page_and_told_to_programs(
    company: Any, customer: Any, manager: Any, client: Any
) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    world.receive(customer, "10.00", DAY)
    client.force_login(manager)
    page = client.get(reverse("reports:book_checks"), {"part": "findings"}).content.decode()
    answer = Program(manager).get("book-checks/").json()
    told = {row["key"]: row for row in answer["findings"]}

    assert "Open, though the customer" in page
    assert "<strong>1</strong>" in page
    assert (told["coverable"]["count"], told["small-rests"]["count"]) == (1, 0)
    assert told["coverable"]["address"] == "/reports/book-checks/findings/coverable/"
    assert told["coverable"]["cause"]
    assert [(row["currency"], row["is_tied"]) for row in answer["tie_out"]] == []
    assert invoice.total == 10


def test_customers_of_others_are_not_found_by_whoever_sees_only_theirs(company: Any, customer: Any) -> None:
    seller = world.make_user(company, "manager", only_own_customers=True)
    world.issue(customer, "10.00", DAY)
    world.receive(customer, "10.00", DAY)
    asked = Asked(seller, company, TODAY)
    assert {kind.count(asked, {}) for kind in kinds_for(seller)} == {0}
    Customer.objects.filter(pk=customer.pk).update(sales_owner=seller)
    assert items.COVERABLE.count(asked, {}) == 1


def test_another_companys_findings_are_never_found(company: Any, manager: Any, found: Any) -> None:
    stranger = world.make_customer(world.make_company(legal_name="Other Ltd"))
    world.issue(stranger, "10.00", DAY)
    world.receive(stranger, "10.00", DAY)
    Customer.objects.filter(pk=stranger.pk).update(is_active=False)

    assert {kind.key: len(found(kind)) for kind in KINDS} == dict.fromkeys((kind.key for kind in KINDS), 0)


def test_every_kind_of_item_has_its_sign_or_either() -> None:
    either = {ItemKind.REVERSAL, ItemKind.EXCHANGE, ItemKind.OPENING, ItemKind.RECOVERY}
    assert {*items.ADDING, *items.TAKING} | either == set(ItemKind)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_limit_answers_whatever_is_typed(company: Any, manager: Any, client: Any, typed: str) -> None:
    client.force_login(manager)
    for kind in KINDS:
        if kind.limit:
            address = reverse("reports:findings", args=[kind.key])
            assert client.get(address, {kind.limit.key: typed}).status_code == 200
