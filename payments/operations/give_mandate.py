"""Giving a mandate by oneself, on the page behind a customer's link."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language, override

from billing.printed import parties_of
from customers.mandate_mail import confirm_by_mail
from customers.mandate_words import VERSION, authorisation
from customers.models import (
    Contact,
    Customer,
    CustomerAccount,
    GivenMandate,
    GivenStatus,
    Mandate,
    MandateScheme,
)
from customers.operations.add_account import AccountDetails, checked_account
from customers.operations.manage_mandates import next_reference, require_scheme, save_mandate
from ledger.refusals import Refused
from office.audit import record
from office.languages import as_written_in
from payments.mandate_offer import scheme_offered, standing_mandates

MOST = 20
"""Mandates that one contact gives; who has more to say is best called."""


@transaction.atomic
def give_mandate(contact_id: int, details: AccountDetails, *, on: date, network: str = "") -> GivenMandate:
    """Keep a mandate that a contact gives for an account of their customer, and all they read; it waits to be approved.

    It is mailed to them. Raises Refused for an account that cannot be one or cannot be debited, while another mandate
    holds or waits, and where we cannot collect.
    """
    contact = Contact.objects.get(pk=contact_id)
    customers = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    customer = customers.get(pk=contact.customer_id)
    scheme = _scheme(customer, contact)
    account = _account(customer, details, scheme)
    mandate = Mandate(
        company=customer.company,
        customer=customer,
        account=account,
        scheme=scheme,
        reference=next_reference(customer),
        signed_on=on,
    )
    save_mandate(mandate)
    given = GivenMandate(
        company=customer.company,
        customer=customer,
        mandate=mandate,
        contact=contact,
        address_prefix=network,
        printed=_printed(customer, mandate, details.holder),
    )
    _save(given)
    after = {"contact": contact, "account": account, "scheme": scheme, "network": network}
    record(None, "give_mandate", mandate, after=after)
    confirm_by_mail(given)
    return given


def _printed(customer: Customer, mandate: Mandate, holder: str) -> dict[str, Any]:
    """All that a mandate says, in the language of its customer; the account's number by its last digits."""
    company, account = customer.company, mandate.account
    with override(as_written_in(customer.language, company.country)):
        return {
            "language": get_language(),
            **parties_of(company, customer),
            "creditor_identifier": creditor_identifier(customer, mandate.scheme),
            "holder": " ".join(holder.split()),
            "account": account.masked_number,
            "bank": account.bank_name,
            "version": VERSION,
            "words": authorisation(mandate.scheme, company.legal_name),
        }


def creditor_identifier(customer: Customer, scheme: str) -> str:
    """By which number the payer's bank knows us."""
    company = customer.company
    return company.ach_company_id if scheme == MandateScheme.ACH else company.creditor_identifier


def _scheme(customer: Customer, contact: Contact) -> str:
    standing = standing_mandates(customer)
    if any(each.state == "waiting" for each in standing):
        raise Refused("A mandate waits to be looked at already.", code="given_already")
    if standing:
        raise Refused(f"Mandate {standing[0]} holds already.", code="mandate_holds")
    scheme = scheme_offered(customer)
    if not scheme:
        raise Refused("No mandate can be given here.", code="not_offered")
    if GivenMandate.objects.filter(contact=contact).count() >= MOST:
        raise Refused("That is more than this page takes. Please answer the mail, or call us.", code="too_many")
    return scheme


def _account(customer: Customer, details: AccountDetails, scheme: str) -> CustomerAccount:
    """The account that we have already, or a new one that waits."""
    account, _number = checked_account(customer, details, None)
    require_scheme(account, scheme)
    known = customer.accounts.filter(number_hash=account.number_hash, closed_at=None).first()
    if known and known.blocked_at:
        raise Refused(f"It cannot be debited: {known.reason_not_to_use}.", code="account_blocked")
    if known:
        return known
    account.save()
    record(None, "add_account", account, after={"holder": account.holder, "masked_number": account.masked_number})
    return account


def _save(given: GivenMandate) -> None:
    try:
        with transaction.atomic():
            given.save()
    except IntegrityError as error:
        if "mandate_given_once_at_a_time" not in str(error):
            raise
        raise Refused("A mandate waits to be looked at already.", code="given_already") from error


def is_waiting(contact: Contact, details: AccountDetails) -> bool:
    """Whether this very mandate waits already, given by the same person: a button was pressed twice."""
    waiting = GivenMandate.objects.filter(contact=contact, status=GivenStatus.OPEN).select_related("mandate__account")
    account, _number = checked_account(contact.customer, details, None)
    return any(each.mandate.account.number_hash == account.number_hash for each in waiting)
