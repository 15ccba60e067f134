"""What happened to a document, newest first: one row for each fact, from the audit trail, the book, mail and link."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.models import FindingAct, FindingEvent, Invoice, IssueCheck, LinkOpening, OpeningKind
from billing.queries import settlements
from ledger.models import Allocation
from office.models import ApprovalRequest, ApprovalState, AuditRecord, OutgoingMail, User

WORDS = {
    "draft_invoice": ("Drafted", "pencil"),
    "copy_invoice": ("Copied", "copy"),
    "bill_recurring": ("Made", "refresh"),
    "consolidate_drafts": ("Joined from drafts", "arrows-join"),
    "edit_draft": ("Draft saved", "pencil"),
    "set_medical_codes": ("Medical codes saved", "pencil"),
    "issue_invoice": ("Issued", "file-check"),
    "credit_invoice": ("Credited", "receipt-refund"),
    "draft_debit_note": ("Debit note drafted", "file-plus"),
    "correct_invoice": ("Corrected", "edit"),
    "void_invoice": ("Voided", "ban"),
    "send_invoice": ("Sent to be mailed", "send"),
    "attach_file": ("File attached", "paperclip"),
    "remove_attachment": ("File removed", "trash"),
    "draft_from_template": ("Drafted from a template", "template"),
    "mark_printed": ("Printed", "printer"),
    "unmark_printed": ("Not printed after all", "arrow-back-up"),
    "mint_link": ("Link made for a mail", "link"),
    "renew_link": ("Link renewed", "link"),
    "mail_new_link": ("New link asked for by the customer", "link"),
    "revoke_link": ("Link revoked", "link-off"),
}


@dataclass(frozen=True)
class Fact:
    """One row of a timeline. `entry_id` leads to the paper that brought the money."""

    at: datetime
    words: str
    icon: str
    who: str = ""
    amount: Decimal | None = None
    reference: str = ""
    entry_id: int | None = None
    dated_on: date | None = None
    note: str = ""
    is_undone: bool = False


def timeline(invoice: Invoice) -> list[Fact]:
    """All facts about a document, newest first."""
    facts = [*_changes(invoice), *_approvals(invoice), *_money(invoice), *_mails(invoice), *_openings(invoice)]
    facts += _findings(invoice)
    return sorted(facts, key=lambda fact: fact.at, reverse=True)


def _changes(invoice: Invoice) -> list[Fact]:
    records = AuditRecord.objects.filter(subject_type="billing.invoice", subject_id=invoice.pk).select_related("by")
    facts = []
    for record in records:
        words, icon = WORDS.get(record.action, (record.action.replace("_", " ").capitalize(), "point"))
        if memo := record.after.get("credit_memo"):
            words = f"{words} by {memo}"
        if original := record.after.get("copied_from"):
            words = f"{words} from {original}"
        if draft := record.after.get("debit_note"):
            words = f"{words}: {draft}"
        if draft := record.after.get("replaced_by"):
            words = f"{words}: {draft} drafted in its place"
        if wrong := record.after.get("replaces"):
            words = f"Drafted to replace {wrong}"
        if recurring := record.after.get("recurring"):
            words = f"{words} by {recurring} for {record.after['period']}"
        facts.append(Fact(record.recorded_at, words, icon, who=str(record.by or "Duebook"), note=record.reason))
    return facts


def _approvals(invoice: Invoice) -> Iterator[Fact]:
    """What somebody asked another person to approve, and what that one said."""
    asked = ApprovalRequest.objects.filter(action__in=("credit_invoice", "void_invoice"), subject_id=invoice.pk)
    for each in asked.select_related("requested_by", "decided_by"):
        words = WORDS[each.action][0].lower()
        yield Fact(
            each.requested_at,
            f"Asked to be {words}",
            "hourglass",
            str(each.requested_by),
            each.amount,
            note=each.reason,
        )
        if each.decided_at:
            icon = "check" if each.state == ApprovalState.APPROVED else "x"
            decision = f"{each.get_state_display()}: to be {words}"
            yield Fact(each.decided_at, decision, icon, str(each.decided_by), note=each.decision_reason)


def _money(invoice: Invoice) -> list[Fact]:
    """Each allocation, with the paper on its other side."""
    rows = settlements(invoice) if invoice.entry_id else []
    people = User.objects.in_bulk({row.by_id for row in rows if row.by_id})
    return [_allocation_fact(invoice, row, people) for row in rows]


def _allocation_fact(invoice: Invoice, row: Allocation, people: dict[int, User]) -> Fact:
    is_debit = row.debit.entry_id == invoice.entry_id
    other = row.credit if is_debit else row.debit
    kind = other.get_kind_display()
    words = f"{kind} applied" if is_debit else f"Applied to {kind.lower()}"
    words = f"Undone: {words[0].lower()}{words[1:]}" if row.reverses_id else words
    return Fact(
        row.recorded_at,
        words,
        "arrow-back-up" if row.reverses_id else "cash",
        who=str(people.get(row.by_id or 0, "Duebook")),
        amount=row.amount,
        reference=other.reference,
        entry_id=other.entry_id,
        dated_on=row.dated_on,
        note=row.reason,
        is_undone=hasattr(row, "reversed_by"),
    )


def _mails(invoice: Invoice) -> list[Fact]:
    mails = OutgoingMail.objects.filter(about_type="billing.invoice", about_id=invoice.pk).defer("kept_message")
    return [
        Fact(
            mail.bounced_at or mail.finished_at or mail.queued_at,
            f"Mail to {mail.shown_to or 'a contact'}: {mail.get_status_display().lower()}",
            "mail",
            note=mail.shown_explanation,
        )
        for mail in mails
    ]


FINDING_ICONS = {FindingAct.FOUND: "alert-triangle", FindingAct.MENDED: "check", FindingAct.DISMISSED: "x"}


def _findings(invoice: Invoice) -> list[Fact]:
    """What the accuracy checks found in it, and what became of that."""
    events = FindingEvent.objects.filter(finding__invoice=invoice).exclude(act=FindingAct.ASSIGNED)
    return [
        Fact(
            event.at,
            f"{event.get_act_display()}: {IssueCheck(event.finding.check_name).label}",
            FINDING_ICONS[FindingAct(event.act)],
            who=str(event.by or "Duebook"),
            note=event.reason or event.finding.message,
        )
        for event in events.select_related("finding", "by")
    ]


def _openings(invoice: Invoice) -> list[Fact]:
    icons = {OpeningKind.OPENED: "eye", OpeningKind.SEEN: "eye-check", OpeningKind.DOWNLOADED: "download"}
    openings = LinkOpening.objects.filter(link__invoice=invoice).select_related("link__contact")[:100]
    return [
        Fact(
            opening.opened_at,
            f"{opening.get_kind_display()} by the link of {opening.link.contact.shown_name}",
            icons[OpeningKind(opening.kind)],
            note=opening.address_prefix,
        )
        for opening in openings
    ]
