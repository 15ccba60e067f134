"""The office's background work. Each task takes ids, does one thing and may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from office.mail.handing_over import hand_over
from office.mail.sweep import due_mails


@shared_task
def hand_over_mail(mail_id: int) -> None:
    """Send one mail."""
    hand_over(mail_id)


@shared_task
def send_due_mail() -> None:
    """Ring for every mail that is due; runs each minute."""
    for mail_id in due_mails(timezone.now()):
        hand_over_mail.delay(mail_id)
