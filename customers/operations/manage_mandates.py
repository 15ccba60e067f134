"""A customer's mandates: adding one as it was signed, putting it to another account, and revoking it."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import count

from django.db import IntegrityError, transaction

from customers.mandates import WORDS, MandateWithState, with_state
from customers.merging import require_not_merged
from customers.models import (
    AccountKind,
    Customer,
    CustomerAccount,
    Mandate,
    MandateAmendment,
    MandateScheme,
    MandateUse,
)
from customers.models.mandates import LONGEST_REFERENCE
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from office.written import plain_day

REFERENCE = re.compile(r"[A-Z0-9+?/:().,' \-]{1,35}")
"""What SEPA takes in a mandate's reference (EPC230-15); capitals and small letters are the same there."""


@dataclass(frozen=True)
class MandateDetails:
    """A mandate as signed; an empty reference means: make one of the customer's number."""

    account_id: int
    scheme: str
    signed_on: date
    reference: str = ""
    use: str = MandateUse.RECURRING


@transaction.atomic
def add_mandate(customer: Customer, details: MandateDetails, *, by: User | None) -> Mandate:
    """Keep a mandate of a customer. Raises Refused for what the scheme does not take, and a reference that is taken."""
    require_not_merged(Customer.objects.select_for_update(no_key=True).get(pk=customer.pk))
    if details.scheme not in MandateScheme.values or details.use not in MandateUse.values:
        raise Refused("That is no kind of mandate that we know.", code="unknown_scheme")
    account = _account(customer, details.account_id, details.scheme)
    if details.signed_on > customer.company.today():
        raise Refused("A mandate is signed before it is kept: look at the day.", code="date_in_future")
    mandate = Mandate(
        company=customer.company,
        customer=customer,
        account=account,
        scheme=details.scheme,
        reference=_reference(customer, details.reference),
        signed_on=details.signed_on,
        use=details.use,
        added_by=by,
    )
    save_mandate(mandate)
    after = {"scheme": mandate.scheme, "account": account, "signed_on": mandate.signed_on, "use": mandate.use}
    record(by, "add_mandate", mandate, after=after)
    return mandate


@transaction.atomic
def amend_mandate(mandate_id: int, account_id: int, *, on: date, reason: str, by: User | None) -> Mandate:
    """Put a live mandate to another account of the same customer; the next collection tells the bank of it."""
    reason = required_reason(reason, "Say why the mandate is for another account.")
    mandate = locked_mandate(mandate_id, on)
    if mandate.state != "live":
        raise Refused(f"It cannot be amended: {WORDS[mandate.state]}.", code="invalid_move")
    account = _account(mandate.customer, account_id, mandate.scheme)
    if account.pk == mandate.account_id:
        raise Refused("The mandate is for this account already.", code="same_account")
    put_to(mandate, account, on, reason, by)
    return mandate


@transaction.atomic
def revoke_mandate(mandate_id: int, *, on: date, reason: str, by: User | None) -> Mandate:
    """Let nothing more be collected under a mandate from a day on. Raises Refused where it was revoked before."""
    reason = required_reason(reason, "Say why the mandate is revoked.")
    mandate = locked_mandate(mandate_id, on)
    if mandate.state in ("revoked", "declined"):
        raise Refused(f"The mandate is {mandate.state} already.", code="invalid_move")
    if mandate.state == "waiting":
        raise Refused("The mandate waits to be looked at: decline it.", code="invalid_move")
    if on < mandate.signed_on:
        raise Refused(f"The mandate was signed on {plain_day(mandate.signed_on)}.", code="before_it_was_made")
    mandate.revoked_on, mandate.revoked_reason = on, reason
    mandate.save(update_fields=["revoked_on", "revoked_reason"])
    record(by, "revoke_mandate", mandate, after={"revoked_on": on}, reason=reason)
    return mandate


def put_to(mandate: Mandate, account: CustomerAccount, on: date, reason: str, by: User | None) -> None:
    """Write down that a locked mandate is for another account now."""
    old = mandate.account
    MandateAmendment.objects.create(
        mandate=mandate, old_account=old, new_account=account, amended_on=on, reason=reason, amended_by=by
    )
    mandate.account = account
    mandate.save(update_fields=["account"])
    record(by, "amend_mandate", mandate, before={"account": old}, after={"account": account}, reason=reason)


def locked_mandate(mandate_id: int, on: date) -> MandateWithState:
    """The mandate with its state on a day, its row held."""
    mandates = Mandate.objects.select_for_update(no_key=True, of=("self",))
    return with_state(mandates, on).select_related("customer__company", "account", "company").get(pk=mandate_id)


def _account(customer: Customer, account_id: int, scheme: str) -> CustomerAccount:
    account = customer.accounts.filter(pk=account_id).first()
    if account is None:
        raise Refused("That is not an account of this customer.", code="unknown_account")
    if account.state in ("waiting", "closed"):
        raise Refused(f"It cannot be debited: {account.reason_not_to_use}.", code="account_not_usable")
    require_scheme(account, scheme)
    return account


def require_scheme(account: CustomerAccount, scheme: str) -> None:
    """Raise Refused for an account that cannot be debited by this scheme."""
    fits = account.kind == AccountKind.US if scheme == MandateScheme.ACH else account.takes_sepa
    if not fits:
        name = MandateScheme(scheme).label
        raise Refused(
            f"{account.get_kind_display()} {account.masked_number} cannot be debited by {name}.", code="bad_scheme"
        )


def next_reference(customer: Customer) -> str:
    """The reference that is made for the next mandate of a customer; free while the customer's row is held."""
    made = re.sub(r"[^A-Z0-9\-]", "", customer.number.upper()) or str(customer.pk)
    taken = set(customer.company.mandates.filter(reference__startswith=f"{made}-M").values_list("reference", flat=True))
    numbers = count(customer.mandates.count() + 1)
    return next(reference for number in numbers if (reference := f"{made}-M{number}") not in taken)


def _reference(customer: Customer, typed: str) -> str:
    reference = " ".join(typed.upper().split())
    if not reference:
        reference = next_reference(customer)
    is_sound = REFERENCE.fullmatch(reference) and not reference.startswith("/") and not reference.endswith("/")
    if not is_sound or "//" in reference:
        raise Refused(
            f"A mandate's reference has up to {LONGEST_REFERENCE} letters, digits and . , - + ? : ( ) / '.",
            code="bad_reference",
        )
    return reference


def save_mandate(mandate: Mandate) -> None:
    """Keep a new mandate. Raises Refused where its reference is taken."""
    try:
        with transaction.atomic():
            mandate.save()
    except IntegrityError as error:
        if "mandate_reference_once_per_creditor" not in str(error):
            raise
        raise Refused(f"There is a mandate {mandate.reference} already.", code="reference_taken") from error
