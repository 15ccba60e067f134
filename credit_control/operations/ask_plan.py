"""Asking for a payment plan, by a customer's person; and saying no to it."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from credit_control.models import AskedStatus, CreditFile, PaymentPlan, PlanRequest, policy_of
from credit_control.plans.instalments import FEWEST, MONTHLY, check_instalments, equal_instalments
from credit_control.plans.requests import latest_first_day, may_be_planned, open_requests
from customers.models import Contact, Customer
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import Task, TaskKind, User
from office.operations.do_task import finish_task
from office.operations.make_task import make_task
from office.reasons import required_reason
from office.talk.topics import About, may_see

LONGEST_WORDS, MOST = 500, 10


@dataclass(frozen=True)
class Wish:
    """So many monthly instalments from a day on, of what is late in a currency."""

    currency: str
    parts: int
    first_on: date
    words: str = ""


@transaction.atomic
def ask_plan(contact_id: int, wish: Wish, *, on: date) -> PlanRequest:
    """Keep what a contact asks for, and have somebody look at it; it is no plan, and reminders go on.

    Raises Refused for more instalments or a later day than the company lets customers ask for, where nothing late is
    free to be planned, and while another request waits.
    """
    contact = Contact.objects.get(pk=contact_id)
    customer = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    debtor = customer.get(pk=contact.customer_id)
    if open_requests(debtor).filter(currency=wish.currency).exists():
        raise Refused("That is asked already: somebody looks at it.", code="asked_already")
    amount = may_be_planned(debtor, on).get(wish.currency)
    if not amount or PlanRequest.objects.filter(contact=contact).count() >= MOST:
        raise Refused("No plan can be asked for here.", code="not_offered")
    _check(debtor, wish, on)
    instalments = equal_instalments(amount, wish.currency, wish.first_on, MONTHLY, wish.parts)
    check_instalments(instalments, amount, wish.currency, on, policy_of(debtor.company).plan_months)
    request = PlanRequest(
        company=debtor.company,
        customer=debtor,
        contact=contact,
        currency=wish.currency,
        amount=amount,
        parts=wish.parts,
        first_on=wish.first_on,
        words=without_card_numbers(wish.words.replace("\0", "").strip())[:LONGEST_WORDS],
        asked_on=on,
    )
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        if "plan_asked_once_at_a_time" not in str(error):
            raise
        raise Refused("That is asked already: somebody looks at it.", code="asked_already") from error
    after = {"contact": contact, "amount": format_money(amount, wish.currency), "instalments": wish.parts}
    record(None, "ask_plan", debtor, after=after | {"first_on": wish.first_on})
    _have_it_looked_at(request)
    return request


@transaction.atomic
def decline_plan_request(request_id: int, *, answer: str, by: User | None) -> PlanRequest:
    """Say no to what was asked; the customer reads why. Raises Refused without an answer, and for what is closed."""
    answer = required_reason(answer, "Say why not: the customer reads it.")
    request = (
        PlanRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("customer").get(pk=request_id)
    )
    if request.status != AskedStatus.OPEN:
        raise Refused(f"It is {request.get_status_display().lower()} already.", code="invalid_move")
    _close(request, AskedStatus.DECLINED, by, answer=answer)
    record(by, "decline_plan_request", request.customer, reason=answer)
    return request


def answer_by_plan(plan: PaymentPlan, by: User | None) -> None:
    """Close the request that a plan answers, where its customer asked for one."""
    asked = PlanRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("customer")
    request = asked.filter(customer=plan.customer_id, currency=plan.currency, status=AskedStatus.OPEN).first()
    if request:
        _close(request, AskedStatus.OFFERED, by, plan=plan)


def _close(
    request: PlanRequest, status: AskedStatus, by: User | None, *, answer: str = "", plan: PaymentPlan | None = None
) -> None:
    request.status, request.answer, request.plan = status, answer, plan
    request.closed_at, request.closed_by = timezone.now(), by
    request.save(update_fields=["status", "answer", "plan", "closed_at", "closed_by"])
    task = Task.objects.filter(key=_key(request), done_at=None).first()
    if task:
        finish_task(task.pk, outcome=answer or str(plan), by=by)


def _check(customer: Customer, wish: Wish, on: date) -> None:
    most = policy_of(customer.company).own_plan_parts
    if not FEWEST <= wish.parts <= most:
        raise Refused(f"Ask for {FEWEST} to {most} instalments.", code="bad_count")
    if not on <= wish.first_on <= latest_first_day(on):
        raise Refused(f"The first instalment is due from today to {latest_first_day(on)}.", code="bad_day")


def _have_it_looked_at(request: PlanRequest) -> None:
    """Put it on the list of whoever collects from the customer, else on everybody's."""
    file = CreditFile.objects.filter(customer=request.customer_id, collector__is_active=True).first()
    collector, about = file.collector if file else None, About.of(request)
    assignee = collector if collector and may_see(collector, about) else None
    amount = format_money(request.amount, request.currency)
    title = f"{request.customer.name} asks to pay {amount} in {request.parts} instalments"
    make_task(request.company, TaskKind.CALL, title, key=_key(request), by=None, about=about, assignee=assignee)


def _key(request: PlanRequest) -> str:
    return f"plan_request:{request.pk}"
