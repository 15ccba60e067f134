"""Money in another currency than the invoice: it is taken at what both say it is, and the difference is exchange's."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Barrier, get_ident
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing.early_payment import discount_earned
from billing.models import Invoice
from billing.queries import account_of
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.accounts import default_accounts
from ledger.balances import owed_on
from ledger.models import Account, AccountRole, Allocation, Entry, Line, OpenItem
from office.approvals.asking import ApprovalNeeded
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_exchange_rates import set_exchange_rate
from payments.exchanging import ExchangeDetails, receipt_item
from payments.models import Receipt, ReceiptExchange, ReceiptStatus
from payments.operations import exchange_receipt as exchanging
from payments.operations.apply_credits import undo_allocation
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.undo_exchange import undo_exchange
from payments.receipt_pdf import kept_of, page_of, settled_by
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import refusal

DAY, LATER = date(2026, 3, 2), date(2026, 3, 5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def dollars(customer: Any) -> Receipt:
    """108.00 USD of a customer who owes euros; a dollar is 0.90 EUR."""
    return world.receive(customer, "108.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "100.00", DAY)


def exchange(receipt: Receipt, amount: str, into: str | None, currency: str = "EUR", **more: Any) -> ReceiptExchange:
    by = more.pop("by", None)
    into_amount = into and Decimal(into)
    details = ExchangeDetails(Decimal(amount), currency, more.pop("on", LATER), into_amount, **more)
    return exchange_receipt(receipt.pk, details, by=by)


def book(role: str) -> Decimal:
    """What stands on the accounts of a role, in the company's currency."""
    return sum(Line.objects.filter(account__role=role).values_list("company_amount", flat=True), Decimal(0))


def given_item(row: ReceiptExchange) -> OpenItem:
    return row.given_entry.items.get()


def test_dollars_settle_an_invoice_in_euros_and_exchange_bears_the_difference(
    customer: Any, dollars: Receipt, invoice: Invoice
) -> None:
    row = exchange(dollars, "108.00", "100.00", item_id=world.item_of(invoice).pk)

    assert (world.open_of(invoice), world.open_of(dollars), given_item(row).balance) == (0, 0, 0)
    assert book(AccountRole.EXCHANGE) == Decimal("2.80")
    assert account_of(invoice)["paid"] == Decimal("100.00")
    assert owed_on(customer.company_id, LATER, customer_id=customer.pk) == {}
    assert check_book() == []


def test_without_a_second_amount_it_is_taken_at_the_days_rate_and_nothing_is_gained(
    dollars: Receipt, invoice: Invoice
) -> None:
    row = exchange(dollars, "108.00", None, item_id=world.item_of(invoice).pk)

    assert (row.into_amount, world.open_of(invoice)) == (Decimal("97.20"), Decimal("2.80"))
    assert book(AccountRole.EXCHANGE) == 0
    assert check_book() == []


def test_the_companys_own_money_settles_an_invoice_in_dollars(company: Any) -> None:
    american = world.make_customer(company, "Aspen Inc", currency="USD")
    invoice = world.issue(american, "100.00", DAY, exchange_rate=Decimal("0.9"))
    set_exchange_rate(company, "USD", LATER, Decimal("0.92"), by=None)
    receipt = world.receive(american, "92.00", DAY, currency="EUR")
    row = exchange(receipt, "92.00", None, "USD", item_id=world.item_of(invoice).pk)

    assert (row.into_amount, world.open_of(invoice)) == (Decimal("100.00"), 0)
    assert book(AccountRole.EXCHANGE) == Decimal("-2.00")
    assert book(AccountRole.RECEIVABLE) == 0
    assert check_book() == []


def test_yen_settle_dollars_by_both_rates_and_keep_their_worth(company: Any) -> None:
    american = world.make_customer(company, "Aspen Inc", currency="USD")
    set_exchange_rate(company, "USD", DAY, Decimal("0.9"), by=None)
    receipt = world.receive(american, "16000", DAY, currency="JPY", exchange_rate=Decimal("0.00625"))
    row = exchange(receipt, "16000", None, "USD")

    assert (row.into_amount, given_item(row).company_amount) == (Decimal("111.11"), Decimal("-100.00"))
    assert book(AccountRole.EXCHANGE) == 0
    assert check_book() == []


def test_a_part_is_exchanged_and_the_rest_stays(dollars: Receipt) -> None:
    row = exchange(dollars, "8.00", "7.20")
    again = exchange(dollars, "100.00", "90.00")

    assert (world.open_of(dollars), given_item(row).balance, given_item(again).balance) == (
        0,
        Decimal("-7.20"),
        Decimal("-90.00"),
    )
    assert check_book() == []


def test_undone_everything_is_open_again_as_it_was(dollars: Receipt, invoice: Invoice, manager: Any) -> None:
    row = exchange(dollars, "108.00", "100.00", item_id=world.item_of(invoice).pk)
    undo_exchange(row.pk, on=LATER, by=manager, reason="Wrong customer")

    row.refresh_from_db()
    assert (row.status, row.reversed_on, row.reversal_reason) == (ReceiptStatus.REVERSED, LATER, "Wrong customer")
    assert (world.open_of(invoice), world.open_of(dollars), given_item(row).balance) == (
        Decimal("100.00"),
        Decimal("108.00"),
        0,
    )
    assert book(AccountRole.EXCHANGE) == 0
    assert refusal(lambda: undo_exchange(row.pk, on=LATER, by=None, reason="again")) == "already_undone"
    assert exchange(dollars, "108.00", "97.20").status == ReceiptStatus.RECORDED
    assert check_book() == []


def test_a_returned_receipt_takes_its_exchange_with_it(dollars: Receipt, invoice: Invoice) -> None:
    row = exchange(dollars, "108.00", "100.00", item_id=world.item_of(invoice).pk)
    reverse_receipt(dollars.pk, dated_on=LATER, by=None, reason="bounced")

    row.refresh_from_db()
    item = world.item_of(invoice)
    assert (row.status, item.balance, item.due_on) == (ReceiptStatus.REVERSED, Decimal("100.00"), invoice.due_on)
    assert book(AccountRole.EXCHANGE) == 0
    assert check_book() == []


def test_the_day_the_money_came_earns_the_discount(company: Any, customer: Any) -> None:
    early = add_terms(company, TermsDetails("2/3", [PartDetails(net_days=30)], Decimal(2), 3), by=None)
    invoice = world.issue(customer, "100.00", DAY, terms_id=early.pk)
    receipt = world.receive(customer, "108.89", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    exchange(receipt, "108.89", "98.00", on=date(2026, 3, 20), item_id=world.item_of(invoice).pk)

    assert discount_earned(invoice) == Decimal("2.00")


def test_its_allocation_is_not_undone_by_itself(dollars: Receipt) -> None:
    exchange(dollars, "108.00", "97.20")
    allocation = Allocation.objects.get()

    assert refusal(lambda: undo_allocation(allocation.pk, dated_on=LATER, by=None, reason="x")) == "of_an_exchange"


def test_what_was_paid_back_stands(customer: Any, dollars: Receipt) -> None:
    row = exchange(dollars, "108.00", "97.20")
    details = RefundDetails(given_item(row).pk, Decimal("97.20"), LATER, "asked")
    refund_credit(customer, details, by=None)

    assert refusal(lambda: undo_exchange(row.pk, on=LATER, by=None, reason="x")) == "paid_back"
    assert check_book() == []


@pytest.mark.parametrize(
    ("amount", "into", "currency", "more", "code"),
    [
        ("108.01", "97.20", "EUR", {}, "more_than_open"),
        ("0", "97.20", "EUR", {}, "amount_not_positive"),
        ("108.00", "0", "EUR", {}, "amount_not_positive"),
        ("108.00", "80.00", "EUR", {}, "far_from_the_rate"),
        ("108.00", "120.00", "EUR", {}, "far_from_the_rate"),
        ("108.00", "97.20", "USD", {}, "same_currency"),
        ("108.00", "97.20", "ABC", {}, "bad_currency"),
        ("108.00", "97.20", "GBP", {}, "no_exchange_rate"),
        ("1.001", "0.90", "EUR", {}, "too_many_places"),
        ("108.00", "97.201", "EUR", {}, "too_many_places"),
        ("108.00", "97.20", "EUR", {"on": date(2026, 3, 1)}, "before_it_was_made"),
        ("108.00", "97.20", "EUR", {"on": date(2999, 1, 1)}, "date_in_future"),
        ("108.00", "97.20", "EUR", {"item_id": 0}, "does_not_belong_together"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    dollars: Receipt, amount: str, into: str, currency: str, more: dict, code: str
) -> None:
    if "item_id" in more:
        more = {"item_id": world.item_of(dollars).pk}
    entries = Entry.objects.count()

    assert refusal(lambda: exchange(dollars, amount, into, currency, **more)) == code
    assert (Entry.objects.count(), ReceiptExchange.objects.count()) == (entries, 0)


def test_a_reversed_receipt_and_tax_withheld_are_no_money(customer: Any, dollars: Receipt) -> None:
    reverse_receipt(dollars.pk, dated_on=LATER, by=None, reason="bounced")
    withheld = world.receive(customer, "10.00", DAY, method="withheld", reference="C-1")

    assert refusal(lambda: exchange(dollars, "108.00", "97.20")) == "invalid_move"
    assert refusal(lambda: exchange(withheld, "10.00", "11.00", "USD")) == "invalid_move"


def test_giving_more_than_came_needs_anothers_word(company: Any, dollars: Receipt, clerk: Any, manager: Any) -> None:
    set_approval_rules(company, {"exchange_receipt": (Decimal("2.00"), "manager")}, by=manager)
    with pytest.raises(ApprovalNeeded) as needed:
        exchange(dollars, "108.00", "100.00", by=clerk)
    assert needed.value.asked.amount == Decimal("2.80")

    request = ask_approval(needed.value, by=clerk)
    approve_request(request.pk, by=manager)
    assert ReceiptExchange.objects.get().into_amount == Decimal("100.00")
    small = world.receive(dollars.customer, "10.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    assert exchange(small, "10.00", "9.00", by=clerk).status == ReceiptStatus.RECORDED


def test_an_exchange_never_changes(superuser_cursor: Any, company: Any) -> None:
    customer = world.make_customer(company)
    receipt = world.receive(customer, "108.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    row = exchange(receipt, "108.00", "97.20")
    for change in ("into_amount = 1", "status = 'reversed', reversed_on = '2026-03-05', amount = 1"):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            connection.cursor().execute(f"UPDATE payments_receiptexchange SET {change} WHERE id = {row.pk}")


@pytest.mark.django_db(transaction=True)
def test_two_who_exchange_the_same_money_at_once_do_it_once(company: Any, in_parallel: Callable[..., Any]) -> None:
    receipt = world.receive(world.make_customer(company), "108.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    results = in_parallel([lambda: exchange(receipt, "108.00", "97.20")] * 4)

    assert [getattr(result, "code", "done") for result in results].count("done") == 1
    assert {getattr(result, "code", "done") for result in results} == {"done", "more_than_open"}
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_only_the_books_own_rules_stop_the_second(
    company: Any, in_parallel: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = world.receive(world.make_customer(company), "108.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    both_read = Barrier(2, timeout=30)
    waited: set[int] = set()

    def read_unlocked(receipt_id: int, item_id: int | None) -> tuple[Receipt, OpenItem]:
        read = Receipt.objects.select_related("company", "customer").get(pk=receipt_id)
        return read, receipt_item(read)

    def accounts_after_both_read(company_id: int) -> dict[str, Account]:
        """The first thing asked for after all was read and before anything is entered."""
        if get_ident() not in waited:
            waited.add(get_ident())
            both_read.wait()
        return default_accounts(company_id)

    monkeypatch.setattr(exchanging, "_locked", read_unlocked)
    monkeypatch.setattr(exchanging, "default_accounts", accounts_after_both_read)
    results = in_parallel([lambda: exchange(receipt, "108.00", "97.20")] * 2)

    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "ReceiptExchange"]


@pytest.mark.django_db(transaction=True)
def test_exchanged_or_returned_at_once_one_way_holds(company: Any, in_parallel: Callable[..., Any]) -> None:
    receipt = world.receive(world.make_customer(company), "108.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    in_parallel(
        [
            lambda: exchange(receipt, "108.00", "97.20"),
            lambda: reverse_receipt(receipt.pk, dated_on=LATER, by=None, reason="bounced"),
        ]
    )

    assert OpenItem.objects.exclude(balance=0).count() == 0
    assert check_book() == []


# Doors


def test_on_screen_it_is_offered_shown_worked_out_taken_and_undone(
    dollars: Receipt, invoice: Invoice, clerk: Any
) -> None:
    browser = Client()
    browser.force_login(clerk)
    address = reverse("payments:exchange_receipt", args=[dollars.pk])
    for page in ("payments:receipt", dollars.pk), ("payments:allocate", dollars.customer_id):
        assert address in browser.get(reverse(page[0], args=page[1:])).content.decode()
    form = browser.get(address).context["form"].initial
    assert (form["amount"], form["into_currency"], form["into_amount"]) == ("108", "EUR", "100")

    typed = {"amount": "108", "into_currency": "eur", "into_amount": "100", "exchanged_on": "2026-03-05"}
    preview = browser.post(reverse("payments:exchange_preview", args=[dollars.pk]), typed).content.decode()
    assert "We give more than we got" in preview
    assert "2.80" in preview
    page = browser.post(address, typed | {"item": world.item_of(invoice).pk}, follow=True).content.decode()
    assert "is €100.00 now." in page
    assert world.open_of(invoice) == 0
    paper = browser.get(reverse("paper", args=[ReceiptExchange.objects.get().given_entry_id]))
    assert paper.url == reverse("payments:receipt", args=[dollars.pk])

    undo = reverse("payments:undo_exchange", args=[ReceiptExchange.objects.get().pk])
    assert "Say why" in browser.post(undo, {"reason": " "}, follow=True).content.decode()
    assert "Undone." in browser.post(undo, {"reason": "Wrong"}, follow=True).content.decode()
    assert world.open_of(invoice) == Decimal("100.00")


def test_a_program_does_the_same(company: Any, dollars: Receipt, invoice: Invoice, clerk: Any) -> None:
    program = Program(clerk)
    address, body = f"receipts/{dollars.pk}/exchanges/", {"amount": "108.00", "into_currency": "EUR"}
    made = program.post(address, body | {"item": world.item_of(invoice).pk}).json()
    assert (made["into_amount"], made["credit"]["balance"], world.open_of(invoice)) == ("97.20", "0.00", Decimal("2.8"))
    assert program.get(address).json() == [made]
    undone = program.post(f"exchanges/{made['id']}/undo/", {"reason": "Wrong"}).json()
    assert (undone["status"], undone["reversal_reason"]) == ("reversed", "Wrong")
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post(address, body))[0] == 403


def test_another_companys_receipt_is_not_found(dollars: Receipt) -> None:
    stranger = Client()
    stranger.force_login(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert stranger.get(reverse("payments:exchange_receipt", args=[dollars.pk])).status_code == 404


def test_its_paper_and_mail_say_what_it_pays_in_which_currency(dollars: Receipt, invoice: Invoice) -> None:
    exchange(dollars, "100.00", "95.00", item_id=world.item_of(invoice).pk)
    page = page_of(dollars)

    assert [money for money in ("€95.00", "$8.00", "$108.00") if money in page.replace("US$", "$")] == [
        "€95.00",
        "$8.00",
        "$108.00",
    ]
    assert settled_by(dollars) == [(world.item_of(invoice), Decimal("95.00"))]
    assert kept_of(dollars) == [(Decimal("8.00"), "USD")]
