"""What the tables of getting paid hold on persons: what was agreed stays, links and codes end."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from credit_control.models import HandOver
from ledger.models import OpenItem
from office.privacy.registry import Held, Subject
from office.privacy.terms import Term

AGREED = "Proves what was agreed of a debt."
CLAIMED = "Proves what was claimed, and when."
SAID = "What was said about a debt stays on the record."


def _end_links(rows: QuerySet[Any], subject: Subject) -> int:
    return rows.filter(revoked_at=None).order_by().update(revoked_at=timezone.now())


def _end_codes(rows: QuerySet[Any], subject: Subject) -> int:
    return rows.filter(ended_at=None).order_by().update(ended_at=timezone.now())


def _letter(label: str, what: str, fields: str, by_customer: str, day: str, why: str, **more: str) -> Held:
    """A row that is a letter or a note of one."""
    return Held(label, what, fields, by_customer=by_customer, term=Term.LETTERS, day=day, why=why, **more)  # type: ignore[arg-type]


HELD = [
    Held(
        "credit_control.AccountLink",
        "Links by which they open their account",
        plain="token_hash ref",
        by_contact="contact",
        erase=_end_links,
        becomes="The links end. When they were opened stays.",
    ),
    Held(
        "credit_control.AccountCode",
        "Codes that were mailed to them",
        plain="code_hash",
        by_contact="link__contact",
        erase=_end_codes,
        becomes="They end.",
    ),
    Held(
        "credit_control.AccountOpening",
        "Visits by links to their account",
        "address_prefix",
        by_contact="link__contact",
        term=Term.LETTERS,
        day="opened_at",
        why="Proves that a statement was received; of the address only the network is kept.",
    ),
    Held(
        "credit_control.PlanRequest",
        "Payment plans that they asked for",
        "words answer",
        by_contact="contact",
        by_customer="customer",
        term=Term.LETTERS,
        day="asked_at",
        why=AGREED,
    ),
    _letter(
        "credit_control.PaymentPlan",
        "Payment plans",
        "accepted_name close_reason note printed",
        "customer",
        "created_at",
        AGREED,
    ),
    _letter(
        "credit_control.PlanPdf",
        "Payment plans as printed",
        "content",
        "plan__customer",
        "made_at",
        AGREED,
        file="content",
    ),
    _letter(
        "credit_control.PaymentPromise",
        "Promises to pay",
        "said_by note withdraw_reason",
        "customer",
        "made_on",
        AGREED,
    ),
    _letter("credit_control.ContactNote", "Notes of calls and letters", "person words", "customer", "created_at", SAID),
    _letter(
        "credit_control.HandOver", "Hand-overs to an agency", "agency note end_note", "customer", "handed_on", CLAIMED
    ),
    _letter(
        "credit_control.StatementRow",
        "What runs of statements noted",
        "note",
        "customer",
        "run__on",
        CLAIMED,
        plain="closing",
    ),
    _letter("credit_control.Statement", "Statements", "figures closing printed", "customer", "made_at", CLAIMED),
    _letter(
        "credit_control.StatementPdf",
        "Statements as printed",
        "content",
        "statement__customer",
        "made_at",
        CLAIMED,
        file="content",
    ),
    _letter(
        "credit_control.ReminderPdf",
        "Reminders as printed",
        "content",
        "reminder__customer",
        "made_at",
        CLAIMED,
        file="content",
    ),
    _letter("credit_control.SpecificProvision", "Doubts about a debt", "reason", "customer", "set_at", SAID),
    _letter("credit_control.MissedPayment", "Payments that were missed", "reference", "customer", "found_at", CLAIMED),
    Held(
        "credit_control.LateCharge",
        "Interest and fees",
        "waive_reason",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="claimed_on",
        why=CLAIMED,
    ),
    Held(
        "credit_control.DueDayChange",
        "Due days that were put off",
        "reason",
        term=Term.LETTERS,
        day="created_at",
        why=f"Found by no person. {AGREED}",
    ),
]
COMPANYS = "what the company set, about no person"
IMPERSONAL = {
    "credit_control.ReferenceRate": COMPANYS,
    "credit_control.LateChargeRule": COMPANYS,
    "credit_control.ReminderLadder": COMPANYS,
    "credit_control.ProvisionPart": "amounts",
    "credit_control.ReminderItem": "why an item was left out of a reminder, in our words",
    "credit_control.ReminderDay": "what became of a day's reminders, in our words",
}


def waits(subject: Subject) -> Iterator[str]:
    """Why a customer cannot be erased yet, as far as what they owe goes."""
    if not subject.customer_ids:
        return
    if OpenItem.objects.filter(customer_id__in=subject.customer_ids).exclude(balance=0).exists():
        yield "Something is open on their account: it is settled first (Art. 17 (3) (e) GDPR)."
    if HandOver.objects.filter(customer_id__in=subject.customer_ids, ended_on=None).exists():
        yield "An agency collects from them: end that first."
