"""Deciding what a contact asked to be changed: approved, it goes the way of every change by staff."""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from customers.changes import differences
from customers.models import ChangeRequest, ChangeStatus, ChangeTopic, Customer
from customers.operations.add_account import add_account
from customers.operations.ask_change import account_details
from customers.operations.details import AddressDetails, CustomerDetails, details_of
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from office.sealing import unseal


@transaction.atomic
def approve_change(request_id: int, *, by: User | None, anyway: bool = False) -> ChangeRequest:
    """Make the change that was asked. A bank account then waits for the word of a second person, as each does.

    Raises Refused for what is decided already, where the change itself is refused, and unless it is meant `anyway` for
    what somebody changed meanwhile, or where it makes them look like another customer.
    """
    request = _locked(request_id)
    stale = [each for each in differences(request) if each.is_stale]
    if stale and not anyway:
        names = ", ".join(f"{each.label} (now {each.now or 'empty'})" for each in stale)
        raise Refused(f"Changed meanwhile: {names}. Look again before you approve.", code="stale")
    reason = f"{request.contact.name} asked for it on their page"
    if request.topic == ChangeTopic.ACCOUNT:
        _add_account(request, by, reason)
    else:
        customer = Customer.objects.get(pk=request.customer_id)
        update_customer(
            customer.pk, _changed(request, customer), version=customer.version, by=by, reason=reason, is_another=anyway
        )
    return _decided(request, ChangeStatus.APPROVED, "", by)


@transaction.atomic
def refuse_change(request_id: int, *, reason: str, by: User | None) -> ChangeRequest:
    """Leave things as they are; the customer reads why. Raises Refused without a reason, and for what is decided."""
    reason = required_reason(reason, "Say why it stays as it is: the customer reads it.")
    return _decided(_locked(request_id), ChangeStatus.REFUSED, reason, by)


def _locked(request_id: int) -> ChangeRequest:
    customer_id = ChangeRequest.objects.values_list("customer", flat=True).get(pk=request_id)
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    rows = ChangeRequest.objects.select_for_update(no_key=True, of=("self",))
    request = rows.select_related("company", "customer__company", "contact").get(pk=request_id)
    if request.status != ChangeStatus.OPEN:
        raise Refused(f"It is {request.get_status_display().lower()} already.", code="invalid_move")
    return request


def _changed(request: ChangeRequest, customer: Customer) -> CustomerDetails:
    """The customer as they are now, with what was asked."""
    details, wanted = details_of(customer), request.wanted
    if request.topic == ChangeTopic.CONTACT:
        people = [replace(each, **wanted) if each.id == request.contact_id else each for each in details.contacts]
        return replace(details, contacts=people)
    if request.topic == ChangeTopic.ADDRESS:
        billing = next((each for each in details.addresses if each.kind == "billing"), AddressDetails())
        others = [each for each in details.addresses if each != billing]
        return replace(details, addresses=[replace(billing, **wanted), *others])
    return replace(details, **wanted)


def _add_account(request: ChangeRequest, by: User | None, reason: str) -> None:
    typed = request.wanted | {"number": unseal(request.sealed_number)}
    add_account(request.customer, account_details(typed), by=by, reason=reason)


def _decided(request: ChangeRequest, status: ChangeStatus, reason: str, by: User | None) -> ChangeRequest:
    request.status, request.reason, request.sealed_number = status, reason, ""
    request.decided_at, request.decided_by = timezone.now(), by
    request.save(update_fields=["status", "reason", "sealed_number", "decided_at", "decided_by"])
    act = "approve_change" if status == ChangeStatus.APPROVED else "refuse_change"
    record(by, act, request.customer, after=request.wanted | {"asked_by": request.contact.name}, reason=reason)
    return request
