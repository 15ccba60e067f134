"""Recurring invoices make up for what was missed up to a number, and issue up to an amount; beyond, a person looks."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from billing import recurring as reading
from billing.models import Invoice, Occurrence, RecurringInvoice
from billing.operations.bill_recurring import bill_again, bill_recurring
from billing.operations.confirm_due_periods import confirm_due_periods
from billing.operations.draft_invoice import delete_draft
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_recurring import edit_recurring_invoice, pause_recurring_invoice
from ledger.refusals import Refused
from office.models import AuditRecord, Company, OutgoingMail, Task
from office.operations.update_company import update_company
from tests import world
from tests.api.calling import Program, refused
from tests.billing.recurring_samples import moment

pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
TODAY = date(2026, 3, 20)


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(moment("2026-03-20 09:00"), tick=False):
        yield


@pytest.fixture
def rent(today: None, customer: Any) -> RecurringInvoice:
    """Four months due, which is one too many."""
    return world.make_recurring(customer, "10.00", date(2025, 12, 1), sends=True)


def days() -> list[date]:
    return list(Invoice.objects.order_by("dated_on").values_list("dated_on", flat=True))


MONTHS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def test_three_are_made_up_for_and_of_four_none_until_somebody_looks(customer: Any, today: None) -> None:
    few = world.make_recurring(customer, "10.00", date(2026, 1, 1), name="Few")
    many = world.make_recurring(customer, "10.00", date(2025, 12, 1), name="Many")
    for _ in range(2):
        assert bill_recurring(many.pk) == []
    assert len(bill_recurring(few.pk)) == 3
    assert days() == MONTHS[1:]
    assert (
        Task.objects.get().title
        == "Many: 4 documents are due at once, from 2025-12-01 on. Have them made, or pause it."
    )
    assert reading.due_recurring() == [many.pk]


def test_confirmed_all_of_them_are_made_each_on_its_day_and_none_twice(rent: RecurringInvoice, clerk: Any) -> None:
    confirm_due_periods(rent.pk, until=TODAY, by=clerk, on=TODAY)
    assert len(bill_recurring(rent.pk)) == 4
    assert bill_recurring(rent.pk) == []
    assert days() == MONTHS
    assert OutgoingMail.objects.filter(kind="invoice").count() == 4
    record = AuditRecord.objects.get(action="confirm_due_periods")
    assert record.after == {"documents": "4", "from": "2025-12-01", "until": "2026-03-01"}
    with pytest.raises(Refused) as refusal:
        confirm_due_periods(rent.pk, until=TODAY, by=clerk, on=TODAY)
    assert refusal.value.code == "nothing_waits"


def test_only_what_the_person_saw_is_confirmed(rent: RecurringInvoice, clerk: Any) -> None:
    with pytest.raises(Refused):
        confirm_due_periods(rent.pk, until=date(2025, 11, 30), by=clerk, on=TODAY)
    confirm_due_periods(rent.pk, until=date(2026, 1, 31), by=clerk, on=TODAY)
    with time_machine.travel(moment("2026-05-20 09:00"), tick=False):
        bill_recurring(rent.pk)
        assert days() == MONTHS[:2]
        assert Task.objects.get().title.startswith("Rent: 4 documents are due at once, from 2026-02-01")


def test_a_pause_leaves_out_what_shall_not_be_billed(rent: RecurringInvoice, clerk: Any) -> None:
    pause_recurring_invoice(rent.pk, first_on=MONTHS[0], last_on=MONTHS[0], by=clerk)
    bill_recurring(rent.pk)
    assert days() == MONTHS[1:]


def test_other_days_are_to_be_confirmed_anew(rent: RecurringInvoice, customer: Any, clerk: Any) -> None:
    confirm_due_periods(rent.pk, until=TODAY, by=clerk, on=TODAY)
    earlier = world.recurring_details(customer, "10.00", date(2025, 4, 1), sends=True)
    edit_recurring_invoice(rent.pk, earlier, version=1, by=clerk)
    assert bill_recurring(rent.pk) == []
    assert len(reading.waiting_periods(RecurringInvoice.objects.get(), TODAY)) == 12


def test_the_page_and_programs_have_them_made(rent: RecurringInvoice, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    page = browser.get(reverse("billing:recurring", args=[rent.pk])).content.decode()
    assert "4 documents are due at once" in page
    assert 'name="until" value="2026-03-01"' in page
    assert "More than 3 are made only after somebody looked" in page
    address, program = reverse("billing:confirm_due_periods", args=[rent.pk]), Program(clerk)
    browser.post(address, {"until": "someday"})
    assert program.get(f"recurring-invoices/{rent.pk}/").json()["waiting"] == 4
    path = f"recurring-invoices/{rent.pk}/confirm/"
    assert refused(program.post(path, {"until": "2025-01-01"})) == (409, "nothing_waits")
    assert program.post(path, {"until": "2025-12-31"}).json()["waiting"] == 0
    assert RecurringInvoice.objects.get().confirmed_until == MONTHS[0]


def test_control_without_the_bound_a_mistyped_year_bills_all_of_it(
    customer: Any, today: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 1000)
    bill_recurring(world.make_recurring(customer, "10.00", date(2025, 4, 1)).pk)
    assert len(days()) == 12


@pytest.mark.django_db(transaction=True)
def test_confirmed_and_looked_at_by_many_at_once_each_is_made_once(
    customer: Any, clerk: Any, in_parallel: Parallel
) -> None:
    on = customer.company.today()
    rent = world.make_recurring(customer, "10.00", on - timedelta(days=9), interval="day", most=5)
    confirm = lambda: confirm_due_periods(rent.pk, until=on, by=clerk, on=on)  # noqa: E731
    in_parallel([confirm, confirm, lambda: bill_recurring(rent.pk), lambda: bill_recurring(rent.pk)])
    while bill_recurring(rent.pk):
        pass
    assert Invoice.objects.count() == Occurrence.objects.count() == 5
    assert AuditRecord.objects.filter(action="confirm_due_periods").count() == 1
    assert Task.objects.count() <= 1


# What is too large


def limited(company: Company, most: str) -> None:
    update_company(company.pk, {"most_issued_unseen": Decimal(most)}, by=None)


def test_up_to_the_amount_it_is_issued_and_above_it_waits_as_a_draft_with_a_task(
    company: Any, customer: Any, clerk: Any, today: None
) -> None:
    limited(company, "1000.00")
    for name, price in (("Exact", "1000.00"), ("Above", "1000.01")):
        bill_recurring(world.make_recurring(customer, price, TODAY, name=name, sends=True).pk)
    exact, above = Invoice.objects.order_by("total")
    assert (exact.status, above.status) == ("issued", "draft")
    assert [mail.about_id for mail in OutgoingMail.objects.filter(kind="invoice")] == [exact.pk]
    problem = "Not issued: it comes to €1,000.01, and what is above €1,000.00 waits for a person."
    assert above.occurrences.get().problem == problem
    task = Task.objects.get()
    assert task.title == f"Look at a draft for {customer.name} and issue it: it comes to €1,000.01"
    assert (task.about_type, task.about_id) == ("billing.invoice", above.pk)
    assert issue_invoice(above.pk, by=clerk, on=TODAY).status == "issued"


def test_it_is_the_company_currency_that_counts(company: Any, customer: Any, today: None) -> None:
    limited(company, "1000.00")
    for name, rate in (("Weak", "0.5"), ("Strong", "0.5001")):
        details = {"currency": "USD", "exchange_rate": Decimal(rate), "name": name}
        bill_recurring(world.make_recurring(customer, "2000.00", TODAY, **details).pk)
    assert dict(Invoice.objects.values_list("exchange_rate", "status")) == {
        Decimal("0.5"): "issued",
        Decimal("0.5001"): "draft",
    }


def test_a_person_who_makes_it_again_issues_it(company: Any, customer: Any, clerk: Any, today: None) -> None:
    limited(company, "5.00")
    rent = world.make_recurring(customer, "10.00", TODAY)
    bill_recurring(rent.pk)
    delete_draft(Invoice.objects.get().pk, by=clerk)
    assert bill_again(rent.occurrences.get().pk, by=clerk, on=TODAY).invoice.status == "issued"


def test_a_draft_that_is_meant_to_wait_says_nothing(company: Any, customer: Any, today: None) -> None:
    limited(company, "5.00")
    rent = world.make_recurring(customer, "10.00", TODAY, issues=False)
    bill_recurring(rent.pk)
    assert rent.occurrences.get().problem == ""
    assert not Task.objects.exists()


def test_control_without_an_amount_it_is_issued_however_large_it_is(customer: Any, today: None) -> None:
    bill_recurring(world.make_recurring(customer, "1000000.00", TODAY).pk)
    assert Invoice.objects.get().status == "issued"


def test_the_amount_is_none_below_zero(company: Any) -> None:
    with pytest.raises(IntegrityError, match="company_most_issued_unseen_not_negative"), transaction.atomic():
        Company.objects.update(most_issued_unseen=-1)


def test_the_list_finds_those_that_wait_for_somebody(rent: RecurringInvoice, customer: Any, clerk: Any) -> None:
    few = world.make_recurring(customer, "10.00", date(2026, 1, 1), name="Few")
    browser = Client()
    browser.force_login(clerk)
    page = reverse("billing:recurring_list")

    def listed(state: str) -> list[bool]:
        shown = browser.get(page, {"state": state}).content.decode()
        return [reverse("billing:recurring", args=[each.pk]) in shown for each in (rent, few)]

    assert (listed(""), listed("held_back")) == ([True, True], [True, False])
    confirm_due_periods(rent.pk, until=TODAY, by=clerk, on=TODAY)
    assert listed("held_back") == [False, False]
