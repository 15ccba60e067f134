"""What the customers' tables hold on persons, and how a person is made nobody there."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, ManyToOneRel, OuterRef, Q, QuerySet
from django.utils import timezone

from customers.models import (
    AccountApplication,
    ApplicationStatus,
    ChangeRequest,
    ChangeStatus,
    Contact,
    Customer,
    CustomerAccount,
    DeclaredPayer,
    GivenMandate,
    GivenStatus,
    Mandate,
)
from office.models import MailStatus, OutgoingMail
from office.privacy.registry import Held, Subject, deleted, emptied
from office.privacy.terms import Term

MANDATE = "Proves to the bank that a debit was allowed."
NUMBERS = "holder sealed_number number_hash last_four bank_code bic bank_name"
REFERENCES = "tax_id registry_number po_number electronic_address electronic_address_scheme buyer_reference note"
ASKED = "What was asked and decided stays as it was."


def pseudonym(pk: int) -> str:
    """What a person is called once erased."""
    return f"Erased person {pk}"


def pseudonym_of_customer(pk: int) -> str:
    """What a customer who was a person is called once erased."""
    return f"Erased customer {pk}"


def _forget_people(rows: QuerySet[Any], subject: Subject) -> int:
    """Call each by a pseudonym, and let them be reached no more."""
    people = [Contact(pk=pk, name=pseudonym(pk), is_active=False) for pk in rows.values_list("pk", flat=True)]
    for each in people:
        each.gets_invoices = each.gets_statements = each.gets_reminders = False
    gets = ["gets_invoices", "gets_statements", "gets_reminders"]
    return Contact.objects.bulk_update(people, ["name", "email", "phone", "is_active", *gets])


def _forget_customer(rows: QuerySet[Any], subject: Subject) -> int:
    """Leave the number alone; whoever erases writes anew what the customer is found by."""
    for pk in rows.values_list("pk", flat=True):
        Customer.objects.filter(pk=pk).update(name=pseudonym_of_customer(pk))
    nothing = emptied(*REFERENCES.split(), tags=[], einvoice_format="", is_active=False)
    return nothing(rows, subject)


def _forget_accounts(rows: QuerySet[Any], subject: Subject) -> int:
    """Close what is open, and keep nothing of the number."""
    found = list(rows.values_list("pk", flat=True))
    accounts = CustomerAccount.objects.filter(pk__in=found)
    accounts.filter(closed_at=None).update(closed_at=timezone.now(), closed_reason="Erased")
    return emptied(*NUMBERS.split())(accounts, subject)


def _is_used() -> Q:
    """Accounts that something names, whichever room's it is: a mandate, a refund, a debit."""
    fields = CustomerAccount._meta.get_fields(include_hidden=True)
    uses = [each.field for each in fields if isinstance(each, ManyToOneRel) and each.field.model is not CustomerAccount]
    named = [Exists(use.model._default_manager.filter(**{use.name: OuterRef("pk")})) for use in uses]
    return reduce(or_, (Q(each) for each in named))


def _accounts(subject: Subject) -> Q:
    return Q(customer__in=subject.customer_ids)


HELD = [
    Held(
        "customers.Contact",
        "Their name, e-mail address and telephone",
        "name email phone",
        by_contact="pk",
        erase=_forget_people,
        becomes="The name becomes a pseudonym, address and telephone go, and no paper is sent there any more.",
    ),
    Held(
        "customers.Customer",
        "The customer's record",
        "name sort_name search_text plain_name near_name plain_tax_id tax_id registry_number po_number tags"
        " electronic_address electronic_address_scheme buyer_reference note",
        by_customer="pk",
        erase=_forget_customer,
        becomes="The name becomes a pseudonym; tax id, references, tags and note go. Number and terms stay.",
    ),
    Held(
        "customers.Address",
        "Their addresses",
        "name street postal_code city region country",
        by_customer="customer",
        erase=deleted,
        becomes="Deleted. Issued papers print the address as it was.",
    ),
    Held(
        "customers.CustomerAccount",
        "Bank accounts that nothing was paid by",
        f"{NUMBERS} country",
        plain="blocked_reason closed_reason",
        rows=lambda subject: _accounts(subject) & ~_is_used(),
        erase=_forget_accounts,
        becomes="Closed; holder and number go.",
    ),
    Held(
        "customers.CustomerAccount",
        "Bank accounts under a mandate, or that money was paid by",
        f"{NUMBERS} country",
        plain="blocked_reason closed_reason",
        rows=lambda subject: _accounts(subject) & _is_used(),
        term=Term.VOUCHERS,
        day="added_at",
        why="Proves to the bank where money went and came from; the number is sealed.",
    ),
    Held(
        "customers.ChangeRequest",
        "Changes of their details that they asked for",
        "before wanted sealed_number reason",
        by_contact="contact",
        by_customer="customer",
        term=Term.LETTERS,
        day="asked_at",
        why=ASKED,
    ),
    Held(
        "customers.Mandate",
        "Mandates",
        "reference revoked_reason",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="signed_on",
        why=MANDATE,
    ),
    Held(
        "customers.MandateAmendment",
        "Changes of mandates",
        "reason",
        by_customer="mandate__customer",
        term=Term.VOUCHERS,
        day="amended_at",
        why=MANDATE,
    ),
    Held(
        "customers.GivenMandate",
        "Mandates that they gave on a page behind a link",
        "address_prefix printed reason",
        by_contact="contact",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="given_at",
        why=MANDATE,
    ),
    Held(
        "customers.MandatePdf",
        "The paper of a mandate",
        "content",
        file="content",
        by_contact="given__contact",
        by_customer="given__customer",
        term=Term.VOUCHERS,
        day="made_at",
        why=MANDATE,
    ),
    Held(
        "customers.AccountApplication",
        "Their application for an account",
        "note reason",
        by_customer="customer",
        term=Term.LETTERS,
        day="asked_at",
        why=ASKED,
    ),
    Held(
        "customers.ApplicationPoint",
        "What was found out for an application",
        "note",
        by_customer="application__customer",
        term=Term.LETTERS,
        day="said_at",
        why=ASKED,
    ),
    Held(
        "customers.CreditHold",
        "Holds",
        "words release_reason",
        by_customer="customer",
        term=Term.LETTERS,
        day="placed_at",
        why=ASKED,
    ),
    Held(
        "customers.LimitChange",
        "Changes of their credit limit",
        "reason",
        by_customer="customer",
        term=Term.LETTERS,
        day="changed_at",
        why=ASKED,
    ),
    Held(
        "customers.PrivacyRequest",
        "What they asked of their data",
        "note answer gone stays",
        by_contact="contact",
        by_customer="customer",
        term=Term.LETTERS,
        day="noted_at",
        why="Proves that a request was answered; once they are erased it says nothing of them.",
    ),
    Held(
        "customers.NotTheSame",
        "Whom they were told apart from",
        "facts reason",
        by_customer="first",
        erase=deleted,
        becomes="Deleted.",
    ),
]
IMPERSONAL = {
    "customers.PaymentTerms": "what the company set, about no person",
    "customers.CustomerGroup": "what the company set, about no person",
    "customers.ApplicationPolicy": "what the company set, about no person",
}


def waits(subject: Subject) -> Iterator[str]:
    """Why a person cannot be erased yet, as far as customers and mails know."""
    asked = ChangeRequest.objects.filter(contact_id__in=subject.contact_ids, status=ChangeStatus.OPEN)
    if asked.exists():
        yield "They ask for a change that nobody decided of yet."
    if GivenMandate.objects.filter(contact_id__in=subject.contact_ids, status=GivenStatus.OPEN).exists():
        yield "They gave a mandate that nobody decided of yet."
    if Mandate.objects.filter(customer_id__in=subject.customer_ids, revoked_on=None).exists():
        yield "A mandate of theirs still holds: revoke it first."
    if DeclaredPayer.objects.filter(payer_id__in=subject.customer_ids, ended_at=None).exists():
        yield "They pay what others owe: end that first."
    applied = AccountApplication.objects.filter(customer_id__in=subject.customer_ids, status=ApplicationStatus.OPEN)
    if applied.exists():
        yield "An application for an account of theirs is open: decide it first."
    leaving = [MailStatus.SENDING, MailStatus.HANDED_OVER, MailStatus.UNCERTAIN]
    if OutgoingMail.objects.filter(contact_id__in=subject.contact_ids, status__in=leaving).exists():
        yield "A mail to them is just leaving, or somebody has to say whether it left."
