"""Mails that left by a mail service, and what the service tells of them."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.test import Client

from office.mail import Letter, MailKind, queue_mail, register_kind
from office.mail.handing_over import hand_over
from office.mail.kinds import KINDS
from office.models import Company, OutgoingMail, User
from tests.world import make_company, make_customer, make_user

LOGIN = "postmark:long secret"
ADDRESS = "eva@bramble.example"
DAY = timedelta(days=1)


@contextmanager
def own_kinds() -> Iterator[None]:
    """Two kinds of mail while they are there: one "waits" for office hours, the other leaves "at once"."""
    letter = Letter("Eva", ADDRESS, "Hello", "Words")
    register_kind(MailKind("waits", lambda mail: letter, lambda mail: "", lambda user: User.objects.all(), waits=True))
    register_kind(MailKind("at once", lambda mail: letter, lambda mail: "", lambda user: User.objects.all()))
    try:
        yield
    finally:
        del KINDS["waits"], KINDS["at once"]


def always_open() -> Company:
    """A company that works at all hours of every day, whenever this runs."""
    company = make_company(mail_from_hour=0, mail_until_hour=24, mail_daily_limit=0)
    for day in range(8):
        company.own_days.create(day=company.today() + (day - 1) * DAY, is_worked=True, name="Test")
    return company


def queueing(company: Company) -> Callable[..., OutgoingMail]:
    """Gives what queues a mail of one of these kinds to a customer of the company, under a key."""
    contact = make_customer(company).contacts.get()
    by = make_user(company)

    def write(key: str, kind: str = "at once") -> OutgoingMail:
        to = {"customer_id": contact.customer_id, "contact_id": contact.pk, "to_email": ADDRESS}
        return queue_mail(key=key, kind=kind, company=company, about=by, subject="Hello", **to)

    return write


def left_by_postmark(queue: Callable[..., OutgoingMail], settings: Any) -> OutgoingMail:
    """A mail that left by a service whose events are guarded in each way there is."""
    settings.MAIL_SERVICE, settings.MAIL_EVENTS_LOGIN = "postmark", LOGIN
    sent = queue("one")
    hand_over(sent.pk)
    return sent


def now_of(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def post(service: str, body: Any, login: str = LOGIN, **headers: str) -> Any:
    """Tell of mails as a service does."""
    more = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(f"/webhooks/mail/{service}/", content, content_type="application/json", headers=more | headers)
