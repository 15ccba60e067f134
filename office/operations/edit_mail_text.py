from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.languages import require_language
from office.mail.queueing import queue_mail
from office.mail.texts import TEXTS, Text, TextKind, latest_version
from office.mail.variables import named_in, require_known
from office.models import Company, MailText, OutgoingMail, User

LONGEST_SUBJECT = 200
LONGEST_BODY = 10_000
TRIAL = "mail_text_trial"


def edit_mail_text(
    company: Company, kind: str, stage: str, language: str, text: Text, *, version: int, by: User | None
) -> MailText:
    """Say how mails of a kind and stage are worded in a language from now on. Earlier versions are kept.

    `version` is the one that was read, 0 for the built-in words. Raises Refused for a text that names what stands for
    nothing, leaves out what has to be in it, is empty or too long, and where somebody else wrote a version meanwhile.
    """
    return _write(company, checked_kind(company, kind, stage, language), stage, language, text, version, by)


def restore_mail_text(
    company: Company, kind: str, stage: str, language: str, *, version: int, by: User | None
) -> MailText:
    """Use the built-in words again. Raises Refused where they are used, or somebody wrote a version meanwhile."""
    known = checked_kind(company, kind, stage, language)
    return _write(company, known, stage, language, None, version, by)


@transaction.atomic
def try_mail_text(
    company: Company, kind: str, stage: str, language: str, text: Text, customer_id: int | None, *, by: User
) -> OutgoingMail:
    """Mail a text to whoever is writing it, with a customer's values or made-up ones; it is not in force by that.

    Raises Refused for a text that could not be saved either.
    """
    known = checked_kind(company, kind, stage, language)
    text = checked_text(text, known)
    row = MailText.objects.create(
        **_place(company, kind, stage, language), version=0, **vars(text), is_trial=True, by=by
    )
    record(by, "try_mail_text", row)
    return queue_mail(
        key=f"try_mail_text:{row.pk}:{customer_id or 0}",
        kind=TRIAL,
        company=company,
        staff=by,
        about=row,
        to_email=by.email,
        subject=f"Trial: {text.subject}",
    )


def checked_kind(company: Company, kind: str, stage: str, language: str) -> TextKind:
    """The kind whose words these are. Raises Refused where there is none, no such stage, or no such language."""
    known = TEXTS.get(kind)
    if known is None or stage not in known.stages(company):
        raise Refused("There is no such kind of mail.", code="unknown_mail_text")
    require_language(language)
    return known


def checked_text(text: Text, kind: TextKind) -> Text:
    """The text as it is kept. Raises Refused where it cannot be one."""
    body = text.body.replace("\r\n", "\n").replace("\0", "").strip()
    text = Text(" ".join(text.subject.replace("\0", "").split()), body)
    if not text.subject or not text.body:
        raise Refused("A mail needs a subject and a text.", code="text_missing")
    if len(text.subject) > LONGEST_SUBJECT or len(text.body) > LONGEST_BODY:
        limits = f"{LONGEST_SUBJECT} characters in the subject and {LONGEST_BODY:,} in the text"
        raise Refused(f"A mail has at most {limits}.", code="text_too_long")
    require_known(text.subject, text.body, kind.variables)
    if missing := sorted(kind.required - named_in(text.body)):
        words = ", ".join(f"{{{name}}}" for name in missing)
        raise Refused(f"The text has to hold {words}.", code="variable_missing")
    return text


@transaction.atomic
def _write(
    company: Company, kind: TextKind, stage: str, language: str, text: Text | None, version: int, by: User | None
) -> MailText:
    checked = checked_text(text, kind) if text else Text("", "")
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    last = latest_version(kind.kind, stage, language, company)
    if version != (last.version if last else 0):
        raise Refused("Somebody else changed this text meanwhile. Look at theirs first.", code="stale_version")
    before = Text(last.subject, last.body) if last else Text("", "")
    if checked == before:
        raise Refused("Nothing is changed.", code="nothing_changed")
    row = MailText.objects.create(
        **_place(company, kind.kind, stage, language), version=version + 1, **vars(checked), by=by
    )
    act = "edit_mail_text" if text else "restore_mail_text"
    record(by, act, row, before=vars(before), after=vars(checked))
    return row


def _place(company: Company, kind: str, stage: str, language: str) -> dict[str, object]:
    return {"company": company, "kind": kind, "stage": stage, "language": language}
