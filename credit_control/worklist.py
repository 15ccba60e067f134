"""Whom to ask next: customers by what is at risk with them, each with the reasons in words. One reading of the book."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max

from credit_control.models import ContactNote, PaymentPlan, PaymentPromise, PlanStatus, Reminder, Tone
from credit_control.plans.reading import with_state as with_plan_state
from credit_control.plans.sql import parts_sql
from credit_control.promises import PromiseWithState, with_state
from customers.bounces import standing_bounces
from customers.holds import in_words, standing_holds
from ledger.money import format_money, round_money
from ledger.present import present
from office.models import Company
from office.written import plain_day

LOOKS_BACK = timedelta(days=365)
BROKEN_FOR = timedelta(days=60)
FEW = 3
"""Papers settled in a year from which somebody has a habit."""
SURE_LOSS = 90
"""Days past what is usual for somebody after which all of it is at risk."""
LEAST = Decimal("0.1")

LATE = f"""
    WITH opened AS (
        SELECT id, due_on, balance AS open FROM ledger_openitem
        WHERE company_id = %(company_id)s AND balance > 0 AND amount > 0
    ), {parts_sql(None)},
    late AS (
        SELECT id, sum(open) AS open, min(due_on) AS due_on FROM parts WHERE due_on < %(on)s GROUP BY id
    ), due AS (
        SELECT i.id, i.customer_id, i.company_amount / i.amount AS rate, late.open AS balance, late.due_on
        FROM late JOIN ledger_openitem i USING (id)
    ), held AS (
        SELECT item_id, sum(amount) AS amount FROM billing_disputedamount WHERE released_at IS NULL GROUP BY item_id
    ), promised AS (
        SELECT p.item_id, sum(p.amount) AS amount FROM credit_control_promiseditem p
        JOIN credit_control_paymentpromise q ON q.id = p.promise_id
        WHERE q.withdrawn_on IS NULL AND q.counts_until >= %(on)s GROUP BY p.item_id
    )
    SELECT c.id, %(currency)s::text, c.name, c.number, c.sort_name, f.collector_id, u.name, f.next_contact_on,
        sum(due.balance * due.rate), min(due.due_on),
        sum(least(due.balance, coalesce(held.amount, 0)) * due.rate),
        sum(greatest(least(due.balance - coalesce(held.amount, 0), coalesce(promised.amount, 0)), 0) * due.rate)
    FROM due JOIN customers_customer c ON c.id = due.customer_id
    LEFT JOIN held ON held.item_id = due.id LEFT JOIN promised ON promised.item_id = due.id
    LEFT JOIN credit_control_creditfile f ON f.customer_id = c.id LEFT JOIN office_user u ON u.id = f.collector_id
    WHERE %(owner_ids)s::bigint[] IS NULL OR c.sales_owner_id = ANY (%(owner_ids)s)
    GROUP BY c.id, f.id, u.id
"""  # noqa: S608  our own texts
HABITS = """
    SELECT customer_id, count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(upper(open_during), dated_on) - due_on)
    FROM ledger_openitem
    WHERE company_id = %(company)s AND amount > 0 AND balance = 0
        AND customer_id IN (SELECT customer_id FROM ledger_openitem WHERE company_id = %(company)s AND balance > 0)
        AND due_on BETWEEN %(since)s AND %(today)s AND NOT upper_inf(open_during)
    GROUP BY customer_id
"""


@dataclass
class Work:
    """A customer of whom something is late; amounts in the company's currency."""

    customer_id: int
    currency: str
    name: str
    number: str
    sort_name: str
    collector_id: int | None
    collector: str | None
    next_contact_on: date | None
    overdue: Decimal
    oldest_due: date
    disputed: Decimal
    promised: Decimal
    usual_days: int | None = None
    broken: list[PromiseWithState] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    final_on: date | None = None
    is_bounced: bool = False
    held: str = ""
    noted_on: date | None = None
    days_late: int = 0

    @property
    def askable(self) -> Decimal:
        """What is late and neither disputed nor promised."""
        return self.overdue - self.disputed - self.promised

    @property
    def risk(self) -> Decimal:
        """Which part of it is at risk: by how far it is past the day on which they usually pay, more after a lie."""
        past_usual = self.days_late - max(self.usual_days or 0, 0)
        risk = max(LEAST, min(Decimal(past_usual) / SURE_LOSS, Decimal(1)))
        return min(risk + Decimal("0.5"), Decimal(1)) if self.leads else risk

    @property
    def leads(self) -> bool:
        """Whether what they said or agreed on was not kept."""
        return bool(self.broken or self.plans)

    @property
    def at_risk(self) -> Decimal:
        """What is at risk."""
        return self.askable * self.risk

    @property
    def reasons(self) -> list[str]:
        """Why now, in words."""
        found = [*self.plans]
        found += [
            f"Promise of {format_money(each.amount, each.currency)} for {plain_day(each.pay_on)} "
            f"{'kept in part' if each.state == 'part_kept' else 'broken'}"
            for each in self.broken
        ]
        found.append(f"Oldest {self.days_late} day{'s' * (self.days_late != 1)} late")
        if self.usual_days is not None:
            found.append(_habit(self.usual_days))
        if self.final_on:
            found.append(f"Final notice of {plain_day(self.final_on)}")
        if self.held:
            found.append(f"On hold: {self.held}")
        if self.is_bounced:
            found.append("Mail to them came back")
        for amount, words in ((self.disputed, "disputed"), (self.promised, "promised")):
            if amount:
                found.append(f"{format_money(round_money(amount, self.currency), self.currency)} {words}")
        return found


def _habit(days: int) -> str:
    if days <= 0:
        return "usually pays in time"
    return f"usually pays {days} day{'s' * (days != 1)} late"


def worklist(company: Company, today: date, *, owner_ids: list[int] | None = None) -> list[Work]:
    """Every customer of whom something is late, those who broke a promise or plan first, then by what is at risk."""
    asked: dict[str, Any] = {
        "company_id": company.pk,
        "on": today,
        "currency": company.currency,
        "owner_ids": owner_ids,
    }
    with connection.cursor() as cursor:
        cursor.execute(LATE, asked)
        works = {row[0]: Work(*row) for row in cursor.fetchall()}
        cursor.execute(HABITS, {"company": company.pk, "today": today, "since": today - LOOKS_BACK})
        habits = {customer: round(days) for customer, count, days in cursor.fetchall() if count >= FEW}
    _read_more(company, works, today)
    _read_plans(company, works, today)
    for work in works.values():
        work.days_late, work.usual_days = (today - work.oldest_due).days, habits.get(work.customer_id)
    return sorted(works.values(), key=lambda work: (not work.leads, -work.at_risk, work.sort_name, work.customer_id))


def _read_more(company: Company, works: dict[int, Work], today: date) -> None:
    """What else is known of them. It is asked for the whole company: a list of many customers costs more."""
    notes = ContactNote.objects.filter(customer__company=company).order_by().values_list("customer")
    noted = {customer: moment.date() for customer, moment in notes.annotate(Max("created_at"))}
    finals = Reminder.objects.filter(company=company, tone=Tone.FINAL).order_by().values_list("customer")
    final = dict(finals.annotate(Max("reminded_on")))
    bounced = set(standing_bounces().filter(company=company).values_list("customer_id", flat=True))
    held = standing_holds(list(works))
    broken = _broken_promises(company, today)
    for customer, work in works.items():
        work.noted_on, work.final_on = noted.get(customer), final.get(customer)
        work.is_bounced, work.held = customer in bounced, in_words(held.get(customer, []))
        work.broken = [each for each in broken[customer] if not (work.noted_on and work.noted_on > each.counts_until)]


def _broken_promises(company: Company, today: date) -> dict[int, list[PromiseWithState]]:
    """By customer, the promises not kept lately, after which none was made."""
    broken = defaultdict(list)
    made = PaymentPromise.objects.filter(company=company)
    past = made.filter(withdrawn_on=None, counts_until__lt=today, counts_until__gte=today - BROKEN_FOR)
    newest = dict(made.order_by().values_list("customer").annotate(Max("made_on")))
    for promise in with_state(past, today).filter(state__in=("broken", "part_kept")).order_by("pay_on"):
        if newest[promise.customer_id] <= promise.counts_until:
            broken[promise.customer_id].append(promise)
    return broken


def _read_plans(company: Company, works: dict[int, Work], today: date) -> None:
    """Plans of which an instalment is missed, and those that ended lately and were not changed for others."""
    plans = PaymentPlan.objects.filter(company=company)
    standing = with_plan_state(plans.filter(status=PlanStatus.ACCEPTED), company, today)
    for plan in standing.filter(state="missed").order_by("pk"):
        if work := works.get(plan.customer_id):
            work.plans.append(f"{plan}: {format_money(plan.was_missed - plan.paid, plan.currency)} missed")
    ended = plans.filter(status=PlanStatus.CANCELLED, closed_on__gte=today - BROKEN_FOR, replaced_by=None)
    for gone in ended.order_by("pk"):
        work = works.get(gone.customer_id)
        if work and not (work.noted_on and work.noted_on > present(gone.closed_on)):
            work.plans.append(f"{gone} cancelled: {gone.close_reason}")
