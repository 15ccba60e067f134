"""Many receipts applied at once: looked at first, each to its customer's oldest debt, none twice."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.refusals import Refused
from office.models import Run
from office.tasks import carry_out_run
from payments.models import Receipt
from payments.operations.apply_receipts import prepare_applying, start_applying
from payments.operations.reverse_receipt import reverse_receipt
from payments.web.applying import looked_at
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import refusal

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def run_of(company: Any, by: Any, *receipts: Receipt) -> Run:
    return prepare_applying(company, Receipt.objects.filter(pk__in=[row.pk for row in receipts]), by=by)


def done(run: Run, by: Any) -> Run:
    start_applying(run.pk, by=by)
    carry_out_run(run.pk)
    run.refresh_from_db()
    return run


def test_each_settles_its_customers_oldest_and_what_the_check_showed(company: Any, customer: Any, clerk: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    old, new = world.issue(customer, "60.00", date(2026, 2, 1)), world.issue(customer, "50.00", DAY)
    first, second = world.receive(customer, "70.00", DAY), world.receive(customer, "30.00", DAY)
    idle = world.receive(other, "5.00", DAY)
    run = run_of(company, clerk, first, second, idle)

    shown = looked_at(list(Receipt.objects.order_by("received_on", "pk")))
    assert [[(item.reference, amount) for item, amount in row.shares] for row in shown] == [
        [(old.number, 60), (new.number, 10)],
        [(new.number, 30)],
        [],
    ]
    assert [world.open_of(paper) for paper in (old, new)] == [60, 50]
    assert done(run, clerk).result == {"Applied": 2, "Nothing to apply it to": 1}
    assert [world.open_of(paper) for paper in (old, new, first, second, idle)] == [0, 10, 0, 0, 5]
    assert check_book() == []


def test_a_reversed_one_settles_nothing(company: Any, customer: Any, clerk: Any) -> None:
    invoice, receipt = world.issue(customer, "60.00", DAY), world.receive(customer, "60.00", DAY)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Bounced")
    assert done(run_of(company, clerk, receipt), clerk).result == {"Nothing to apply it to": 1}
    assert world.open_of(invoice) == 60


def test_it_is_started_once_and_only_with_something(company: Any, customer: Any, clerk: Any) -> None:
    run = run_of(company, clerk, world.receive(customer, "5.00", DAY))
    done(run, clerk)
    assert refusal(lambda: start_applying(run.pk, by=clerk)) == "invalid_move"
    assert refusal(lambda: prepare_applying(company, Receipt.objects.none(), by=clerk)) == "nothing_chosen"


@pytest.mark.django_db(transaction=True)
def test_a_run_and_a_person_at_once_apply_a_receipt_once(
    company: Any, customer: Any, clerk: Any, in_parallel: Parallel
) -> None:
    invoice, receipt = world.issue(customer, "60.00", DAY), world.receive(customer, "60.00", DAY)
    run = run_of(company, clerk, receipt)
    start_applying(run.pk, by=clerk)
    results = in_parallel([lambda: carry_out_run(run.pk), lambda: world.apply(receipt, invoice, "60.00", DAY)])

    assert not [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)]
    assert (world.open_of(invoice), world.open_of(receipt)) == (0, 0)
    assert check_book() == []


def test_on_screen_they_are_ticked_looked_at_and_started(company: Any, customer: Any, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    invoice, receipt = world.issue(customer, "60.00", DAY), world.receive(customer, "50.00", DAY)
    typed = {"list": "receipts", "selected": str(receipt.pk)}
    page = browser.post(reverse("payments:prepare_applying"), typed, follow=True).content.decode()
    assert f"€50.00 of {invoice.number}" in page
    assert world.open_of(invoice) == 60
    run = Run.objects.get()
    browser.post(reverse("payments:apply_receipts", args=[run.pk]))
    carry_out_run(run.pk)
    assert world.open_of(invoice) == Decimal(10)
    colleague = Client()
    colleague.force_login(world.make_user(company, "clerk"))
    assert colleague.get(reverse("payments:apply_receipts", args=[run.pk])).status_code == 404
    auditor = Client()
    auditor.force_login(world.make_user(company, "auditor"))
    assert auditor.post(reverse("payments:prepare_applying"), typed).status_code == 403


def test_a_program_has_many_applied(company: Any, customer: Any, clerk: Any) -> None:
    invoice, receipt = world.issue(customer, "60.00", DAY), world.receive(customer, "50.00", DAY)
    answer = Program(clerk).post("receipts/apply/", {"receipts": [receipt.pk]})
    assert (answer.status_code, answer.json()["title"]) == (202, "Apply 1 payment, oldest first")
    carry_out_run(answer.json()["id"])
    assert world.open_of(invoice) == 10
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post("receipts/apply/", {"receipts": [receipt.pk]}))[0] == 403
