from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.disputes import disputed_now
from credit_control.hand_overs import agencies_of
from credit_control.models import (
    CreditPolicy,
    PaymentPlan,
    PlanAnswer,
    PlanInstalment,
    PlannedItem,
    PlanStatus,
    policy_of,
)
from credit_control.operations.ask_plan import answer_by_plan
from credit_control.plans.instalments import check_instalments
from credit_control.plans.mail import queue_plan_mail
from credit_control.plans.reading import planned_now
from credit_control.plans.spread import ZERO, Instalment
from credit_control.plans.words import CONFIRMATION, OFFER
from credit_control.promises import standing_promises
from credit_control.reminders.proposals import REMINDED
from credit_control.statements.paper import printed_of
from customers.models import Customer
from ledger.bulk import insert_all
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import User
from office.written import plain_day
from payments.models import DebitPart

LONGEST_NAME, LONGEST_NOTE, MOST_ITEMS = 100, 500, 1000


@dataclass(frozen=True)
class PlanDetails:
    """Which items are paid in which instalments; `agreed_by` says who agreed already, where nobody is to be asked.

    What is left out is as the company's policy says: whether it is free of interest, and until when the offer holds.
    """

    currency: str
    item_ids: Sequence[int]
    instalments: Sequence[Instalment]
    is_interest_free: bool | None = None
    valid_until: date | None = None
    agreed_by: str = ""
    note: str = ""


@transaction.atomic
def offer_plan(
    customer_id: int, details: PlanDetails, *, on: date, by: User | None, replaces: PaymentPlan | None = None
) -> PaymentPlan:
    """Offer a customer to pay open items in instalments, by a mail with the agreement; or record what was agreed.

    What is open and not disputed of the items is planned. While the offer may be answered, and while the plan stands,
    nobody is reminded of it. Raises Refused for items that are settled, wholly disputed, promised, in another plan, in
    a debit run or with an agency, for instalments that do not fit them or the company's policy, and for an offer that
    would reach nobody.
    """
    people = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    customer = people.get(pk=customer_id)
    policy, agreed_by = policy_of(customer.company), details.agreed_by.strip()
    _check_words(agreed_by, details.note)
    parts = _parts(customer, details, on)
    amount = sum(parts.values(), ZERO)
    check_instalments(details.instalments, amount, details.currency, on, policy.plan_months)
    plan = _plan(customer, details, policy, amount, on, by, replaces)
    _free_expired(list(parts), on)
    insert_all(
        PlanInstalment(plan=plan, position=place, due_on=each.due_on, amount=each.amount)
        for place, each in enumerate(details.instalments, start=1)
    )
    insert_all(PlannedItem(plan=plan, item_id=item_id, amount=part) for item_id, part in parts.items())
    record(by, "offer_plan", plan, after=_after(plan, details))
    answer_by_plan(plan, by)
    reached = queue_plan_mail(plan, CONFIRMATION if agreed_by else OFFER)
    if not reached and not agreed_by:
        raise Refused(
            "Nobody there gets reminders by mail. Add a contact first, or record who agreed.", code="reaches_nobody"
        )
    return plan


def _check_words(agreed_by: str, note: str) -> None:
    if len(agreed_by) > LONGEST_NAME or len(note) > LONGEST_NOTE:
        raise Refused(f"A name has at most {LONGEST_NAME} characters, a note {LONGEST_NOTE}.", code="too_long")


def _plan(
    customer: Customer,
    details: PlanDetails,
    policy: CreditPolicy,
    amount: Decimal,
    on: date,
    by: User | None,
    replaces: PaymentPlan | None,
) -> PaymentPlan:
    free = policy.plan_is_interest_free if details.is_interest_free is None else details.is_interest_free
    plan = PaymentPlan(
        company=customer.company,
        customer=customer,
        currency=details.currency,
        amount=amount,
        is_interest_free=free,
        offered_on=on,
        valid_until=_valid_until(details, policy, on),
        note=without_card_numbers(details.note.strip()),
        printed=printed_of(customer.company, customer),
        replaces=replaces,
        created_by=by,
    )
    if agreed_by := details.agreed_by.strip():
        plan.status, plan.accepted_on, plan.accepted_at = PlanStatus.ACCEPTED, on, timezone.now()
        plan.accepted_name, plan.accepted_how, plan.accepted_by = agreed_by, PlanAnswer.STAFF, by
    plan.save()
    return plan


def _valid_until(details: PlanDetails, policy: CreditPolicy, on: date) -> date:
    """The offer's last day: at most that of the first instalment, for nobody agrees to a day that is past."""
    first = details.instalments[0].due_on
    until = details.valid_until or min(on + timedelta(days=policy.plan_offer_days), first)
    if not on <= until <= first:
        raise Refused(
            f"An offer holds until a day from today to the first instalment, {first}.", code="valid_until_invalid"
        )
    return until


def _parts(customer: Customer, details: PlanDetails, today: date) -> dict[int, Decimal]:
    """What is planned of each item: what is open of it and not disputed."""
    items = _items(customer, details)
    disputed = disputed_now([item.pk for item in items])
    _check_free(items, today)
    parts = {item.pk: item.balance - disputed.get(item.pk, ZERO) for item in items}
    for item in items:
        if not parts[item.pk]:
            raise Refused(f"All of {item.reference} is disputed. Leave it out.", code="disputed")
    return parts


def _items(customer: Customer, details: PlanDetails) -> list[OpenItem]:
    wanted = set(details.item_ids)
    if not 0 < len(wanted) <= MOST_ITEMS:
        raise Refused(f"Choose between one and {MOST_ITEMS} items.", code="nothing_chosen")
    rows = OpenItem.objects.filter(customer_id=customer.pk, company_id=customer.company_id, balance__gt=0)
    items = list(rows.filter(pk__in=wanted, currency=details.currency, kind__in=REMINDED).order_by("due_on", "pk"))
    if len(items) < len(wanted):
        raise Refused("One of the items is settled already, or in another currency. Look again.", code="not_open")
    return items


def _check_free(items: Sequence[OpenItem], today: date) -> None:
    """Raise Refused where something else is under way with an item."""
    ids = [item.pk for item in items]
    promised, agencies, planned = standing_promises(ids, today), agencies_of(ids), planned_now(ids, today)
    debited = set(DebitPart.objects.filter(item__in=ids, is_under_way=True).values_list("item", flat=True))
    for item in items:
        if promise := promised.get(item.pk):
            raise Refused(
                f"{item.reference} is promised for {plain_day(promise.pay_on)}. Withdraw that promise first.",
                code="promised",
            )
        if row := planned.get(item.pk):
            raise Refused(f"{item.reference} is in {row.plan} already. End that plan first.", code="planned_already")
        if agency := agencies.get(item.pk):
            raise Refused(f"{item.reference} is with {agency}. Leave it out.", code="with_agency")
        if item.pk in debited:
            raise Refused(f"{item.reference} is in a debit run. Leave it out.", code="in_debit_run")


def _free_expired(item_ids: Collection[int], today: date) -> None:
    """Let items go that an offer holds whose last day is past."""
    rows = PlannedItem.objects.filter(item__in=item_ids, released_at=None, plan__status=PlanStatus.OFFERED)
    rows.filter(plan__valid_until__lt=today).update(released_at=timezone.now())


def _after(plan: PaymentPlan, details: PlanDetails) -> dict[str, str]:
    days = ", ".join(f"{format_money(each.amount, plan.currency)} by {each.due_on}" for each in details.instalments)
    said = {"customer": str(plan.customer), "instalments": days, "interest free": str(plan.is_interest_free)}
    if plan.accepted_name:
        return said | {"agreed by": plan.accepted_name}
    return said | {"offer holds until": str(plan.valid_until)}
