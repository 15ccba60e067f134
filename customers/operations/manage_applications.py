"""Applications for an account: asking, looking through the points, and opening the account or not."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.applications import BY_FACT, checklist_of, latest_application, missing_of
from customers.exposure import counted, rates_on
from customers.merging import require_not_merged
from customers.models import AccountApplication, ApplicationPoint, ApplicationStatus, Customer, PointAct, PointKey
from customers.operations.change_credit_limit import LARGEST, LimitDetails, keep_limit_change
from ledger.models import OpenItem
from ledger.money import round_money
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_none_waiting, require_second_person, said_yes
from office.audit import record
from office.models import ApprovalRequest, ApprovalState, User
from office.reasons import optional_reason, required_reason

APPROVE = "approve_application"
ACTIONS = {PointAct.TICKED: "tick_point", PointAct.WAIVED: "waive_point", PointAct.REOPENED: "reopen_point"}


@dataclass(frozen=True)
class ApplicationDetails:
    """What is asked: a limit in the customer's currency, and terms or days to pay. None: not decided yet."""

    limit: Decimal | None = None
    terms_id: int | None = None
    net_days: int | None = None
    note: str = ""


@transaction.atomic
def apply_for_account(customer_id: int, details: ApplicationDetails, *, by: User | None) -> AccountApplication:
    """Ask that a customer's account be opened; nothing is billed to them before somebody else has said yes.

    Raises Refused while an application is open, for a customer whose account is open on application or who was billed
    without one, for one who was merged, and for a limit or terms that cannot be.
    """
    customer = _locked_customer(customer_id)
    require_not_merged(customer)
    last = latest_application(customer)
    if last and last.status == ApplicationStatus.OPEN:
        raise Refused(f"An application of {customer.name} is open already.", code="application_open")
    is_open = AccountApplication.objects.filter(customer=customer, status=ApplicationStatus.APPROVED).exists()
    if is_open or (last is None and OpenItem.objects.filter(customer_id=customer.pk).exists()):
        raise Refused(f"{customer.name} has an account already.", code="account_open")
    application = AccountApplication(
        company=customer.company, customer=customer, asked_by=by, note=optional_reason(details.note)
    )
    _want(application, details)
    application.save()
    record(by, "apply_for_account", customer, after=_asked(application), reason=application.note)
    return application


def _want(application: AccountApplication, details: ApplicationDetails) -> None:
    """Write down the limit and terms that are asked. Raises Refused for what cannot be."""
    customer = application.customer
    if details.limit is not None and not 0 <= details.limit < LARGEST:
        raise Refused("A credit limit is zero or more.", code="bad_credit_limit")
    if details.terms_id and not customer.company.payment_terms.filter(pk=details.terms_id).exists():
        raise Refused("Those terms are not among this company's.", code="unknown_terms")
    if details.net_days is not None and not 0 <= details.net_days <= 365:
        raise Refused("The days to pay are from 0 to 365.", code="bad_net_days")
    application.wanted_limit = None if details.limit is None else round_money(details.limit, customer.currency)
    application.wanted_terms_id = details.terms_id
    application.wanted_net_days = None if details.terms_id else details.net_days


def tick_point(application_id: int, point: str, *, note: str, by: User | None) -> AccountApplication:
    """Say that a point was looked at, and what was seen. Raises Refused for one that is read from what is known."""
    note = required_reason(note, "Say what you saw.")
    if point in BY_FACT:
        raise Refused("That is read from what we know of the customer: complete it there.", code="read_from_facts")
    return _say(application_id, point, PointAct.TICKED, note, by)


def waive_point(application_id: int, point: str, *, reason: str, by: User | None) -> AccountApplication:
    """Do without a point, and say why."""
    return _say(application_id, point, PointAct.WAIVED, required_reason(reason, "Say why it is not needed."), by)


def reopen_point(application_id: int, point: str, *, reason: str, by: User | None) -> AccountApplication:
    """Take back that a point is done or waived, and say why."""
    reason = required_reason(reason, "Say why it is open again.")
    return _say(application_id, point, PointAct.REOPENED, reason, by)


@transaction.atomic
def _say(application_id: int, point: str, act: PointAct, note: str, by: User | None) -> AccountApplication:
    application = _locked(application_id)
    require_none_waiting(APPROVE, application)
    if point not in PointKey.values:
        raise Refused("There is no such point.", code="unknown_point")
    state = next(each for each in checklist_of(application) if each.key == point)
    if state.is_settled != (act == PointAct.REOPENED) or (act == PointAct.REOPENED and state.said_at is None):
        raise Refused(f"{state.label}: that stands so already.", code="point_stands_so")
    ApplicationPoint.objects.create(application=application, point=point, act=act, note=note, said_by=by)
    record(by, ACTIONS[act], application.customer, after={"point": state.label}, reason=note)
    return application


@transaction.atomic
def approve_application(
    application_id: int, *, on: date, by: User | None, reason: str = "", approved: ApprovalRequest | None = None
) -> AccountApplication:
    """Open the account with the limit and terms that are asked, by the word of somebody else.

    Raises Refused for one that is decided and while a required point is open, and ApprovalNeeded without that word.
    """
    application = _locked(application_id)
    missing = missing_of(checklist_of(application))
    if missing:
        names = "; ".join(point.label for point in missing)
        raise Refused(f"Still open: {names}. Settle or waive that first.", code="points_open")
    reason = optional_reason(reason)
    asked = Asked(APPROVE, application.company, application, _worth(application, on), {"reason": reason}, reason)
    require_second_person(asked, by, approved)
    decided_by = approved.decided_by if approved else None
    _open(application, on, by, approved)
    _decide(application, ApplicationStatus.APPROVED, reason, decided_by)
    after = _asked(application) | said_yes(approved)
    record(by, APPROVE, application.customer, after=after, reason=application.reason)
    return application


@transaction.atomic
def decline_application(application_id: int, *, reason: str, by: User | None) -> AccountApplication:
    """Do not open the account, and say why. Raises Refused without a reason, and for one that is decided or waits."""
    reason = required_reason(reason, "Say why the account is not opened.")
    application = _locked(application_id)
    require_none_waiting(APPROVE, application)
    _decide(application, ApplicationStatus.DECLINED, reason, by)
    record(by, "decline_application", application.customer, reason=reason)
    return application


def drop_application(request: ApprovalRequest) -> None:
    """Decline it where the second person said no; where who asked took it back, it stays open."""
    if request.state == ApprovalState.DECLINED:
        decline_application(request.subject_id, reason=request.decision_reason, by=request.decided_by)


def _decide(application: AccountApplication, status: ApplicationStatus, reason: str, by: User | None) -> None:
    application.status, application.reason = status, reason
    application.decided_by, application.decided_at = by, timezone.now()
    application.save(update_fields=["status", "reason", "decided_by", "decided_at"])


def _open(application: AccountApplication, on: date, by: User | None, approved: ApprovalRequest | None) -> None:
    """Give the customer the limit and terms that were asked."""
    customer = application.customer
    if application.wanted_terms_id or application.wanted_net_days is not None:
        customer.terms_id = application.wanted_terms_id
        if application.wanted_net_days is not None:
            customer.net_days = application.wanted_net_days
    changed = application.wanted_limit is not None and application.wanted_limit != customer.credit_limit
    if changed:
        customer.credit_limit = application.wanted_limit
        details, reason = LimitDetails(application.wanted_limit), "When the account was opened"
        keep_limit_change(customer, details, reason=reason, on=on, by=by, approved=approved)
    customer.version += 1
    customer.save(update_fields=["terms", "net_days", "credit_limit", "version"])


def _asked(application: AccountApplication) -> dict[str, Any]:
    """What is asked, as a request of approval and the timeline keep it."""
    limit = application.wanted_limit
    return {
        "limit": None if limit is None else f"{limit.normalize():f}",
        "terms": str(application.wanted_terms) if application.wanted_terms else None,
        "net_days": application.wanted_net_days,
    }


def _worth(application: AccountApplication, on: date) -> Decimal | None:
    """The limit in the company's currency, as far as a rate is kept; none where no limit is asked."""
    if application.wanted_limit is None:
        return None
    company, currency = application.company, application.customer.currency
    worth, _ = counted({currency: application.wanted_limit}, company.currency, rates_on(company, on))
    return worth


def _locked_customer(customer_id: int) -> Customer:
    rows = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    return rows.get(pk=customer_id)


def _locked(application_id: int) -> AccountApplication:
    """The application, with its customer's row held. Raises Refused for one that is decided."""
    customer_id = AccountApplication.objects.values_list("customer", flat=True).get(pk=application_id)
    customer = _locked_customer(customer_id)
    rows = AccountApplication.objects.select_for_update(no_key=True, of=("self",))
    application = rows.select_related("company", "wanted_terms").get(pk=application_id)
    application.customer = customer
    if application.status != ApplicationStatus.OPEN:
        raise Refused(f"It is {application.get_status_display().lower()} already.", code="invalid_move")
    return application
