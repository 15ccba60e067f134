"""Agreeing on a payment plan: items, instalments as proposed or changed by hand, terms; and changing one."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from credit_control.access import get_plan_for
from credit_control.models import PaymentPlan, PlanStatus, policy_of
from credit_control.operations.change_plan import change_plan
from credit_control.operations.offer_plan import offer_plan
from credit_control.plans.requests import open_requests
from credit_control.plans.spread import ZERO, Instalment
from credit_control.web.plan_forms import (
    Choice,
    ReasonForm,
    RhythmForm,
    TermsForm,
    TypedRow,
    choices_of,
    chosen_items,
    details_from,
    other_currencies,
    proposed,
    rows_of,
    typed_instalments,
    usual_rhythm,
    usual_terms,
)
from customers.access import get_customer_for
from customers.models import Customer
from ledger.refusals import Refused
from office.models import User
from office.web.doors import staff_door
from office.web.fields import typed_currency, typed_id
from office.web.once import once
from office.web.requests import StaffRequest
from office.written import plain_day

ACT = "credit_control.manage_plans"


@staff_door(ACT)
@once
def plan_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Choose items, let instalments be proposed, change them, and offer the plan or record it as agreed."""
    customer = get_customer_for(request.user, customer_id)
    return _Wizard(request, customer, typed_currency(request, customer.currency)).answer()


@staff_door(ACT)
def change_page(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The same for what is open of a plan's items: it ends, and another is offered, in one step."""
    plan = get_plan_for(request.user, plan_id)
    if plan.status not in (PlanStatus.OFFERED, PlanStatus.ACCEPTED):
        messages.error(request, "This plan has ended: agree on a new one from the customer's page.")
        return redirect("credit_control:plan", plan.pk)
    return _Wizard(request, plan.customer, plan.currency, plan).answer()


@require_POST
@staff_door(ACT)
def plan_sum(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What the instalments typed so far come to, beside what is to be planned."""
    customer = get_customer_for(request.user, customer_id)
    currency = typed_currency(request, customer.currency)
    choices = choices_of(customer, currency, customer.company.today())
    chosen = chosen_items(request)
    wanted = sum((each.amount for each in choices if each.item.pk in chosen), ZERO)
    context = {"currency": currency, "wanted": wanted, **_sum_of(rows_of(request), wanted)}
    return render(request, "credit_control/_plan_sum.html", context)


def _sum_of(rows: list[TypedRow], wanted: Decimal) -> dict[str, Any]:
    try:
        total = sum((row.value for row in rows), ZERO)
    except ValidationError as wrong:
        return {"wrong": wrong.messages[0]}
    return {"total": total, "missing": wanted - total}


class _Wizard:
    """One page that is posted to propose instalments, and again to agree on them."""

    def __init__(
        self, request: StaffRequest, customer: Customer, currency: str, replaced: PaymentPlan | None = None
    ) -> None:
        self.request, self.customer, self.currency, self.replaced = request, customer, currency, replaced
        self.today: date = customer.company.today()
        typed = request.POST or None
        policy = policy_of(customer.company)
        self.rhythm = RhythmForm(typed, initial=usual_rhythm(policy, self.today) | self._asked())
        self.terms = TermsForm(typed, initial=usual_terms(customer, self.today))
        self.why = ReasonForm(typed if replaced and "offer" in request.POST else None)
        self.rows = rows_of(request)

    def _asked(self) -> dict[str, Any]:
        """What the customer asked for on their page, where the form answers it."""
        wanted = typed_id(self.request.GET.get("asked", ""))
        asked = open_requests(self.customer).filter(pk=wanted or 0, currency=self.currency).first()
        return {"count": asked.parts, "first_on": max(asked.first_on, self.today)} if asked else {}

    def answer(self) -> HttpResponse:
        made = None
        if self.request.method == "POST" and "offer" in self.request.POST:
            made = self._offer()
        elif self.request.method == "POST":
            self._propose()
        if made is None:
            return render(self.request, "credit_control/plan_new.html", self._context())
        says = (
            "Recorded. It stands from today on."
            if made.accepted_on
            else f"Offered until {plain_day(made.valid_until)}."
        )
        messages.success(self.request, says)
        return redirect("credit_control:plan", made.pk)

    def _propose(self) -> None:
        """Put the instalments that were asked for into the table."""
        self.terms.is_valid()
        if not self.rhythm.is_valid():
            return
        chosen = self._chosen()
        amount = sum((each.amount for each in self._choices() if each.item.pk in chosen), ZERO)
        try:
            found = proposed(amount, self.currency, self.rhythm.cleaned_data)
        except Refused as refusal:
            self.rhythm.add_error(None, refusal.message)
        else:
            self.rows = [TypedRow.of(each, self.currency) for each in found]

    def _offer(self) -> PaymentPlan | None:
        """Agree on what the table says."""
        is_said = self.why.is_valid() if self.replaced else True
        if not self.terms.is_valid() or not is_said:
            return None
        try:
            return self._made(typed_instalments(self.rows), self.request.user)
        except (Refused, ValidationError) as wrong:
            self.terms.add_error(None, wrong.message)
        return None

    def _made(self, instalments: list[Instalment], by: User) -> PaymentPlan:
        if not instalments:
            raise Refused("Let instalments be proposed first, or type them.", code="bad_count")
        details = details_from(self.currency, self._chosen(), instalments, self.terms.cleaned_data)
        if self.replaced:
            reason = self.why.cleaned_data["reason"]
            return change_plan(self.replaced.pk, details, on=self.today, by=by, reason=reason)
        return offer_plan(self.customer.pk, details, on=self.today, by=by)

    def _choices(self) -> list[Choice]:
        found = choices_of(self.customer, self.currency, self.today)
        if not self.replaced:
            return found
        own = set(self.replaced.items.values_list("item", flat=True))
        return [Choice(each.item, each.amount) for each in found if each.item.pk in own]

    def _chosen(self) -> set[int]:
        """What was ticked; before that what is late; of a plan that is changed all."""
        choices = [each for each in self._choices() if not each.why_not]
        if self.replaced:
            return {each.item.pk for each in choices}
        if self.request.method == "POST":
            return chosen_items(self.request)
        return {each.item.pk for each in choices if each.item.due_on < self.today}

    def _context(self) -> dict[str, Any]:
        choices, chosen = self._choices(), self._chosen()
        wanted = sum((each.amount for each in choices if each.item.pk in chosen), ZERO)
        return {
            "customer": self.customer,
            "currency": self.currency,
            "other_currencies": [] if self.replaced else list(other_currencies(self.customer, self.currency)),
            "replaced": self.replaced,
            "choices": choices,
            "chosen": chosen,
            "today": self.today,
            "rhythm": self.rhythm,
            "terms": self.terms,
            "why": self.why,
            "rows": self.rows,
            "wanted": wanted,
            **_sum_of(self.rows, wanted),
        }
