import logging
from datetime import datetime

from celery import current_app
from django.db import models, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from office.models import Company, OutgoingMail

logger = logging.getLogger(__name__)


def queue_mail(
    *,
    key: str,
    kind: str,
    company: Company,
    customer_id: int,
    contact_id: int,
    about: models.Model,
    to_email: str,
    subject: str,
    due_at: datetime | None = None,
) -> OutgoingMail:
    """Write a mail in the caller's transaction; it leaves after the commit. The same key again is the same mail.

    Address and subject are what lists show until the mail is composed.
    """
    mail, is_new = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "company": company,
            "customer_id": customer_id,
            "contact_id": contact_id,
            "about_type": about._meta.label_lower,
            "about_id": about.pk,
            "to_email": to_email,
            "subject": subject[:200],
            "due_at": due_at or timezone.now(),
        },
    )
    if is_new:
        transaction.on_commit(lambda: ring_bell(mail.pk), robust=True)
    return mail


def ring_bell(mail_id: int) -> None:
    """Tell the workers at once. Nothing depends on it: the sweep finds the mail within a minute."""
    try:
        current_app.send_task("office.tasks.hand_over_mail", [mail_id], retry=False)
    except OperationalError as error:
        logger.warning("The broker is away, so mail %s waits for the sweep: %s", mail_id, error)
