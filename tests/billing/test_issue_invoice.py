"""Issuing: numbers, what is posted, what is refused, and two at once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from billing.chain import document_hash
from billing.models import DocumentStatus, Invoice, InvoiceLine
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import delete_draft, edit_draft
from billing.operations.issue_invoice import issue_invoice, issue_invoices
from billing.queries import with_state
from ledger.models import Entry, Line
from ledger.refusals import Refused
from office.models import AuditRecord, NumberSeries, OutgoingMail
from reports.book_check import check_book
from tests import world
from tests.meeting import all_after

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def test_issuing_gives_a_number_and_enters_what_is_owed(company: Any, customer: Any, clerk: Any) -> None:
    vat = world.make_tax(company, "20")
    draft = world.draft(customer, [world.line("100.00", tax=vat)], net_days=14)

    invoice = issue_invoice(draft.pk, by=clerk, on=DAY)

    assert (invoice.number, invoice.status, invoice.total) == ("INV-2026-0001", "issued", Decimal("120.00"))
    assert (invoice.dated_on, invoice.due_on) == (DAY, date(2026, 3, 16))
    posted = Line.objects.filter(entry=invoice.entry).values_list("account__role", "amount")
    assert sorted(posted) == [("receivable", Decimal(120)), ("sales", Decimal(-100)), ("tax", Decimal(-20))]
    assert world.owes(customer, DAY) == Decimal("120.00")
    assert AuditRecord.objects.filter(action="issue_invoice", subject_id=invoice.pk, by=clerk).count() == 1


def test_issuing_twice_is_refused_and_posts_nothing_more(customer: Any) -> None:
    invoice = world.issue(customer, "120.00", DAY)
    with pytest.raises(Refused) as refusal:
        issue_invoice(invoice.pk, by=None, on=DAY)

    assert refusal.value.code == "invalid_move"
    assert world.owes(customer, DAY) == Decimal("120.00")


def test_a_draft_without_lines_is_refused(customer: Any) -> None:
    with pytest.raises(Refused) as refusal:
        issue_invoice(world.draft(customer, []).pk, by=None, on=DAY)

    assert refusal.value.code == "nothing_to_bill"
    assert not NumberSeries.objects.filter(kind="invoice").exists()


def test_an_invoice_below_zero_is_refused(customer: Any) -> None:
    with pytest.raises(Refused) as refusal:
        world.issue(customer, "-5.00", DAY)

    assert refusal.value.code == "negative_total"


def test_a_date_in_the_future_is_refused(company: Any, customer: Any) -> None:
    tomorrow = date.fromordinal(company.today().toordinal() + 1)
    with pytest.raises(Refused) as refusal:
        world.issue(customer, "5.00", tomorrow)

    assert refusal.value.code == "date_in_future"


def test_a_year_that_can_only_be_a_slip_is_refused(customer: Any) -> None:
    with pytest.raises(Refused) as refusal:
        world.issue(customer, "5.00", date(26, 3, 2))

    assert refusal.value.code == "date_too_early"
    assert not NumberSeries.objects.filter(kind="invoice").exists()


def test_a_draft_that_changed_after_it_was_seen_is_not_issued(customer: Any) -> None:
    draft = world.draft(customer, "5.00")
    edit_draft(draft.pk, InvoiceDetails(customer.pk, [world.line("500.00")]), version=1, by=None)
    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY, version=1)

    assert refusal.value.code == "stale"
    assert issue_invoice(draft.pk, by=None, on=DAY, version=2).total == 500


def test_rnd_09_an_invoice_of_nothing_is_issued_and_owes_nothing(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "5")
    free = [world.line("1300.00", tax=vat, discount_percent=Decimal(100))]
    invoice = world.issue(customer, free, DAY, prices_include_tax=True)

    assert (invoice.net, invoice.tax, invoice.total, invoice.entry) == (0, 0, 0, None)
    assert with_state(Invoice.objects.filter(pk=invoice.pk), date(2027, 1, 1)).get().state == "paid"


def test_what_is_printed_stays_when_customer_and_tax_change(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    invoice = world.issue(customer, [world.line("100.00", tax=vat)], DAY)
    vat.rates.update(name="VAT 25%", percent=Decimal(25))
    customer.name = "Renamed GmbH"
    customer.save()

    invoice.refresh_from_db()
    row = invoice.taxes.get()
    assert invoice.printed["buyer"]["name"] == "Bramble GmbH"
    assert (row.name, row.percent, row.amount) == ("VAT 20%", Decimal(20), Decimal(20))


def test_each_issued_document_holds_the_hash_of_the_one_before(customer: Any) -> None:
    first, second, third = (world.issue(customer, amount, DAY) for amount in ("1", "2", "3"))
    stored = Invoice.objects.in_bulk([first.pk, second.pk, third.pk])

    assert stored[first.pk].previous_hash == ""
    assert stored[second.pk].previous_hash == stored[first.pk].hash
    assert stored[third.pk].previous_hash == stored[second.pk].hash
    for invoice in stored.values():
        assert document_hash(invoice, list(invoice.lines.all())) == invoice.hash


@pytest.mark.django_db(transaction=True)
def test_num_01_twenty_issues_at_once_give_twenty_consecutive_numbers(customer: Any, in_parallel: Parallel) -> None:
    NumberSeries.objects.create(
        company=customer.company, kind="invoice", year=2020, pattern="{year}-{number:04d}", last=41
    )
    drafts = [world.draft(customer, "10.00") for _ in range(20)]

    on = date(2020, 5, 4)
    issued = in_parallel([lambda pk=draft.pk: issue_invoice(pk, by=None, on=on) for draft in drafts])

    assert sorted(invoice.number for invoice in issued) == [f"2020-{number:04d}" for number in range(42, 62)]
    assert world.owes(customer, on) == Decimal("200.00")


@pytest.mark.django_db(transaction=True)
def test_num_01_control_without_the_lock_on_the_series_numbers_collide(
    customer: Any, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database still refuses the doubles: somebody fails, nobody gets a number that is taken."""

    def unlocked(company: Any, kind: str, year: int = 0) -> NumberSeries:
        return NumberSeries.objects.get(company=company, kind=kind, year=year)

    world.issue(customer, "1.00", DAY)
    monkeypatch.setattr("billing.operations.issue_invoice.lock_series", all_after(unlocked, 8))
    drafts = [world.draft(customer, "10.00") for _ in range(8)]
    results = in_parallel([lambda pk=draft.pk: issue_invoice(pk, by=None, on=DAY) for draft in drafts])

    assert sum(isinstance(result, Exception) for result in results) == 7
    numbers = Invoice.objects.filter(status="issued").values_list("number", flat=True)
    assert len(numbers) == len(set(numbers))


def test_num_02_drafts_eat_no_numbers(customer: Any) -> None:
    world.issue(customer, "1.00", DAY)
    world.issue(customer, "1.00", DAY)
    x, y, z = (world.draft(customer, "1.00") for _ in range(3))

    y = issue_invoice(y.pk, by=None, on=DAY)
    delete_draft(x.pk, by=None)
    z = issue_invoice(z.pk, by=None, on=DAY)

    assert (y.number, z.number) == ("INV-2026-0003", "INV-2026-0004")


def test_num_03_each_year_has_its_own_series(customer: Any) -> None:
    NumberSeries.objects.create(
        company=customer.company, kind="invoice", year=2021, pattern="{year}-{number:04d}", last=147
    )
    NumberSeries.objects.create(company=customer.company, kind="invoice", year=2022, pattern="{year}-{number:04d}")
    days = [date(2022, 1, 3), date(2021, 12, 30), date(2022, 1, 4)]

    assert [world.issue(customer, "1.00", day).number for day in days] == ["2022-0001", "2021-0148", "2022-0002"]


def test_num_04_a_failure_after_the_number_was_taken_leaves_no_gap(
    customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.issue(customer, "1.00", DAY)
    failing = world.draft(customer, "1.00")

    def fail(postings: Any) -> None:
        raise RuntimeError("the lights went out")

    with monkeypatch.context() as patch:
        patch.setattr("billing.operations.issue_invoice.post_all", fail)
        with pytest.raises(RuntimeError):
            issue_invoice(failing.pk, by=None, on=DAY)
    failing.refresh_from_db()

    assert (failing.status, failing.number) == (DocumentStatus.DRAFT, "")
    assert [world.issue(customer, "1.00", DAY).number for _ in range(2)] == ["INV-2026-0002", "INV-2026-0003"]


@pytest.mark.django_db(transaction=True)
def test_api_04_two_people_issuing_one_draft_use_one_number(customer: Any, in_parallel: Parallel) -> None:
    for _ in range(7):
        world.issue(customer, "1.00", DAY)
    draft = world.draft(customer, "9.00")

    results = in_parallel([lambda: issue_invoice(draft.pk, by=None, on=DAY)] * 2)

    issued = [result for result in results if isinstance(result, Invoice)]
    refused = [result for result in results if isinstance(result, Refused)]
    assert ([invoice.number for invoice in issued], [refusal.code for refusal in refused]) == (
        ["INV-2026-0008"],
        ["invalid_move"],
    )
    assert world.issue(customer, "1.00", DAY).number == "INV-2026-0009"


@pytest.mark.django_db(transaction=True)
def test_api_04_two_people_issuing_and_sending_one_draft_send_one_mail(
    company: Any, customer: Any, in_parallel: Parallel
) -> None:
    draft, desks = world.draft(customer, "9.00"), [Client(), Client()]
    for desk, name in zip(desks, ("Ann", "Ben"), strict=True):
        desk.force_login(world.make_user(company, "manager", name=name))
    page = reverse("billing:issue_invoice", args=[draft.pk])
    answers = in_parallel([lambda desk=desk: desk.post(page, {"send": "1"}, follow=True) for desk in desks])
    assert [each.status_code for each in answers] == [200, 200]
    assert sorted("1 mail will leave in a moment" in each.content.decode() for each in answers) == [False, True]
    assert (Invoice.objects.get().status, OutgoingMail.objects.count()) == ("issued", 1)


def test_many_are_issued_together_or_not_at_all(customer: Any) -> None:
    good, empty = world.draft(customer, "10.00"), world.draft(customer, [])
    with pytest.raises(Refused), transaction.atomic():
        issue_invoices([good.pk, empty.pk], by=None, on=DAY)
    assert Entry.objects.count() == 0

    issued = issue_invoices([world.draft(customer, amount).pk for amount in ("1", "2", "3")], by=None, on=DAY)
    assert [invoice.number for invoice in issued] == ["INV-2026-0001", "INV-2026-0002", "INV-2026-0003"]
    assert world.owes(customer, DAY) == Decimal("6.00")


def test_a_rate_changed_since_the_draft_counts_at_issue(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    draft = world.draft(customer, [world.line("100.00", tax=vat)])
    vat.rates.update(percent=Decimal(25))

    assert issue_invoice(draft.pk, by=None, on=DAY).total == Decimal("125.00")
    assert InvoiceLine.objects.get().tax_amount == Decimal(25)


@pytest.mark.django_db(transaction=True)
def test_a_draft_thrown_away_while_it_is_issued_is_one_or_the_other(customer: Any, in_parallel: Parallel) -> None:
    for _ in range(5):
        draft = world.draft(customer, "9.00")
        results = in_parallel(
            [
                lambda draft=draft: issue_invoice(draft.pk, by=None, on=DAY),
                lambda draft=draft: delete_draft(draft.pk, by=None),
            ]
        )
        assert sum(isinstance(result, Refused) for result in results) == 1, results
        assert Invoice.objects.filter(pk=draft.pk).exists() == isinstance(results[0], Invoice)
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_a_draft_given_another_customer_while_it_is_issued_owes_what_it_says(
    company: Any, customer: Any, in_parallel: Parallel
) -> None:
    other = world.make_customer(company, "Castell AG")
    for _ in range(5):
        draft = world.draft(customer, "9.00")
        details = InvoiceDetails(other.pk, [world.line("11.00")])
        issued, edited = in_parallel(
            [
                lambda draft=draft: issue_invoice(draft.pk, by=None, on=DAY),
                lambda draft=draft, details=details: edit_draft(draft.pk, details, version=1, by=None),
            ]
        )
        assert isinstance(issued, Invoice), issued
        expected = (customer.pk, Decimal(9)) if isinstance(edited, Refused) else (other.pk, Decimal(11))
        item = world.item_of(issued)
        assert (item.customer_id, item.amount) == expected
        assert issued.printed["buyer"]["number"] == issued.customer.number
    assert check_book() == []


@pytest.mark.parametrize("day", [date(8999, 12, 31), date(2999, 1, 1)])
def test_a_draft_dated_in_a_far_future_is_refused(customer: Any, day: date) -> None:
    draft = world.draft(customer, "9.00", dated_on=day)
    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY)

    assert refusal.value.code == "date_in_future"
