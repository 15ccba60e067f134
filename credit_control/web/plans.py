"""Payment plans: the list, one plan with all that is known of it, and what can be done with it."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.access import get_plan_for, plans_for
from credit_control.models import PaymentPlan, PlanAnswer, PlanStep
from credit_control.operations.accept_plan import accept_plan
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.decline_plan import decline_plan
from credit_control.operations.resend_plan import resend_plan
from credit_control.operations.withdraw_plan import withdraw_plan
from credit_control.plans.letter import file_name, kept_plan_pdf
from credit_control.plans.reading import STATES, plan_now, with_state
from credit_control.web.downloads import download
from customers.persons import require_sees_paper
from customers.search import fold
from ledger.refusals import Refused
from office.models import AuditRecord, OutgoingMail
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

READ, ACT = "credit_control.view_paymentplan", "credit_control.manage_plans"
PLANS = ListSpec(
    name="plans",
    title="Payment plans",
    columns=(
        Column(
            "plan", "Plan", "pk", "number", sort="pk", url=lambda row: reverse("credit_control:plan", args=[row.pk])
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column("next_on", "Next day", "next_on", "day", hide_below="tablet"),
        Column("offered_on", "Offered", "offered_on", "day", sort="offered_on", hide_below="tablet"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
        Column("left", "Open", "left", "money", sort="left", total="left", hide_below="phone"),
    ),
    order="-plan",
    filters=(Choice("state", "State", "state", STATES), DateRange("day", "Offered", "offered_on")),
    search=("customer__search_text", "accepted_name"),
    search_hint="Customer or who agreed",
    fold=fold,
    empty=Empty(
        "No plan was offered yet",
        "When a customer cannot pay at once, agree on instalments from their page: reminders and ageing go by them.",
        "calendar",
    ),
)


@require_GET
@staff_door(READ)
def plan_list(request: StaffRequest) -> HttpResponseBase:
    """The plans, and how each goes."""
    rows = plans_for(request.user).filter(company=request.company).select_related("customer")
    return list_page(request, PLANS, with_state(rows, request.company, request.company.today()))


@require_GET
@staff_door(READ)
def plan_one(request: StaffRequest, plan_id: int) -> HttpResponse:
    """One plan: instalments with what came, items, mails, what was done, talk."""
    plan = get_plan_for(request.user, plan_id)
    today = plan.company.today()
    context = {
        "plan": plan,
        "now": plan_now(plan, today),
        "state": with_state(plans_for(request.user).filter(pk=plan.pk), plan.company, today).get().state,
        "today": today,
        "mails": _mails(plan),
        "records": _records(plan),
        "replaced_by": PaymentPlan.objects.filter(replaces=plan).first(),
    }
    return render(request, "credit_control/plan.html", context)


def _mails(plan: PaymentPlan) -> QuerySet[OutgoingMail]:
    """The mails about it and about its instalments."""
    steps = PlanStep.objects.filter(instalment__plan=plan).values("pk")
    about = Q(about_type=PaymentPlan._meta.label_lower, about_id=plan.pk)
    about |= Q(about_type=PlanStep._meta.label_lower, about_id__in=steps)
    return OutgoingMail.objects.filter(about).defer("kept_message").order_by("-pk")


def _records(plan: PaymentPlan) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.filter(subject_type=PaymentPlan._meta.label_lower, subject_id=plan.pk)
    return rows.select_related("by").order_by("-pk")


def _act(request: StaffRequest, plan_id: int, act: Callable[[PaymentPlan], object], done: str) -> HttpResponse:
    plan = get_plan_for(request.user, plan_id)
    try:
        act(plan)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("credit_control:plan", plan.pk)


@require_POST
@staff_door(ACT)
def accept(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Record that they agreed, as they told us."""

    def do(plan: PaymentPlan) -> None:
        name, on = request.POST.get("name", ""), plan.company.today()
        accept_plan(plan.pk, name, how=PlanAnswer.STAFF, on=on, by=request.user)

    return _act(request, plan_id, do, "Recorded. Its days hold from today on.")


@require_POST
@staff_door(ACT)
def decline(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Record that they do not want it, as they told us."""

    def do(plan: PaymentPlan) -> None:
        decline_plan(plan.pk, request.POST.get("reason", ""), on=plan.company.today(), by=request.user)

    return _act(request, plan_id, do, "Recorded. What it held is reminded of again.")


@require_POST
@staff_door(ACT)
def withdraw(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Take the offer back."""

    def do(plan: PaymentPlan) -> None:
        withdraw_plan(plan.pk, request.POST.get("reason", ""), on=plan.company.today(), by=request.user)

    return _act(request, plan_id, do, "Withdrawn. What it held is reminded of again.")


@require_POST
@staff_door(ACT)
def cancel(request: StaffRequest, plan_id: int) -> HttpResponse:
    """End the plan."""

    def do(plan: PaymentPlan) -> None:
        cancel_plan(plan.pk, request.POST.get("reason", ""), on=plan.company.today(), by=request.user)

    return _act(request, plan_id, do, "Cancelled. The documents' own due days hold again.")


@require_POST
@staff_door(ACT)
def resend(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Mail it once more."""
    return _act(request, plan_id, lambda plan: resend_plan(plan.pk, by=request.user), "Mailed once more.")


@require_GET
@staff_door(READ)
def agreement(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The agreement as a PDF, as it was sent."""
    plan = get_plan_for(request.user, plan_id)
    require_sees_paper(plan.customer)
    try:
        content = bytes(kept_plan_pdf(plan).content)
    except PdfUnavailable as reason:
        messages.error(request, f"Its PDF cannot be made now: {reason}")
        return redirect("credit_control:plan", plan.pk)
    return download(content, "application/pdf", file_name(plan))
