"""Telling customers what will be debited: so many days ahead, each item once, and nothing that is paid meanwhile."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.put_off_due_day import put_off_due_day
from customers.operations.manage_mandates import revoke_mandate
from office.languages import LANGUAGES
from office.mail.handing_over import hand_over
from office.mail.message import read_message
from office.models import MailStatus, OutgoingMail
from office.operations.update_company import update_company
from payments.debiting import customers_to_announce_to
from payments.models import DebitNotice, DebitNoticeLine
from payments.operations.announce_debits import announce_debits
from payments.operations.withdraw_disputes import withdraw_disputes
from payments.tasks import announce_debits_to
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.planning import agreed
from tests.customers.accounts import IBAN
from tests.customers.test_mandates import signed

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def debtor(customer: Any) -> Any:
    """A customer with a mandate and an invoice of 120.00 due on 16 March."""
    update_company(customer.company_id, {"creditor_identifier": "DE98ZZZ09999999999", "phone": ""}, by=None)
    customer.company.refresh_from_db()
    signed(customer, signed_on=date(2026, 1, 5))
    world.issue(customer, "120.00", DAY, net_days=14)
    return customer


def announced() -> list[tuple[date, str]]:
    rows = DebitNoticeLine.objects.order_by("pk").select_related("notice", "item")
    return [(line.notice.collect_on, f"{line.item.reference} {line.amount:.2f}") for line in rows]


def test_an_item_is_announced_so_many_days_before_it_is_due_and_once(debtor: Any) -> None:
    assert announce_debits(debtor.pk, on=date(2026, 3, 1)) == []
    announce_debits(debtor.pk, on=date(2026, 3, 2))
    announce_debits(debtor.pk, on=date(2026, 3, 3))
    assert announced() == [(date(2026, 3, 16), "INV-2026-0001 120.00")]
    assert OutgoingMail.objects.filter(kind="debit_notice").count() == 1


def test_what_is_due_sooner_is_debited_when_the_days_have_passed_and_one_mail_tells_of_all(debtor: Any) -> None:
    world.issue(debtor, "30.00", DAY, net_days=0)
    world.issue(debtor, "40.00", DAY, net_days=20)
    announce_debits(debtor.pk, on=date(2026, 3, 8))
    assert announced() == [
        (date(2026, 3, 22), "INV-2026-0002 30.00"),
        (date(2026, 3, 22), "INV-2026-0001 120.00"),
        (date(2026, 3, 22), "INV-2026-0003 40.00"),
    ]
    assert OutgoingMail.objects.filter(kind="debit_notice").count() == 1


def test_the_mail_names_day_amount_papers_mandate_and_only_the_last_four(debtor: Any) -> None:
    [notice] = announce_debits(debtor.pk, on=DAY)
    mail = OutgoingMail.objects.get(kind="debit_notice")
    hand_over(mail.pk)
    mail.refresh_from_db()
    message = read_message(bytes(mail.kept_message))

    assert mail.status == MailStatus.SENT
    assert message.subject == "Alder Ltd debits €120.00 on 16 Mar 2026"
    for words in (
        "On 16 Mar 2026 we will debit €120.00 from your account ending in 3000, for:",
        "INV-2026-0001: €120.00",
        f"Mandate: {notice.mandate.reference}",
        "Creditor identifier: DE98ZZZ09999999999",
    ):
        assert words in message.text
    assert IBAN.encode() not in bytes(mail.kept_message)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_the_mail_is_in_the_customers_language(debtor: Any, language: str) -> None:
    debtor.language = language
    debtor.save()
    announce_debits(debtor.pk, on=DAY)
    mail = OutgoingMail.objects.get(kind="debit_notice")
    hand_over(mail.pk)
    mail.refresh_from_db()
    text = read_message(bytes(mail.kept_message)).text
    assert "will debit" not in text
    assert "holds enough" not in text
    assert "3000" in text


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("paid", "Not sent: all of it is paid."),
        ("disputed", "Not sent: it is in dispute, or agreed otherwise."),
        ("planned", "Not sent: it is in dispute, or agreed otherwise."),
        ("put off", "Not sent: it is in dispute, or agreed otherwise."),
        ("with an agency", "Not sent: it is in dispute, or agreed otherwise."),
        ("revoked", "Not sent: the mandate is revoked."),
        ("left", "Not sent: Eva Brandt has left."),
        ("no address", "Not sent: Eva Brandt has no address any more."),
    ],
)
def test_what_changed_meanwhile_stops_the_mail(debtor: Any, then: str, why: str) -> None:
    [notice] = announce_debits(debtor.pk, on=DAY)
    if then == "paid":
        invoice = debtor.invoices.get()
        world.apply(world.receive(debtor, "120.00", DAY), invoice, "120.00", DAY)
    elif then == "disputed":
        dispute(debtor.invoices.get())
    elif then == "planned":
        agreed(debtor, [debtor.invoices.get()], (30, "60.00"), (60, "60.00"), on=DAY)
    elif then == "put off":
        with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
            later = notice.collect_on + timedelta(days=1)
            put_off_due_day(world.item_of(debtor.invoices.get()).pk, later, by=None, reason="Agreed")
    elif then == "with an agency":
        details = HandOverDetails("Inkasso AG", [world.item_of(debtor.invoices.get()).pk], was_warned=True)
        hand_to_agency(debtor.pk, details, on=DAY, by=None)
    elif then == "revoked":
        revoke_mandate(notice.mandate_id, on=DAY, reason="x", by=None)
    else:
        debtor.contacts.update(**({"is_active": False} if then == "left" else {"email": ""}))
    mail = OutgoingMail.objects.get(kind="debit_notice")
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.explanation) == (MailStatus.CANCELLED, why)


def test_a_part_paid_item_is_announced_with_what_is_left(debtor: Any) -> None:
    announce_debits(debtor.pk, on=DAY)
    world.apply(world.receive(debtor, "20.00", DAY), debtor.invoices.get(), "20.00", DAY)
    mail = OutgoingMail.objects.get(kind="debit_notice")
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert "INV-2026-0001: €100.00" in read_message(bytes(mail.kept_message)).text


def test_what_is_in_dispute_is_announced_when_that_has_ended(debtor: Any) -> None:
    dispute(debtor.invoices.get(), "20.00")
    assert customers_to_announce_to(debtor.company) == []
    assert announce_debits(debtor.pk, on=DAY) == []
    withdraw_disputes(world.item_of(debtor.invoices.get()), by=None)
    assert customers_to_announce_to(debtor.company) == [debtor.pk]
    assert len(announce_debits(debtor.pk, on=DAY)) == 1


def test_nobody_to_tell_no_mandate_or_no_days_and_nothing_is_announced(debtor: Any) -> None:
    other = world.make_customer(debtor.company, "Cedar AG")
    world.issue(other, "10.00", DAY)
    assert announce_debits(other.pk, on=DAY) == []
    debtor.contacts.update(gets_invoices=False)
    assert announce_debits(debtor.pk, on=DAY) == []
    debtor.contacts.update(gets_invoices=True)
    update_company(debtor.company_id, {"debit_notice_days": 0}, by=None)
    assert announce_debits(debtor.pk, on=DAY) == []


def test_the_sweep_finds_who_is_to_be_told_and_the_task_tells_them(debtor: Any) -> None:
    company = debtor.company
    world.issue(world.make_customer(company, "Cedar AG"), "10.00", DAY)
    assert customers_to_announce_to(company) == [debtor.pk]
    announce_debits_to(debtor.pk)
    announce_debits_to(debtor.pk)
    assert (customers_to_announce_to(company), DebitNotice.objects.count()) == ([], 1)
    revoke_mandate(debtor.mandates.get().pk, on=company.today(), reason="New one", by=None)
    signed(debtor, debtor.accounts.get())
    assert customers_to_announce_to(company) == [debtor.pk]


def test_two_sweeps_at_once_tell_once(transactional_db: None, in_parallel: Any, debtor: Any) -> None:
    results = in_parallel([lambda: announce_debits(debtor.pk, on=DAY)] * 3)
    assert sorted(len(result) for result in results) == [0, 0, 1]
    assert OutgoingMail.objects.filter(kind="debit_notice").count() == 1


def test_the_database_announces_an_item_once_and_never_changes_it(debtor: Any, superuser_cursor: Any) -> None:
    [notice] = announce_debits(debtor.pk, on=DAY)
    line = notice.lines.get()
    again = {"notice": notice, "mandate": notice.mandate, "item": line.item}
    with pytest.raises(IntegrityError, match="debit_announced_once_under_a_mandate"), transaction.atomic():
        DebitNoticeLine.objects.create(**again, amount=Decimal(1))
    for table in ("debitnotice", "debitnoticeline"):
        with pytest.raises(Exception, match="append-only"):
            superuser_cursor.execute(f"UPDATE payments_{table} SET id = id")
