"""What is entered in the book, column by column, and its mirror image."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from customers.operations.merge_customers import merge_customers
from ledger.accounts import STANDARD_ACCOUNTS, default_accounts
from ledger.merging import owed_now_by
from ledger.models import Account, AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.periods import close_month, closed_months, reopen_month
from ledger.posting import Posting, customer_posting, post, post_all, post_mirror, post_mirrors
from ledger.refusals import Refused
from tests import world
from tests.ledger.entering import DAY, DUE, enter, entry, item, one

pytestmark = pytest.mark.django_db
LATER = date(2026, 3, 9)


def lines_of(entered: Entry) -> list[tuple[Any, ...]]:
    columns = ("account__role", "amount", "company_amount", "customer_id", "dated_on", "currency")
    return list(Line.objects.filter(entry=entered).order_by("id").values_list(*columns))


def items_of(entered: Entry) -> list[tuple[Any, ...]]:
    columns = ("kind", "reference", "amount", "company_amount", "balance", "due_on", "dated_on", "currency")
    return list(OpenItem.objects.filter(entry=entered).order_by("id").values_list(*columns))


def test_the_receivable_line_says_what_the_items_add_up_to(customer: Any) -> None:
    receivable = default_accounts(customer.company_id)[AccountRole.RECEIVABLE]
    items = [item("100", "110", customer_id=customer.pk), item("50", "55")]
    contra, fact = Line(amount=Decimal(-150)), entry(customer, "one")
    posting = customer_posting(fact, receivable, items, [contra])

    own = posting.lines[0]
    assert (own.account, own.amount, own.company_amount, own.customer_id) == (receivable, 150, 165, customer.pk)
    assert (posting.entry, posting.lines[1:], posting.items) == (fact, [contra], items)
    assert Posting(fact) == Posting(fact, [], [])


def test_what_is_entered_has_its_entrys_company_day_and_currency(customer: Any) -> None:
    made = enter(customer, "one", item("100", "90"), item("50", "45", reference="INV-2"), currency="USD")
    fact = made[0].entry
    assert (Entry.objects.get(), fact.pk) == (fact, Entry.objects.get().pk)
    assert lines_of(fact) == [
        ("receivable", 150, 135, customer.pk, DAY, "USD"),
        ("sales", -150, -135, None, DAY, "USD"),
    ]
    assert items_of(fact) == [
        ("invoice", "INV-1", 100, 90, 100, DUE, DAY, "USD"),
        ("invoice", "INV-2", 50, 45, 50, DUE, DAY, "USD"),
    ]
    for each in made:
        kept = OpenItem.objects.get(pk=each.pk)
        assert (kept.company_id, kept.open_during.lower, kept.open_during.upper) == (customer.company_id, DAY, None)
        assert (each.company_id, each.balance, each.open_during) == (customer.company_id, each.amount, (DAY, None))


def test_a_fact_enters_once(customer: Any) -> None:
    one(customer, "one", "100")
    with pytest.raises(IntegrityError, match="ledger_entry_key"):
        one(customer, "one", "100")


def test_nothing_is_entered_into_a_closed_month_until_it_is_reopened(customer: Any) -> None:
    close_month(world.make_company().pk, DAY)
    closed = close_month(customer.company_id, DAY)
    assert (closed.company_id, closed.month, closed.closed_at is None) == (customer.company_id, date(2026, 3, 1), False)
    assert close_month(customer.company_id, LATER).closed_at == closed.closed_at
    assert closed_months(customer.company_id) == {date(2026, 3, 1)}
    assert closed_months(0) == set()
    with pytest.raises(Refused, match="That month is closed") as refusal:
        one(customer, "one", "100")
    assert refusal.value.code == "period_closed"
    one(customer, "other", "100", dated_on=date(2026, 4, 1))

    assert reopen_month(customer.company_id, LATER).closed_at is None
    assert closed_months(customer.company_id) == set()
    one(customer, "one", "100")


def test_of_many_facts_each_has_its_own_rows_or_none_is_entered(customer: Any) -> None:
    accounts = default_accounts(customer.company_id)
    postings = [
        customer_posting(
            entry(customer, key, dated_on=day),
            accounts[AccountRole.RECEIVABLE],
            [item(amount, customer_id=customer.pk)],
            [Line(account=accounts[AccountRole.SALES], amount=-Decimal(amount), company_amount=-Decimal(amount))],
        )
        for key, amount, day in (("one", "100", DAY), ("two", "70", LATER))
    ]
    entries = post_all(postings)
    assert [(each.key, [row[1:3] + row[4:5] for row in lines_of(each)]) for each in entries] == [
        ("one", [(100, 100, DAY), (-100, -100, DAY)]),
        ("two", [(70, 70, LATER), (-70, -70, LATER)]),
    ]
    assert [[row[2] for row in items_of(each)] for each in entries] == [[100], [70]]


def test_a_mirror_takes_back_line_by_line_and_item_by_item(customer: Any, clerk: Any) -> None:
    [made, _] = enter(
        customer, "one", item("100", "90"), item("-30", "-27", reference="CM-1"), currency="USD", reference="INV-1"
    )
    before = made.entry
    mirror = post_mirror(before, key="back", kind="void", dated_on=LATER, by_id=clerk.pk, memo="a mistake")

    kept = Entry.objects.get(pk=mirror.pk)
    assert (kept.company_id, kept.key, kept.kind, kept.dated_on) == (customer.company_id, "back", "void", LATER)
    assert (kept.currency, kept.company_currency, kept.reference) == ("USD", "EUR", "INV-1")
    assert (kept.memo, kept.reverses, kept.by_id) == ("a mistake", before, clerk.pk)
    assert lines_of(mirror) == [
        ("receivable", -70, -63, customer.pk, LATER, "USD"),
        ("sales", 70, 63, None, LATER, "USD"),
    ]
    assert items_of(mirror) == [
        (ItemKind.REVERSAL, "INV-1", -100, -90, -100, LATER, LATER, "USD"),
        (ItemKind.REVERSAL, "CM-1", 30, 27, 30, LATER, LATER, "USD"),
    ]
    assert {each.customer_id for each in mirror.items.all()} == {customer.pk}
    with pytest.raises(IntegrityError):
        post_mirror(before, key="again", kind="void", dated_on=LATER, by_id=None)


def test_many_mirrors_each_take_back_their_own_entry(customer: Any) -> None:
    entries = {f"back {key}": one(customer, key, amount).entry for key, amount in (("one", "100"), ("two", "70"))}
    mirrors = post_mirrors(entries, kind="void", dated_on=LATER, by_id=None)
    assert [(each.key, each.memo, each.reverses.key, lines_of(each)[0][1]) for each in mirrors if each.reverses] == [
        ("back one", "", "one", -100),
        ("back two", "", "two", -70),
    ]
    assert post_mirror(one(customer, "three", "1").entry, key="b", kind="k", dated_on=DAY, by_id=None).memo == ""


def test_who_was_merged_owes_in_the_name_of_the_other(customer: Any) -> None:
    kept, third = (world.make_customer(customer.company, name) for name in ("Cedar AG", "Birch AG"))
    merge_customers(customer.pk, kept.pk, reason="one firm", by=None)
    asked = [customer.pk, kept.pk, third.pk, None]
    assert owed_now_by(asked) == {customer.pk: kept.pk, kept.pk: kept.pk, third.pk: third.pk, None: None}


def test_a_company_starts_with_one_account_for_each_purpose(customer: Any) -> None:
    columns = ("code", "name", "role", "is_default")
    made = list(Account.objects.filter(company_id=customer.company_id).order_by("code").values_list(*columns))
    assert made == [(*each, True) for each in STANDARD_ACCOUNTS]
    Account.objects.create(company_id=customer.company_id, code="1001", name="Other", role=AccountRole.BANK)
    world.make_company()
    by_role = default_accounts(customer.company_id)
    assert {role: account.code for role, account in by_role.items()} == {
        role: code for code, _, role in STANDARD_ACCOUNTS
    }
    assert {account.company_id for account in by_role.values()} == {customer.company_id}


def test_post_gives_the_entry(customer: Any) -> None:
    accounts = default_accounts(customer.company_id)
    lines = [
        Line(account=accounts[role], amount=Decimal(amount), company_amount=Decimal(amount))
        for role, amount in ((AccountRole.BANK, "5"), (AccountRole.SALES, "-5"))
    ]
    fact = entry(customer, "plain")
    assert post(Posting(fact, lines)) is fact
    assert lines_of(fact) == [("bank", 5, 5, None, DAY, "EUR"), ("sales", -5, -5, None, DAY, "EUR")]
