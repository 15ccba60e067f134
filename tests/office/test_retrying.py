"""A form that the database broke off is done again by itself, once; never what was committed in part."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from config.waiting import wait_until
from customers.models import CreditHold, CustomerGroup
from office.models import AuditRecord
from office.web.doors import staff_door
from office.work import retrying
from office.work.retrying import tried_again
from tests.conftest import superuser_connection

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT FROM pg_locks WHERE NOT granted"


@contextmanager
def in_the_way(customer: Any) -> Iterator[Any]:
    """Somebody who holds the audit trail and wants the customer next: a form that holds the customer is broken off."""
    other = superuser_connection(connection.settings_dict["NAME"])
    cursor = other.cursor()
    cursor.execute("BEGIN; SET deadlock_timeout = '30s'; LOCK TABLE office_auditrecord IN SHARE ROW EXCLUSIVE MODE")

    def is_waited_for() -> bool:
        cursor.execute(WAITING)
        return cursor.rowcount > 0

    def go_on() -> None:
        assert wait_until(is_waited_for, seconds=20)
        cursor.execute("SELECT FROM customers_customer WHERE id = %s FOR UPDATE", [customer.pk])
        cursor.execute("COMMIT")

    try:
        yield go_on
    finally:
        other.close()


def hold_while_in_the_way(customer: Any, clerk: Any) -> int:
    """The status of a form that places a hold, which meets somebody who locks the other way round."""
    browser = Client()
    browser.force_login(clerk)
    address = reverse("customers:place_hold", args=[customer.pk])

    def send() -> int:
        try:
            return browser.post(address, {"reason": "Asked to wait"}).status_code
        finally:
            connection.close()

    with in_the_way(customer) as go_on, ThreadPoolExecutor(1) as threads:
        sent = threads.submit(send)
        go_on()
        return sent.result()


def test_a_form_that_met_a_deadlock_is_done_once(customer: Any, clerk: Any) -> None:
    assert hold_while_in_the_way(customer, clerk) == 302
    assert CreditHold.objects.get().words == "Asked to wait"
    assert AuditRecord.objects.filter(action="place_hold").count() == 1


def test_control_tried_only_once_it_fails_and_nothing_is_done(
    customer: Any, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "TRIES", 1)
    with pytest.raises(OperationalError, match="deadlock detected"):
        hold_while_in_the_way(customer, clerk)
    assert not CreditHold.objects.exists()


def broken_off(code: str = "40P01") -> None:
    """What the database says where it breaks a transaction off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'broken off' USING ERRCODE = '{code}'; END $$")


def add_group_then_break(company: Any, code: str = "40P01") -> None:
    """Two operations, of which the second is broken off."""
    with transaction.atomic():
        CustomerGroup.objects.create(company=company, name=f"Group {CustomerGroup.objects.count()}")
    broken_off(code)


def test_what_was_committed_in_part_is_not_done_again(company: Any) -> None:
    with pytest.raises(OperationalError):
        tried_again(lambda: add_group_then_break(company))
    assert CustomerGroup.objects.count() == 1


def test_control_without_the_count_of_commits_the_first_part_is_done_thrice(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def none() -> Iterator[list[int]]:
        yield []

    monkeypatch.setattr(retrying, "counted_commits", none)
    with pytest.raises(OperationalError):
        tried_again(lambda: add_group_then_break(company))
    assert CustomerGroup.objects.count() == 3


@pytest.mark.parametrize(("code", "tries"), [("40P01", 3), ("40001", 3), ("55P03", 1)])
def test_only_what_the_database_broke_off_is_tried_three_times(company: Any, code: str, tries: int) -> None:
    tried: list[int] = []

    def work() -> None:
        tried.append(1)
        broken_off(code)

    with pytest.raises(OperationalError):
        tried_again(work)
    assert len(tried) == tries


def test_a_file_is_read_anew(company: Any, manager: Any) -> None:
    read: list[bytes] = []

    @staff_door("customers.view_customer")
    def take(request: Any) -> HttpResponse:
        read.append(request.FILES["file"].read())
        if len(read) < 3:
            broken_off()
        return HttpResponse()

    request: Any = RequestFactory().post("/", {"file": SimpleUploadedFile("a.csv", b"1,2")})
    request.user, request.company = manager, company
    assert take(request).status_code == 200
    assert read == [b"1,2"] * 3
