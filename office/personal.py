"""What the office's own tables, and those of Django and allauth, hold on persons."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from office.models import MailStatus, OutgoingMail
from office.privacy.registry import Held, Subject, emptied, says
from office.privacy.terms import Term

STAFF = "Of colleagues: goes with them, on their own page, once they left (`erase_colleague`); what they did stays."
ERASED_MAIL = "The person it was for was erased."


def _about(subject: Subject) -> Q:
    """Rows about a contact or customer, by the name of their kind."""
    people = Q(subject_type="customers.contact", subject_id__in=subject.contact_ids)
    return people | Q(subject_type="customers.customer", subject_id__in=subject.customer_ids)


def _talked_about(subject: Subject) -> Q:
    """Talk about a customer who is the person."""
    return Q(about_type="customers.customer", about_id__in=subject.customer_ids)


def _answered(subject: Subject) -> Q:
    """What programs were answered; of a form sent twice only the address is kept to which it led."""
    of_programs = Q(user__companies=subject.company) & ~Q(key__startswith="form:")
    return of_programs & says(["body"], subject.words)


def _empty_mail(rows: QuerySet[OutgoingMail], subject: Subject) -> int:
    """Let what has not left be cancelled, and no mail say to whom it went or what it said."""
    rows.filter(status__in=[MailStatus.QUEUED, MailStatus.FAILED]).order_by().update(
        status=MailStatus.CANCELLED, finished_at=timezone.now()
    )
    return rows.order_by().update(to_email="", kept_message=None, explanation=ERASED_MAIL)


HELD = [
    Held(
        "office.OutgoingMail",
        "Mails to them",
        "to_email explanation kept_message",
        plain="subject bounce_code",
        file="kept_message",
        by_contact="contact_id",
        erase=_empty_mail,
        becomes="Address and text go, what waits is cancelled; that a mail went, when, and about which paper stays.",
    ),
    Held(
        "office.AuditRecord",
        "What was done with their record, in the audit trail",
        "subject_name before after reason origin",
        rows=_about,
        term=Term.BOOKS,
        day="recorded_at",
        why="Each record holds the hash of the one before it: one that were changed would void the proof of all.",
    ),
    Held(
        "office.Comment",
        "Comments of colleagues on them",
        "body",
        rows=_talked_about,
        term=Term.LETTERS,
        day="made_at",
        why="What was said about a paper stays on the record.",
    ),
    Held(
        "office.Task",
        "Tasks about them",
        "title note about_name outcome",
        rows=_talked_about,
        erase=lambda rows, subject: rows.order_by().update(title="Erased", note="", about_name="", outcome=""),
        becomes="Title, note and outcome go; that there was a task, and when, stays.",
    ),
    Held(
        "office.ApprovalRequest",
        "Approvals asked about them",
        "arguments subject_name reason decision_reason",
        term=Term.VOUCHERS,
        day="requested_at",
        why="Found by the act asked for; who approved what is part of the proof of an entry.",
    ),
    Held(
        "office.Run",
        "Files that were imported, and what was left out of them",
        "title parameters input_file result errors_file explanation",
        term=Term.VOUCHERS,
        day="started_at",
        why="Found by no person: files hold many.",
    ),
    Held(
        "office.KeptFilePart",
        "Large files that colleagues ordered",
        "content",
        term=Term.LETTERS,
        day="file__made_at",
        why="Found by no person; deleted after three days.",
    ),
    Held(
        "office.IdempotentAnswer",
        "Answers to programs that name them, kept so that a call sent twice acts once",
        "body",
        plain="key request_hash",
        rows=_answered,
        erase=emptied(body={}),
        becomes="Emptied; a call sent twice still acts once.",
    ),
    Held(
        "office.Company",
        "Whom customers ask at the company",
        "contact_name email phone help_name help_email help_phone",
        plain="legal_name street postal_code city tax_id registration electronic_address electronic_address_scheme"
        " time_zone creditor_identifier ach_company_id logo logo_type invoice_footer accent privacy_notice",
        term=Term.VOUCHERS,
        why=STAFF,
    ),
    Held("office.User", "Colleagues", "email name", plain="password", term=Term.BOOKS, day="last_login", why=STAFF),
    Held(
        "office.LogIn",
        "Log-ins of colleagues",
        "device address",
        plain="sealed_key way ended_because",
        term=Term.LETTERS,
        day="began_at",
        why=STAFF,
    ),
    Held(
        "office.ApiToken",
        "Keys of programs of colleagues",
        "last_used_from",
        plain="name hash scopes networks old_hash",
        term=Term.LETTERS,
        day="created_at",
        why=STAFF,
    ),
    Held(
        "office.SavedView",
        "Views that colleagues keep",
        "query",
        plain="name title path",
        term=Term.LETTERS,
        day="changed_at",
        why=STAFF,
    ),
    Held("account.EmailAddress", "Colleagues' addresses", "email", term=Term.BOOKS, why=STAFF),
    Held(
        "mfa.Authenticator",
        "Second factors of colleagues, sealed",
        "data",
        term=Term.LETTERS,
        day="created_at",
        why=STAFF,
    ),
    Held(
        "office.Job",
        "What a job that failed said",
        "error",
        plain="name",
        term=Term.LETTERS,
        day="failed_at",
        why="Addresses and account numbers are masked; the next failure writes over it.",
    ),
]
SET = "what the company set, about no person"
HASHES = "hashes and sums alone"
IMPERSONAL = {
    "auth.Group": SET,
    "auth.Permission": SET,
    "contenttypes.ContentType": SET,
    "sessions.Session": "a session ends by itself; it holds ids",
    "account.EmailConfirmation": "not used here",
    "ledger.Account": SET,
    "ledger.Entry": "the book: amounts, numbers of papers, ids",
    "ledger.Line": "the book: amounts, numbers of papers, ids",
    "ledger.OpenItem": "the book: amounts, numbers of papers, ids",
    "ledger.Allocation": "the book: amounts, numbers of papers, ids",
    "ledger.DaySum": "the book: amounts, numbers of papers, ids",
    "office.Logo": SET,
    "office.BankAccount": "the company's own accounts",
    "office.ApprovalRule": SET,
    "office.AuditLink": HASHES,
    "office.AuditHead": HASHES,
    "office.AuditSeal": HASHES,
    "office.Backup": "where a backup lies, and its hash",
    "office.FaceText": SET,
    "office.ImportMapping": SET,
    "office.LogInLink": HASHES,
    "office.MailText": SET,
    "office.NumberSeries": SET,
    "office.NumberPattern": SET,
    "office.OwnDay": SET,
    "office.PolicyVersion": SET,
    "office.ExchangeRate": SET,
    "office.Team": SET,
    "office.UnusualDay": "how often a colleague did something, by their id",
    "office.ViewSending": "why a view was not mailed",
    "office.KeptFile": "the name of a list",
    "office.WebhookEndpoint": SET,
    "office.WebhookEvent": "the number of what happened, and its kind",
    "office.WebhookAttempt": "what a program answered, in our words",
}
