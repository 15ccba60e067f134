"""Which papers of getting paid a member of staff sees: those of the customers that they see."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from credit_control.models import (
    HandOver,
    LateCharge,
    MissedPayment,
    PaymentPlan,
    PaymentPromise,
    PlanRequest,
    ProvisionPosting,
    Reminder,
    SpecificProvision,
)
from customers.access import rows_for
from office.access import companies_for, found
from office.models import User


def late_charges_for(user: User) -> QuerySet[LateCharge]:
    """The late charges of a person's customers."""
    return rows_for(user, LateCharge.objects.all())


def get_late_charge_for(user: User, charge_id: int) -> LateCharge:
    """The charge, or Http404 where this person may not see one of that id."""
    rows = late_charges_for(user).filter(pk=charge_id)
    return found(rows.select_related("company", "customer", "rule", "entry", "created_by", "waived_by"), "late charge")


def promises_for(user: User) -> QuerySet[PaymentPromise]:
    """The promises of a person's customers."""
    return rows_for(user, PaymentPromise.objects.all())


def get_promise_for(user: User, promise_id: int) -> PaymentPromise:
    """The promise, or Http404 where this person may not see one of that id."""
    return found(promises_for(user).filter(pk=promise_id).select_related("company", "customer"), "promise")


def missed_payments_for(user: User) -> QuerySet[MissedPayment]:
    """What a person's customers missed."""
    return rows_for(user, MissedPayment.objects.all())


def reminders_for(user: User) -> QuerySet[Reminder]:
    """The reminders of a person's customers."""
    return rows_for(user, Reminder.objects.all())


def get_reminder_for(user: User, reminder_id: int) -> Reminder:
    """The reminder, or Http404 where this person may not see one of that id."""
    rows = reminders_for(user).filter(pk=reminder_id)
    return found(rows.select_related("company", "customer", "created_by"), "reminder")


def hand_overs_for(user: User) -> QuerySet[HandOver]:
    """The hand-overs of a person's customers."""
    return rows_for(user, HandOver.objects.all())


def get_hand_over_for(user: User, hand_over_id: int) -> HandOver:
    """The hand-over, or Http404 where this person may not see one of that id."""
    rows = hand_overs_for(user).filter(pk=hand_over_id)
    return found(rows.select_related("company", "customer", "created_by", "ended_by"), "hand-over")


def plans_for(user: User) -> QuerySet[PaymentPlan]:
    """The payment plans of a person's customers."""
    return rows_for(user, PaymentPlan.objects.all())


def get_plan_for(user: User, plan_id: int) -> PaymentPlan:
    """The plan, or Http404 where this person may not see one of that id."""
    rows = plans_for(user).filter(pk=plan_id)
    return found(rows.select_related("company", "customer__company", "created_by", "accepted_by", "closed_by"), "plan")


def plan_requests_for(user: User) -> QuerySet[PlanRequest]:
    """What a person's customers ask plans for."""
    return rows_for(user, PlanRequest.objects.all())


def get_plan_request_for(user: User, request_id: int) -> PlanRequest:
    """What was asked, or Http404 where this person may not see one of that id."""
    rows = plan_requests_for(user).filter(pk=request_id)
    return found(rows.select_related("company", "customer", "contact", "plan", "closed_by"), "request")


def specific_provisions_for(user: User) -> QuerySet[SpecificProvision]:
    """What was judged by hand of a person's customers."""
    return rows_for(user, SpecificProvision.objects.all())


def provision_postings_for(user: User) -> QuerySet[ProvisionPosting]:
    """What the companies of a person posted for expected loss; none for who sees only some customers."""
    rows = ProvisionPosting.objects.filter(company__in=companies_for(user))
    return rows.none() if user.only_own_customers else rows


def require_whole_book(user: User) -> None:
    """Raises PermissionDenied for a person who sees only the customers they own: a provision is of all customers."""
    if user.only_own_customers:
        raise PermissionDenied("A provision is of all customers.")


def get_provision_posting_for(user: User, posting_id: int) -> ProvisionPosting:
    """The posting, or Http404 where this person may not see one of that id."""
    rows = provision_postings_for(user).filter(pk=posting_id)
    return found(rows.select_related("company", "table", "entry", "by"), "posting")
