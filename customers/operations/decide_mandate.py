"""Deciding on a mandate that a customer gave on the page behind their link, before which nothing is collected; and what
the customer does themselves: ending it."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from customers.models import Contact, Customer, GivenMandate, GivenStatus, Mandate
from customers.operations.add_account import close, locked_account, set_confirmed
from customers.operations.manage_mandates import revoke_mandate
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def approve_mandate(mandate_id: int, *, by: User | None) -> GivenMandate:
    """Let debits be collected under a mandate that waits, and from its account, by the word of who asked the customer.

    Raises Refused for what is decided already or was not given online, and for an account that is closed, blocked, or
    another's to confirm.
    """
    given = _locked(mandate_id)
    account = locked_account(given.mandate.account_id)
    if account.state in ("closed", "blocked"):
        raise Refused(f"It cannot be debited: {account.reason_not_to_use}.", code="account_not_usable")
    if account.state == "waiting" and account.added_by_id:
        raise Refused("Its account was added here, and waits for a second person's word.", code="unconfirmed")
    if account.state == "waiting":
        set_confirmed(account, by)
    return _decided(given, GivenStatus.APPROVED, "", by)


@transaction.atomic
def decline_mandate(mandate_id: int, *, reason: str, by: User | None) -> GivenMandate:
    """Collect nothing under a mandate that waits; the customer reads why. Raises Refused without a reason, and for what
    is decided already."""
    reason = required_reason(reason, "Say why not: the customer reads it.")
    given = _locked(mandate_id)
    _drop_unconfirmed(given, by, reason)
    return _decided(given, GivenStatus.DECLINED, reason, by)


@transaction.atomic
def end_mandate(mandate_id: int, *, contact: Contact, on: date) -> Mandate:
    """Revoke a mandate of a contact's customer, by their own word. Raises Refused where it has ended already."""
    reason = f"{contact.name} ended it on their page"
    if GivenMandate.objects.filter(mandate=mandate_id, status=GivenStatus.OPEN).exists():
        given = _locked(mandate_id)
        _drop_unconfirmed(given, None, reason)
        _set(given, GivenStatus.WITHDRAWN, "", None)
    return revoke_mandate(mandate_id, on=on, reason=reason, by=None)


def _drop_unconfirmed(given: GivenMandate, by: User | None, reason: str) -> None:
    """Close the account that came with a mandate, where nobody has confirmed it."""
    account = locked_account(given.mandate.account_id)
    if account.state == "waiting" and not account.added_by_id:
        close(account, by, reason)


def _locked(mandate_id: int) -> GivenMandate:
    customer_id = GivenMandate.objects.filter(mandate=mandate_id).values_list("customer", flat=True).first()
    if customer_id is None:
        raise Refused("It was not given online: there is nothing to decide.", code="not_given_online")
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    rows = GivenMandate.objects.select_for_update(no_key=True, of=("self",))
    given = rows.select_related("mandate", "contact", "customer").get(mandate=mandate_id)
    if given.status != GivenStatus.OPEN:
        raise Refused(f"It is {given.get_status_display().lower()} already.", code="invalid_move")
    return given


def _decided(given: GivenMandate, status: GivenStatus, reason: str, by: User | None) -> GivenMandate:
    _set(given, status, reason, by)
    act = "approve_mandate" if status == GivenStatus.APPROVED else "decline_mandate"
    record(by, act, given.mandate, after={"given_by": given.contact.name}, reason=reason)
    return given


def _set(given: GivenMandate, status: GivenStatus, reason: str, by: User | None) -> None:
    given.status, given.reason = status, reason
    given.decided_at, given.decided_by = timezone.now(), by
    given.save(update_fields=["status", "reason", "decided_at", "decided_by"])
