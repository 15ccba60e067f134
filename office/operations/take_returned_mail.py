from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from ledger.refusals import Refused
from office.audit import record
from office.mail.bounces import note_bounce
from office.mail.message import ascii_address
from office.mail.returned import Report, read_report
from office.mail_codes import bounce_words
from office.models import MailStatus, OutgoingMail, User


class Finding(StrEnum):
    """What a returned mail comes to."""

    BOUNCED = "bounced"
    KNOWN = "known"
    NO_BOUNCE = "no_bounce"


@dataclass(frozen=True)
class Taken:
    """What was found, in words, and the mail that it is about, where it is about one."""

    finding: Finding
    words: str
    mail: OutgoingMail | None = None


@transaction.atomic
def take_returned_mail(content: bytes, *, among: QuerySet[OutgoingMail], by: User | None) -> Taken:
    """Note that a mail of ours came back, once; a delay or somebody's auto-reply is no bounce.

    Raises Refused where it is too large, broken, no report, or about none of these mails.
    """
    report = read_report(content)
    if not report.recipients:
        return Taken(Finding.NO_BOUNCE, "An automatic answer: nothing came back.")
    mail = _mail_of(report, among)
    told = report.of(ascii_address(mail.to_email))
    failure = next((each for each in told if each.action == "failed"), None)
    if failure is None:
        return Taken(Finding.NO_BOUNCE, f"{mail.to_email}: {told[0].action[:20]}. Nothing came back.", mail)
    before = {"status": mail.status}
    if not note_bounce(mail, failure.code, f"Their server said: {failure.said}" if failure.said else ""):
        return Taken(Finding.KNOWN, f"It was known that the mail to {mail.to_email} came back.", mail)
    words = f"The mail to {mail.to_email} came back: {bounce_words(failure.code)}."
    after = {"status": MailStatus.BOUNCED, "why": bounce_words(failure.code)}
    record(by, "take_returned_mail", mail, before=before, after=after)
    return Taken(Finding.BOUNCED, words, mail)


def _mail_of(report: Report, among: QuerySet[OutgoingMail]) -> OutgoingMail:
    """The mail that the report names, if it was ever handed over."""
    for envelope_id in report.envelope_ids:
        number = envelope_id.removeprefix("mail-").partition(".")[0]
        mail = among.filter(pk=number, attempts__gt=0).defer("kept_message").first()
        if mail and mail.envelope_id == envelope_id:
            return mail
    raise Refused("This report is about no mail of ours. Nothing was noted.", code="unknown_mail")
