"""Matching without a person: what is certain now and letting it apply, what the policy says, and what was learned."""

from itertools import islice

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.models import Customer
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import Column, Empty, ListSpec, Toggle, list_page
from office.web.requests import StaffRequest
from payments.access import get_payer_account_for, payer_accounts_for, require_bank
from payments.matching.asking import certain_among, match_policy_of, read_lines, waiting_lines
from payments.matching.names import all_names
from payments.models import BankLine, MatchPolicy
from payments.operations.learn_payer import forget_payer
from payments.operations.match_certain import start_matching
from payments.operations.set_match_policy import PolicyDetails, set_match_policy

MOST_SHOWN = 200


@staff_door("payments.match_bank_line")
def match_certain(request: StaffRequest) -> HttpResponse:
    """What of the lines that wait is certain, and why; and letting it apply."""
    require_bank(request.user)
    if request.method == "POST":
        run = start_matching(request.company, by=request.user)
        return redirect("office:run", run.pk)
    waiting = waiting_lines(request.company)
    policy = match_policy_of(request.company)
    lines = waiting.filter(pk__in=list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST_SHOWN]))
    certain = certain_among(read_lines(request.company, lines, all_names(request.company.pk)), policy)
    rows = BankLine.objects.in_bulk([each.payment.line_id for each in certain])
    customers = Customer.objects.in_bulk({each.proposal.customer_id for each in certain})
    context = {
        "count": waiting.count(),
        "most": MOST_SHOWN,
        "policy": policy,
        "rows": [(rows[each.payment.line_id], customers[each.proposal.customer_id], each) for each in certain],
    }
    return render(request, "payments/match_certain.html", context)


class PolicyForm(forms.ModelForm):
    """What applies without a person."""

    class Meta:
        model = MatchPolicy
        fields = (
            "is_automatic",
            "reference",
            "number_and_payer",
            "payer_and_amount",
            "advice",
            "part_payments",
            "discounts",
            "most",
        )


@staff_door("payments.set_match_policy")
def match_policy(request: StaffRequest) -> HttpResponse:
    """Say which bank lines need no person."""
    form = PolicyForm(request.POST or None, instance=match_policy_of(request.company))
    if request.method == "POST" and form.is_valid():
        try:
            set_match_policy(request.company, PolicyDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error("most", refusal.message)
        else:
            messages.success(request, "Saved. Bank lines are matched this way from now on.")
            return redirect("payments:match_policy")
    return render(request, "payments/match_policy.html", {"form": form})


PAYERS = ListSpec(
    name="payer-accounts",
    title="Accounts that customers pay from",
    columns=(
        Column(
            "account",
            "Account",
            "account",
            sort="pk",
            url=lambda row: reverse("payments:payer_account", args=[row.pk]),
            note=lambda row: row.name,
        ),
        Column("customer", "Customer", "customer.name", sort="customer__sort_name"),
        Column("learned_at", "Learned", "learned_at", "moment", hide_below="phone"),
        Column("removed_at", "Removed", "removed_at", "moment", hide_below="tablet"),
    ),
    order="-account",
    filters=(Toggle("removed", "Removed", lambda rows, _: rows.filter(removed_at__isnull=False)),),
    search=("account", "name", "customer__search_text"),
    search_hint="Account or name",
    empty=Empty(
        "Nothing learned yet",
        "Each match teaches from which account a customer pays; it stands here, and can be removed.",
        "building-bank",
        "payments:bank",
        "To the bank",
    ),
)


@require_GET
@staff_door("payments.view_bank")
def payer_account_list(request: StaffRequest) -> HttpResponseBase:
    """All accounts that matches taught, and those removed."""
    rows = payer_accounts_for(request.user).filter(company=request.company).select_related("customer")
    return list_page(request, PAYERS, rows, template="payments/bank_list.html")


@require_GET
@staff_door("payments.view_bank")
def payer_account(request: StaffRequest, payer_id: int) -> HttpResponse:
    """One of them: what taught it, and what came from it since."""
    payer = get_payer_account_for(request.user, payer_id)
    lines = BankLine.objects.filter(bank_account__company=payer.company_id, party_account=payer.account)
    latest = list(islice(lines.order_by("-booked_on", "-pk"), 20))
    return render(request, "payments/payer_account.html", {"payer": payer, "lines": latest})


@require_POST
@staff_door("payments.match_bank_line")
def forget(request: StaffRequest, payer_id: int) -> HttpResponse:
    """Let an account speak for its customer no more."""
    payer = get_payer_account_for(request.user, payer_id)
    try:
        forget_payer(payer.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Payments from it speak for {payer.customer.name} no more.")
    return redirect("payments:payer_account", payer.pk)
