"""What happened to a dispute, newest first, from the audit trail and its mails."""

from billing.models import Dispute
from billing.timeline import Fact
from office.models import AuditRecord, OutgoingMail
from office.persons import person_name

WORDS = {
    "open_dispute": ("Opened", "message-exclamation"),
    "answer_dispute": ("Answered", "message"),
    "note_on_dispute": ("Note for us", "note"),
    "reply_to_dispute": ("The customer wrote", "message"),
    "attach_to_dispute": ("File added", "paperclip"),
    "assign_dispute": ("Given", "user"),
    "escalate_dispute": ("Raised to the managers: its day is past", "bell"),
    "close_dispute": ("Closed", "circle-check"),
    "reopen_dispute": ("Taken up again", "arrow-back-up"),
}
TOLD = ("outcome", "credit_memo", "replacement", "file", "owner", "department", "answer_by")


def dispute_timeline(dispute: Dispute) -> list[Fact]:
    """All facts about a dispute, newest first."""
    return sorted([*_changes(dispute), *_mails(dispute)], key=lambda fact: fact.at, reverse=True)


def _changes(dispute: Dispute) -> list[Fact]:
    records = AuditRecord.objects.filter(subject_type="billing.dispute", subject_id=dispute.pk).select_related("by")
    return [_fact(record) for record in records]


def _fact(record: AuditRecord) -> Fact:
    words, icon = WORDS.get(record.action, (record.action.replace("_", " ").capitalize(), "point"))
    told = ", ".join(record.after[name] for name in TOLD if record.after.get(name))
    is_telling = told and record.action not in ("open_dispute", "escalate_dispute")
    who = str(record.by or person_name(record.after.get("contact")) or "Duebook")
    return Fact(record.recorded_at, f"{words}: {told}" if is_telling else words, icon, who=who, note=record.reason)


def _mails(dispute: Dispute) -> list[Fact]:
    mails = OutgoingMail.objects.filter(about_type="billing.dispute", about_id=dispute.pk).defer("kept_message")
    return [
        Fact(
            mail.bounced_at or mail.finished_at or mail.queued_at,
            f"Mail to {mail.shown_to or 'a contact'}: {mail.get_status_display().lower()}",
            "mail",
            note=mail.shown_explanation,
        )
        for mail in mails
    ]
