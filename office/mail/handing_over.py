"""One mail from queued to its end. Nothing here may run inside a transaction: each step commits before the next."""

import logging
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from office.copies import is_held
from office.mail.bounces import have_it_mended, why_stopped
from office.mail.kinds import KINDS, Letter, NotReady, NotToBeSent, waits
from office.mail.message import ascii_address, message_bytes, sender_address
from office.mail.relay import Answer, Outcome, Relay, hand_to_relay
from office.mail.turns import hold_customer, its_turn
from office.models import MailStatus, OutgoingMail

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Twice what a task may take, so a worker that still lives is never overtaken."""
ENDS = {MailStatus.SENT, MailStatus.FAILED, MailStatus.UNCERTAIN, MailStatus.BOUNCED, MailStatus.CANCELLED}
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=4)


def hand_over(mail_id: int) -> None:
    """Send a mail that is queued and due; whatever else it is, leave it alone."""
    mail = claim(mail_id)
    if mail is None:
        return
    try:
        with timezone.override(ZoneInfo(mail.company.time_zone)):
            letter = KINDS[mail.kind].compose(mail)
        content = message_bytes(mail, letter)
    except NotToBeSent as reason:
        move(mail, MailStatus.SENDING, MailStatus.CANCELLED, explanation=str(reason))
    except NotReady as reason:
        put_back(mail, str(reason))
    except Exception:
        logger.exception("Mail %s could not be composed.", mail.pk)
        put_back(mail, "It could not be composed. The log says why.")
    else:
        let_go(mail, letter, content)


def let_go(mail: OutgoingMail, letter: Letter, content: bytes) -> None:
    """Hand a composed mail to the relay, if it may still leave; one that says what is true no more is composed anew."""
    try:
        leaves = may_leave(mail, letter)
    except NotReady as reason:
        put_back(mail, str(reason))
        return
    if leaves:
        record_answer(mail, deliver(mail, letter, content))


def claim(mail_id: int) -> OutgoingMail | None:
    """Take the mail for one attempt, if nobody else has it; in a restored copy nobody takes any."""
    if is_held():
        return None
    now = timezone.now()
    due = OutgoingMail.objects.filter(pk=mail_id, status=MailStatus.QUEUED, due_at__lte=now)
    mail = due.select_related("company").first()
    if mail is None:
        return None
    due = due.filter(attempts=mail.attempts)  # not one that somebody took and put back meanwhile
    if not (taken_in_turn(mail, due, now) if waits(mail.kind) else take(due, now)):
        return None
    mail.status, mail.attempts = MailStatus.SENDING, mail.attempts + 1
    return mail


@transaction.atomic(durable=True)
def taken_in_turn(mail: OutgoingMail, due: QuerySet[OutgoingMail], now: datetime) -> bool:
    """Take a mail that waits for its hour and for the customer's other mails; else say until when it waits, and why."""
    hold_customer(mail)
    until, why = its_turn(mail, now)
    if until > now:
        due.update(due_at=until, explanation=why)
        return False
    return take(due, now)


def take(due: QuerySet[OutgoingMail], now: datetime) -> bool:
    """The first arrow."""
    return bool(due.update(status=MailStatus.SENDING, attempts=F("attempts") + 1, leased_until=now + LEASE))


@transaction.atomic(durable=True)
def may_leave(mail: OutgoingMail, letter: Letter) -> bool:
    """Ask in the last moment whether it should still go, and mark it handed over or cancelled."""
    locked = still_mine(mail, MailStatus.SENDING).select_for_update(no_key=True, of=("self",)).first()
    if locked is None:
        return False
    locked.to_email = letter.to_email
    reason = KINDS[locked.kind].reason_not_to_send(locked) or (waits(locked.kind) and why_stopped(locked)) or ""
    if reason:
        move(mail, MailStatus.SENDING, MailStatus.CANCELLED, explanation=reason)
    else:
        said = {"to_email": letter.to_email, "subject": letter.subject[:200], "leased_until": timezone.now() + LEASE}
        move(mail, MailStatus.SENDING, MailStatus.HANDED_OVER, **said)
    return not reason


def deliver(mail: OutgoingMail, letter: Letter, content: bytes) -> Answer:
    """Hand the mail to the relay; where none is set up, keep it for the mailbox page."""
    if not settings.EMAIL_URL:
        still_mine(mail, MailStatus.HANDED_OVER).update(kept_message=content)
        return Answer(Outcome.TAKEN)
    relay, to = Relay.from_url(settings.EMAIL_URL), ascii_address(letter.to_email)
    return hand_to_relay(relay, sender_address(), to, mail.envelope_id, content)


def record_answer(mail: OutgoingMail, answer: Answer) -> None:
    """Write down what became of a mail that was handed over."""
    if answer.outcome is Outcome.REFUSED_FOR_NOW:
        put_back(mail, answer.words, before=MailStatus.HANDED_OVER)
        return
    after = {
        Outcome.TAKEN: MailStatus.SENT,
        Outcome.REFUSED: MailStatus.FAILED,
        Outcome.UNCERTAIN: MailStatus.UNCERTAIN,
        Outcome.BOUNCED: MailStatus.BOUNCED,
    }[answer.outcome]
    explanation = "" if after == MailStatus.SENT else answer.words
    now = timezone.now()
    bounce = {"bounced_at": now, "bounce_code": answer.code} if after == MailStatus.BOUNCED else {}
    with transaction.atomic():
        move(mail, MailStatus.HANDED_OVER, after, explanation=explanation, finished_at=now, **bounce)
        if bounce:
            have_it_mended(OutgoingMail.objects.select_related("company").get(pk=mail.pk))


def put_back(mail: OutgoingMail, reason: str, before: MailStatus = MailStatus.SENDING) -> None:
    """Try a mail that certainly did not leave again later, and give up after many times."""
    if mail.attempts >= MOST_ATTEMPTS:
        move(mail, before, MailStatus.FAILED, explanation=f"Given up after {mail.attempts} attempts. {reason}")
    else:
        move(mail, before, MailStatus.QUEUED, due_at=next_try(mail.attempts, timezone.now()), explanation=reason)


def next_try(attempts: int, now: datetime) -> datetime:
    """Two minutes after the first attempt, then twice as long each time, up to four hours."""
    return now + min(timedelta(minutes=2**attempts), LONGEST_WAIT)


def still_mine(mail: OutgoingMail, status: MailStatus) -> Any:
    """The mail's row, if it is still in this state and in the attempt that this worker began."""
    return OutgoingMail.objects.filter(pk=mail.pk, status=status, attempts=mail.attempts)


def move(mail: OutgoingMail, before: MailStatus, after: MailStatus, **fields: Any) -> None:
    """One arrow: a conditional UPDATE, which does nothing where somebody else moved the mail."""
    if "explanation" in fields:
        fields["explanation"] = fields["explanation"][:500]
    if after in ENDS:
        fields.setdefault("finished_at", timezone.now())
    still_mine(mail, before).update(status=after, **{"leased_until": None, **fields})
