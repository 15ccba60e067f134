"""Addresses that mail came back from: the mail says so, somebody is to mend it, and nothing goes there by itself."""

from django.db.models import Q
from django.utils import timezone

from office.mail_codes import COMPLAINT, bounce_sentence, bounce_words
from office.models import MailStatus, OutgoingMail, Task, TaskKind
from office.operations.make_task import make_task
from office.talk.topics import About


def note_bounce(mail: OutgoingMail, code: str, said: str) -> bool:
    """One arrow, from wherever the mail stands now, and a task; False where it stands there already."""
    rows = OutgoingMail.objects.filter(pk=mail.pk).exclude(status=MailStatus.BOUNCED)
    noted = rows.update(
        status=MailStatus.BOUNCED,
        bounced_at=timezone.now(),
        bounce_code=code,
        leased_until=None,
        explanation=bounce_sentence(code, said)[:500],
    )
    if noted:
        mail.refresh_from_db(fields=["status", "bounced_at", "bounce_code", "explanation"])
        have_it_mended(mail)
    return bool(noted)


def have_it_mended(mail: OutgoingMail) -> Task:
    """A task to find an address that works; one for each address until it is done, however many mails come back."""
    key = f"bounced:{mail.company_id}:{mail.contact_id or f'staff{mail.staff_id}'}:{mail.to_email}"
    times = Task.objects.filter(Q(key=key) | Q(key__startswith=f"{key}#"), done_at__isnull=False).count()
    whose = "of a colleague " if mail.staff_id else ""
    return make_task(
        mail.company,
        TaskKind.BOUNCED,
        f"Find an address {whose}that works instead of {mail.to_email}: {bounce_words(mail.bounce_code)}",
        key=f"{key}#{times}",
        about=About("customers.customer", mail.customer_id, mail.to_email) if mail.customer_id else None,
        note=f"{mail.subject}\n\n{mail.explanation}",
        by=None,
    )


def why_stopped(mail: OutgoingMail) -> str:
    """Why nothing goes to the mail's address by itself; empty where mail may.

    One that bounced is open again after something that a person sent arrived there; one whose reader called a mail spam
    stays shut.
    """
    there = OutgoingMail.objects.filter(
        company=mail.company_id, contact_id=mail.contact_id, staff=mail.staff_id, to_email=mail.to_email
    )
    back = there.filter(status=MailStatus.BOUNCED).order_by("-bounced_at").first()
    if back is None:
        return ""
    if there.filter(status=MailStatus.BOUNCED, bounce_code=COMPLAINT).exists():
        return f"Not sent: {mail.to_email} called a mail spam."
    if there.filter(status=MailStatus.SENT, finished_at__gt=back.bounced_at).exists():
        return ""
    return f"Not sent: mail to {mail.to_email} came back ({bounce_words(back.bounce_code)})."
