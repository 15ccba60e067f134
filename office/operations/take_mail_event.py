from django.db import transaction

from office.audit import record
from office.mail.bounces import note_bounce
from office.mail.events import MailEvent
from office.mail_codes import bounce_words
from office.models import OutgoingMail
from office.operations.take_returned_mail import Finding


@transaction.atomic
def take_mail_event(event: MailEvent, service: str) -> Finding | None:
    """Note once that a mail of ours came back, or that its reader calls it spam; None where it is none of ours."""
    number = event.envelope_id.removeprefix("mail-").partition(".")[0]
    mail = OutgoingMail.objects.filter(pk=number, attempts__gt=0).defer("kept_message").first()
    if mail is None or mail.envelope_id != event.envelope_id:
        return None
    before = mail.status
    words = "They call it spam: nothing goes there by itself." if event.is_complaint else event.said
    if not note_bounce(mail, event.code, words):
        return Finding.KNOWN
    after = {"status": mail.status, "why": bounce_words(event.code), "service": service}
    record(None, "take_mail_event", mail, before={"status": before}, after=after)
    return Finding.BOUNCED
