"""Mails of a kind of their own, and what became of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from office.mail import Letter, MailKind, queue_mail, register_kind
from office.mail.kinds import KINDS
from office.models import Company, OutgoingMail
from tests.world import make_customer

LETTER = Letter("Ada", "ada@buyer.example", "Hello", "First line\n.\nafter a lone dot\n")


@contextmanager
def own_kind() -> Iterator[Callable[..., None]]:
    """A kind of mail, "test", while it is there: gives what registers it with what a test wants of it."""

    def register(compose: Any = lambda mail: LETTER, reason: Any = lambda mail: "") -> None:
        register_kind(MailKind("test", compose, reason, lambda user: Company.objects.all()))

    register()
    try:
        yield register
    finally:
        del KINDS["test"]


def queueing(company: Company) -> Callable[..., OutgoingMail]:
    """Gives what queues a mail of that kind to a customer of the company, under a key."""
    contact = make_customer(company).contacts.get()

    def write(key: str = "one") -> OutgoingMail:
        return queue_mail(
            key=key,
            kind="test",
            company=company,
            customer_id=contact.customer_id,
            contact_id=contact.pk,
            about=company,
            to_email="ada@buyer.example",
            subject="Hello",
        )

    return write


def now_of(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def status_of(mail: OutgoingMail) -> str:
    return now_of(mail).status
