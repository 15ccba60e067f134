"""A mail moves along its arrows and goes to its own customer's contact, whoever writes the SQL."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from office.mail import queue_mail
from office.models import MailStatus, OutgoingMail
from tests import world
from tests.office.mailing import become
from tests.unguarded import without

pytestmark = pytest.mark.django_db
ALLOWED = {
    "queued": {"sending", "cancelled", "uncertain", "bounced"},
    "sending": {"handed_over", "queued", "failed", "cancelled", "uncertain", "bounced"},
    "handed_over": {"sent", "queued", "failed", "uncertain", "bounced"},
    "uncertain": {"queued", "sent", "cancelled", "bounced"},
    "failed": {"queued", "cancelled", "bounced"},
    "cancelled": {"queued", "bounced"},
    "sent": {"bounced"},
    "bounced": set(),
}
FORBIDDEN = [
    (before, after)
    for before, after in product(MailStatus.values, repeat=2)
    if before != after and after not in ALLOWED[before]
]


@pytest.fixture
def mail(customer: Any) -> OutgoingMail:
    return written(customer.contacts.get(), customer)


def written(contact: Any, customer: Any) -> OutgoingMail:
    return queue_mail(
        key="one",
        kind="test",
        company=customer.company,
        customer_id=customer.pk,
        contact_id=contact.pk,
        about=customer,
        to_email=contact.email,
        subject="Hello",
    )


def moved(mail: OutgoingMail, after: str) -> str:
    """The state after an UPDATE that asks nothing."""
    bounced_at = timezone.now() if after == "bounced" else None
    rows = OutgoingMail.objects.filter(pk=mail.pk)
    rows.update(status=after, bounced_at=bounced_at, leased_until=timezone.now())
    return rows.get().status


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_the_database_refuses_each_arrow_that_is_none(mail: OutgoingMail, before: str, after: str) -> None:
    become(before)
    with pytest.raises(IntegrityError, match=f"mail {mail.pk} does not become {after} now"):
        moved(mail, after)


@pytest.mark.parametrize("before", MailStatus.values)
def test_it_lets_the_arrows_that_are_some_pass(customer: Any, before: str) -> None:
    for after in ALLOWED[before]:
        mail = written(customer.contacts.get(), customer)
        become(before)
        assert moved(mail, after) == after
        OutgoingMail.objects.all().delete()


def test_a_mail_begins_queued(mail: OutgoingMail) -> None:
    mail.pk, mail.key, mail.status = None, "two", MailStatus.SENT
    with pytest.raises(IntegrityError, match="does not become sent now"):
        mail.save(force_insert=True)


def test_a_mail_goes_to_no_contact_of_another_customer(company: Any, customer: Any) -> None:
    stranger = world.make_customer(company, "Stranger").contacts.get()
    with pytest.raises(IntegrityError, match="mail_to_its_customers_contact"):
        written(stranger, customer)


def test_no_mail_and_no_contact_is_moved_to_another_customer(company: Any, mail: OutgoingMail) -> None:
    other = world.make_customer(company, "Stranger")
    with pytest.raises(IntegrityError, match="mail_to_its_customers_contact"):
        OutgoingMail.objects.update(customer_id=other.pk)


ARROWS = "ALTER TABLE office_outgoingmail {} TRIGGER mail_moves_along_its_arrows"


@pytest.mark.django_db(transaction=True)
def test_control_without_the_trigger_what_was_sent_is_sent_again(mail: OutgoingMail, superuser_cursor: Any) -> None:
    become("sent")
    superuser_cursor.execute(ARROWS.format("DISABLE"))
    try:
        assert moved(mail, "queued") == "queued"
    finally:
        superuser_cursor.execute(ARROWS.format("ENABLE"))


@pytest.mark.django_db(transaction=True)
def test_control_without_the_tie_a_stranger_gets_the_mail(company: Any, customer: Any, superuser_cursor: Any) -> None:
    stranger = world.make_customer(company, "Stranger").contacts.get()
    with without(superuser_cursor, "mail_to_its_customers_contact"):
        assert written(stranger, customer).to_email == "eva@stranger.example"
