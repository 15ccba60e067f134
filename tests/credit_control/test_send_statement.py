"""One statement sent from a customer's page: read at one moment, kept, mailed once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from credit_control.models import Statement, StatementPdf
from credit_control.operations.send_statement import send_statement
from credit_control.statements.asking import Period, figures_of, own
from credit_control.statements.kept import figures_from, kept_statement_pdf
from credit_control.statements.reading import ITEMS
from credit_control.statements.statement_mail import STATEMENT_MAIL
from customers.models import Customer
from ledger.refusals import Refused
from office.models import OutgoingMail
from tests import world
from tests.api.calling import Program
from tests.credit_control.samples import owing

pytestmark = pytest.mark.django_db
JAN, END = date(2026, 1, 1), date(2026, 1, 31)


def test_a_kept_statement_never_changes(company: Any, clerk: Any) -> None:
    statement = sent_one(owing(company, "One"), clerk)
    kept_statement_pdf(statement)
    for table in ("credit_control_statement", "credit_control_statementpdf"):
        for change in (f"UPDATE {table} SET made_at = now()", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match=r"written once|permission denied|never"), transaction.atomic():
                connection.cursor().execute(change)


def sent_one(customer: Customer, by: Any) -> Statement:
    return send_statement(Period(customer.company, JAN, END), own(customer, "open_item"), by=by)


def test_one_is_sent_from_the_customers_page_and_not_doubled(company: Any, clerk: Any) -> None:
    customer = owing(company, "One")
    client = Client()
    client.force_login(clerk)
    address = reverse("credit_control:send_statement", args=[customer.pk])
    typed = {"from_on": "2026-01-01", "on": "2026-01-31", "form": "open_item"}
    first, second = client.post(address, typed), client.post(address, typed)
    statement = Statement.objects.get()
    assert first["Location"] == second["Location"] == reverse("credit_control:statement", args=[statement.pk])
    assert OutgoingMail.objects.get(kind="statement").to_email == "eva@one.example"
    page = client.get(first["Location"]).content.decode()
    assert "eva@one.example" in page
    pdf = client.get(reverse("credit_control:statement_pdf", args=[statement.pk]))
    assert pdf.content == bytes(StatementPdf.objects.get().content)
    assert client.get(reverse("credit_control:statement_xlsx", args=[statement.pk])).status_code == 200


def test_nobody_to_send_to_is_refused(company: Any, clerk: Any) -> None:
    with pytest.raises(Refused) as refusal:
        sent_one(owing(company, "One", contacts=[]), clerk)
    assert refusal.value.code == "nobody_to_send_to"


def test_mail_does_not_leave_for_who_left_or_wants_none_any_more(company: Any, clerk: Any) -> None:
    customer = owing(company, "One")
    sent_one(customer, clerk)
    mail = OutgoingMail.objects.get(kind="statement")
    assert STATEMENT_MAIL.reason_not_to_send(mail) == ""
    Customer.objects.filter(pk=customer.pk).update(statement_form="none")
    assert "want no statements" in STATEMENT_MAIL.reason_not_to_send(mail)
    Customer.objects.filter(pk=customer.pk).update(statement_form="open_item")
    customer.contacts.update(is_active=False)
    assert "has left" in STATEMENT_MAIL.reason_not_to_send(mail)


def in_another_thread(act: Callable[[], Any]) -> None:
    def run() -> None:
        act()
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


@contextmanager
def issued_while_read(customer: Customer) -> Iterator[list[str]]:
    """Somebody else issues an invoice of 7.00 after a statement's movements were read and before its open items are."""
    issued: list[str] = []

    def read(execute: Any, sql: str, *rest: Any) -> Any:
        if sql == ITEMS and not issued:
            issued.append("")
            in_another_thread(lambda: issued.append(world.issue(customer, "7.00", END).number))
        return execute(sql, *rest)

    with connection.execute_wrapper(read):
        yield issued
    assert issued


def by_page(customer: Customer, clerk: Any) -> None:
    client = Client()
    client.force_login(clerk)
    typed = {"from_on": "2026-01-01", "on": "2026-01-31", "form": "open_item"}
    assert client.post(reverse("credit_control:send_statement", args=[customer.pk]), typed).status_code == 302


def by_program(customer: Customer, clerk: Any) -> None:
    asked = {"from": "2026-01-01", "on": "2026-01-31", "form": "open_item"}
    assert Program(clerk).post(f"customers/{customer.pk}/statement/", asked).status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("send", [by_page, by_program])
def test_what_is_entered_while_it_is_read_stands_in_the_next_one_only(company: Any, clerk: Any, send: Any) -> None:
    customer = owing(company, "One")
    with issued_while_read(customer):
        send(customer, clerk)
    [part] = figures_from(Statement.objects.get()).sections[0].parts
    assert (part.closing, sum(item.open for item in part.items)) == (Decimal("100.00"), Decimal("100.00"))

    [following] = figures_of(Period(company, date(2026, 2, 1), date(2026, 2, 28)), [own(customer, "open_item")])
    [part] = following.sections[0].parts
    assert (part.opening, part.closing) == (Decimal("100.00"), Decimal("107.00"))
    assert [movement.amount for movement in part.movements] == [Decimal("7.00")]
