"""Two customers made one: everything moves, no sum changes, and a person settles first what only one can have."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from billing.operations.void_invoice import void_invoice
from customers.duplicates import Asked, find_alike, pairs_of
from customers.merging import ids_by_number
from customers.models import Customer
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from customers.operations.declare_payer import declare_payer
from customers.operations.details import AddressDetails, CustomerDetails, details_of
from customers.operations.manage_mandates import MandateDetails, add_mandate
from customers.operations.merge_customers import merge_customers, what_merging_moves
from customers.operations.place_hold import place_hold
from customers.operations.update_customer import update_customer
from customers.search import fold
from ledger.balances import owed_on
from ledger.models import Line, OpenItem
from ledger.refusals import Refused
from office.models import AuditRecord, Comment
from office.operations.comment import comment
from office.talk.topics import About
from payments.matching.names import all_names
from reports.book_check import check_book
from tests import world
from tests.billing.ordering import make_order, order_line
from tests.customers.accounts import confirmed, iban_account
from tests.history import make_history
from tests.payments.debits import with_mandate

DAY = date(2026, 3, 2)
WHY = "Same tax id, entered twice"


@pytest.fixture
def kept(company: Any) -> Customer:
    return world.make_customer(company, "Bramble Gesellschaft mbH")


def merge(gone: Customer, kept: Customer, reason: str = WHY, by: Any = None) -> Any:
    return merge_customers(gone.pk, kept.pk, reason=reason, by=by)


def refusal_of(gone: Customer, kept: Customer, reason: str = WHY) -> str:
    with pytest.raises(Refused) as refusal:
        merge(gone, kept, reason)
    return refusal.value.message


def rows_naming(customer: Customer) -> dict[str, int]:
    """How many rows name a customer, by table, of those that merging moves."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT named_in::text, named_by FROM customers_named_in()")
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM {table} WHERE "{column}" = %s', [customer.pk])
            if count := cursor.fetchone()[0]:
                found[table] = found.get(table, 0) + count
    return found


@pytest.mark.django_db(transaction=True)
def test_all_that_names_a_customer_moves_and_the_book_stays_right(company: Any, customer: Any, kept: Customer) -> None:
    make_history(company, customer)
    world.issue(kept, "70", DAY)
    before, own = rows_naming(customer), rows_naming(kept)
    sums = {day: owed_on(company.pk, day, customer_id=customer.pk) for day in (date(2026, 2, 28), DAY)}
    owned = {day: owed_on(company.pk, day, customer_id=kept.pk) for day in sums}
    lines = Line.objects.filter(customer_id=customer.pk).count()
    tried = what_merging_moves(customer.pk, kept.pk)
    assert rows_naming(customer) == before

    moved = merge(customer, kept)

    assert moved == tried
    assert sum(each.moved + each.stayed for each in moved) == sum(before.values())
    left = rows_naming(customer)
    assert sum(left.values()) == sum(each.stayed for each in moved)
    assert rows_naming(kept).pop("ledger_openitem") == before["ledger_openitem"] + own["ledger_openitem"]
    for day, owed in sums.items():
        together = {each: owed.get(each, 0) + owned[day].get(each, 0) for each in owed | owned[day]}
        assert owed_on(company.pk, day, customer_id=kept.pk) == together
        assert owed_on(company.pk, day, customer_id=customer.pk) == {}
    assert Line.objects.filter(customer_id=customer.pk).count() == lines
    assert check_book() == []


@pytest.mark.django_db
def test_what_both_have_once_stays_with_the_old_record_and_empty_facts_are_taken_over(company: Any) -> None:
    one = CustomerDetails("One", tax_id="DE136695976", tags=["north"], note="Rings first", po_number="P1")
    gone = world.make_customer(company, **_facts(one, "BE"))
    kept = world.make_customer(company, **_facts(CustomerDetails("Two", tags=["south"], po_number="P2"), "DE"))
    moved = {each.kind: (each.moved, each.stayed) for each in merge(gone, kept)}
    assert moved == {"Contacts": (1, 0), "Addresses": (0, 1)}
    kept.refresh_from_db()
    assert (kept.tax_id, kept.note, kept.po_number) == ("DE136695976", "Rings first", "P2")
    assert kept.tags == ["north", "south"]
    assert [address.country for address in kept.addresses.all()] == ["DE"]
    assert [(person.email, person.is_active) for person in kept.contacts.order_by("pk")] == [
        ("eva@one.example", True),
        ("eva@two.example", True),
    ]


def _facts(details: CustomerDetails, country: str) -> dict[str, Any]:
    facts = {name: getattr(details, name) for name in ("name", "tax_id", "tags", "note", "po_number")}
    return facts | {"addresses": [AddressDetails(country=country, city="X")]}


@pytest.mark.django_db
def test_a_person_of_both_gets_one_mail(customer: Any, kept: Customer) -> None:
    merge(customer, kept)
    people = kept.contacts.order_by("pk").values_list("email", "is_active")
    assert list(people) == [("eva@bramble.example", False), ("eva@bramble.example", True)]


@pytest.mark.django_db
def test_the_old_number_and_name_find_the_kept_customer(company: Any, customer: Any, kept: Customer) -> None:
    old = customer.number
    merge(customer, kept)
    assert ids_by_number(company, [old]) == {old: kept.pk}
    assert all_names(company.pk).same("Bramble GmbH") == [kept.pk]
    kept.refresh_from_db()
    assert fold(old) in kept.search_text
    update_customer(kept.pk, replace(details_of(kept), credit_limit=None), version=kept.version, by=None)
    kept.refresh_from_db()
    assert fold(old) in kept.search_text


@pytest.mark.django_db
def test_who_merged_and_why_stands_with_both_and_what_was_said_comes_along(
    company: Any, customer: Any, kept: Customer
) -> None:
    manager = world.make_user(company, "manager")
    comment(company, About("customers.customer", customer.pk, "Bramble GmbH"), "They moved to Kiel", by=manager)
    merge(customer, kept, by=manager)
    rows = AuditRecord.objects.filter(action="merge_customers").order_by("pk")
    assert [(row.subject_id, row.by, row.reason) for row in rows] == [
        (kept.pk, manager, WHY),
        (customer.pk, manager, WHY),
    ]
    assert Comment.objects.get().about_id == kept.pk
    customer.refresh_from_db()
    assert (customer.merged_into, customer.is_active) == (kept, False)


@pytest.mark.django_db(transaction=True)
def test_work_on_merged_papers_goes_on_under_the_kept_customer(company: Any, customer: Any, kept: Customer) -> None:
    paid, void = world.issue(customer, "100", DAY), world.issue(customer, "30", DAY)
    merge(customer, kept)
    paid.refresh_from_db()
    world.apply(world.receive(kept, "100", DAY), paid, "100", DAY)
    void_invoice(void.pk, reason="twice", by=None, on=DAY)
    assert owed_on(company.pk, DAY, customer_id=kept.pk) == {}
    assert check_book() == []


@pytest.mark.django_db
def test_who_were_merged_are_no_duplicates_any_more(company: Any, customer: Any, kept: Customer) -> None:
    manager = world.make_user(company, "manager")
    assert [(pair.first, pair.second) for pair in pairs_of(company, manager, most=9)] == [(customer, kept)]
    merge(customer, kept, by=manager)
    assert pairs_of(company, manager, most=9) == []
    assert [hit.customer for hit in find_alike(company, Asked(emails=["eva@bramble.example"]))] == [kept]


@pytest.mark.django_db
def test_a_third_merge_moves_the_first_on(company: Any, customer: Any, kept: Customer) -> None:
    last = world.make_customer(company, "Last")
    merge(customer, kept)
    merge(kept, last)
    customer.refresh_from_db()
    assert customer.merged_into == last
    assert "merged into" in refusal_of(customer, last)
    assert "merged into" in refusal_of(last, kept)


@pytest.mark.django_db
def test_nothing_new_is_done_in_the_old_name(company: Any, customer: Any, kept: Customer) -> None:
    draft = world.draft(customer, "5")
    merge(customer, kept)
    customer.refresh_from_db()
    draft.refresh_from_db()
    assert draft.customer == kept
    acts: list[Callable[[], Any]] = [
        lambda: world.draft(customer, "5"),
        lambda: world.receive(customer, "5", DAY),
        lambda: make_order(customer, order_line("1", "5")),
        lambda: update_customer(
            kept.pk, replace(details_of(kept), parent_id=customer.pk), version=kept.version + 1, by=None
        ),
        lambda: update_customer(customer.pk, details_of(customer), version=customer.version, by=None),
        lambda: declare_payer(kept.pk, customer.pk, by=None),
        lambda: declare_payer(customer.pk, kept.pk, by=None),
        lambda: change_credit_limit(customer.pk, LimitDetails(Decimal(5)), reason="More", on=DAY, by=None),
        lambda: place_hold(customer.pk, "Late", on=DAY, by=None),
        lambda: confirmed(customer),
        lambda: add_mandate(customer, MandateDetails(0, "core", DAY), by=None),
    ]
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "customer_merged"


@pytest.mark.django_db
def test_who_cannot_be_merged(company: Any, customer: Any, kept: Customer) -> None:
    stranger = world.make_customer(world.make_company(), "Stranger")
    assert "nobody is merged into themselves" in refusal_of(kept, kept)
    assert "of one company" in refusal_of(stranger, kept)
    assert "how you know" in refusal_of(customer, kept, reason=" ")


def both_on_hold(gone: Customer, kept: Customer) -> None:
    world.hold(gone)
    world.hold(kept)


def same_order_number(gone: Customer, kept: Customer) -> None:
    for each in (gone, kept):
        make_order(each, order_line("1", "5"), po_number="4711")


def belongs_to(gone: Customer, kept: Customer) -> None:
    update_customer(kept.pk, replace(details_of(kept), parent_id=gone.pk), version=kept.version, by=None)


def would_be_three_levels(gone: Customer, kept: Customer) -> None:
    top, below = (world.make_customer(kept.company, name) for name in ("Top", "Below"))
    update_customer(kept.pk, replace(details_of(kept), parent_id=top.pk), version=kept.version, by=None)
    update_customer(below.pk, replace(details_of(below), parent_id=gone.pk), version=below.version, by=None)


def pays_for(gone: Customer, kept: Customer) -> None:
    declare_payer(kept.pk, gone.pk, by=None)


def both_have_payers(gone: Customer, kept: Customer) -> None:
    for name, each in (("First", gone), ("Second", kept)):
        declare_payer(each.pk, world.make_customer(kept.company, name).pk, by=None)


TO_SETTLE = {
    both_on_hold: "release one of the holds",
    same_order_number: "change one first",
    belongs_to: "belongs to C00001 Bramble GmbH",
    would_be_three_levels: "would have subsidiaries",
    pays_for: "pays for the other",
    both_have_payers: "Somebody pays for each",
}


@pytest.mark.django_db
@pytest.mark.parametrize("act", TO_SETTLE)
def test_what_a_person_has_to_settle_first(customer: Any, kept: Customer, act: Callable[..., None]) -> None:
    act(customer, kept)
    assert TO_SETTLE[act] in refusal_of(customer, kept)
    customer.refresh_from_db()
    assert customer.merged_into is None


@pytest.mark.django_db
def test_of_the_same_account_that_with_the_mandate_stays_open(company: Any, customer: Any, kept: Customer) -> None:
    mandate = with_mandate(customer).mandates.get()
    twin = confirmed(kept, iban_account())
    merge(customer, kept)
    twin.refresh_from_db()
    mandate.account.refresh_from_db()
    assert (twin.state, mandate.account.state, mandate.account.customer) == ("closed", "usable", kept)


@contextmanager
def without(cursor: Any, table: str, trigger: str) -> Iterator[None]:
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    try:
        yield
    finally:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


@pytest.mark.django_db
def test_each_guard_of_rows_that_name_a_customer_stands_aside_for_merging() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 19 = 19"
            " AND tgrelid IN (SELECT named_in FROM customers_named_in()) AND tgrelid <> 'customers_customer'::regclass"
            " AND pg_get_triggerdef(oid) NOT LIKE '%ledger_merging()%'"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_guards_do_not_stand_aside_for_whoever_says_that_they_merge(customer: Any, kept: Customer) -> None:
    receipt = world.receive(customer, "5", DAY)
    tries = [
        f"UPDATE payments_receipt SET customer_id = {kept.pk} WHERE id = {receipt.pk}",
        f"UPDATE ledger_openitem SET customer_id = {kept.pk}",
    ]
    for sql in tries:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL duebook.merging = 'on'")
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(sql)


def posted_while_merging(gone: Customer, kept: Customer, in_parallel: Any) -> tuple[int, list[Any]]:
    """An invoice is posted and waits for its commit while somebody merges; how many items the old record has then."""
    has_posted, may_commit = Event(), Event()

    def post() -> None:
        with transaction.atomic():
            world.issue(gone, "100", DAY)
            has_posted.set()
            may_commit.wait(1.5)

    def join() -> None:
        has_posted.wait(10)
        merge(gone, kept)
        may_commit.set()

    results = in_parallel([post, join])
    return OpenItem.objects.filter(customer_id=gone.pk).count(), results


@pytest.mark.django_db(transaction=True)
def test_an_invoice_posted_meanwhile_moves_too(customer: Any, kept: Customer, in_parallel: Any) -> None:
    assert posted_while_merging(customer, kept, in_parallel) == (0, [None, None])
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_it_is_left_behind(
    customer: Any, kept: Customer, in_parallel: Any, superuser_cursor: Any
) -> None:
    with without(superuser_cursor, "ledger_line", "customer_owes_in_own_name"):
        assert posted_while_merging(customer, kept, in_parallel)[0] == 1
