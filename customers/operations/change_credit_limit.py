from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from customers.exposure import counted, rates_on
from customers.merging import require_not_merged
from customers.models import Customer, LimitChange
from ledger.money import round_money
from ledger.refusals import Refused
from office.approvals.asking import Asked, has_rule, require_approval, said_yes
from office.audit import record
from office.models import ApprovalRequest, User
from office.reasons import required_reason
from office.written import plain_day

LARGEST = Decimal(10) ** 12
"""Below it limits stay."""


@dataclass(frozen=True)
class LimitDetails:
    """The new limit in the customer's currency, or none for no limit; with a last day, it holds until then only."""

    limit: Decimal | None
    until: date | None = None


@transaction.atomic
def change_credit_limit(
    customer_id: int,
    details: LimitDetails,
    *,
    reason: str,
    on: date,
    by: User | None,
    approved: ApprovalRequest | None = None,
) -> Customer:
    """Change a customer's credit limit for good, which ends a temporary one, or until a last day.

    Raises Refused for who was merged, without a reason, below zero, for a last day that is past, and where nothing
    changes; ApprovalNeeded where it is raised above a rule's amount.
    """
    reason = required_reason(reason, "Say why the limit is changed.")
    rows = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    customer = rows.get(pk=customer_id)
    require_not_merged(customer)
    details = _checked(customer, details, on)
    _require_approval(customer, details, reason, on, by, approved)
    before = {"credit_limit": customer.credit_limit, **_temporary(customer)}
    _set(customer, details)
    customer.save(update_fields=["credit_limit", "temporary_limit", "temporary_limit_until"])
    keep_limit_change(customer, details, reason=reason, on=on, by=by, approved=approved)
    after = {"credit_limit": customer.credit_limit, **_temporary(customer)}
    changed = [name for name in after if before[name] != after[name]]
    record(
        by,
        "change_credit_limit",
        customer,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed} | said_yes(approved),
        reason=reason,
    )
    return customer


def keep_limit_change(
    customer: Customer,
    details: LimitDetails,
    *,
    reason: str,
    on: date,
    by: User | None,
    approved: ApprovalRequest | None = None,
) -> None:
    """Keep in the history what the limit became, and why."""
    LimitChange.objects.create(
        company_id=customer.company_id,
        customer=customer,
        limit=details.limit,
        until=details.until,
        changed_on=on,
        changed_by=by,
        reason=reason,
        approved_by=approved.decided_by if approved else None,
    )


def details_from_plain(arguments: dict[str, Any]) -> LimitDetails:
    """What was asked for, as a request of approval keeps it."""
    limit, until = arguments["limit"], arguments["until"]
    return LimitDetails(None if limit is None else Decimal(limit), date.fromisoformat(until) if until else None)


def _checked(customer: Customer, details: LimitDetails, on: date) -> LimitDetails:
    if details.limit is not None and not 0 <= details.limit < LARGEST:
        raise Refused("A credit limit is zero or more.", code="bad_credit_limit")
    if details.until and details.limit is None:
        raise Refused("A limit with a last day needs an amount.", code="limit_missing")
    if details.until and details.until < on:
        raise Refused(f"{plain_day(details.until)} is past. The last day is today or later.", code="day_past")
    limit = None if details.limit is None else round_money(details.limit, customer.currency)
    details = LimitDetails(limit, details.until)
    if _is_same(customer, details):
        raise Refused("That is the limit already.", code="same_limit")
    return details


def _is_same(customer: Customer, details: LimitDetails) -> bool:
    if details.until:
        return (customer.temporary_limit, customer.temporary_limit_until) == (details.limit, details.until)
    return (customer.credit_limit, customer.temporary_limit_until) == (details.limit, None)


def _require_approval(
    customer: Customer,
    details: LimitDetails,
    reason: str,
    on: date,
    by: User | None,
    approved: ApprovalRequest | None,
) -> None:
    """Only more than the lasting limit asks for a second person's word."""
    before, limit = customer.credit_limit, details.limit
    if before is None or (limit is not None and limit <= before):
        return
    arguments = {
        "limit": None if limit is None else f"{limit:f}",
        "until": details.until and details.until.isoformat(),
        "reason": reason,
    }
    worth = _worth(customer, limit, on)
    require_approval(Asked("change_credit_limit", customer.company, customer, worth, arguments, reason), by, approved)


def _worth(customer: Customer, limit: Decimal | None, on: date) -> Decimal | None:
    """The limit in the company's currency, or none. Raises Refused where a rule asks for it and no rate is kept."""
    if limit is None:
        return None
    company = customer.company
    worth, unknown = counted({customer.currency: limit}, company.currency, rates_on(company, on))
    if unknown and has_rule("change_credit_limit", company):
        raise Refused(f"Keep a rate of {customer.currency} of today first.", code="no_exchange_rate")
    return worth


def _temporary(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in ("temporary_limit", "temporary_limit_until")}


def _set(customer: Customer, details: LimitDetails) -> None:
    if details.until:
        customer.temporary_limit, customer.temporary_limit_until = details.limit, details.until
    else:
        customer.credit_limit, customer.temporary_limit, customer.temporary_limit_until = details.limit, None, None
