"""Customers' bank accounts: all of them, one, adding one, and what can be done with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from customers.access import accounts_for, get_account_for, get_customer_for
from customers.duplicates import others_with, seen_of
from customers.models import AccountKind, Customer, CustomerAccount
from customers.operations.add_account import LONGEST_HOLDER, AccountDetails, add_account
from customers.operations.manage_accounts import block_account, close_account, release_account, reveal_account
from customers.queries import in_account_state
from ledger.refusals import Refused
from office.models import AuditRecord
from office.web.doors import CHANGES, staff_door
from office.web.fields import set_choices
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest

STATES = (("usable", "Confirmed"), ("waiting", "Waiting"), ("blocked", "Blocked"), ("closed", "Closed"))

ACCOUNTS = ListSpec(
    name="customer-accounts",
    title="Customers' bank accounts",
    columns=(
        Column("account", "Account", str, sort="pk", url=lambda row: reverse("customers:account", args=[row.pk])),
        Column("customer", "Customer", "customer.name", sort="customer__sort_name"),
        Column("state", "State", "state", "state", note=lambda row: row.blocked_reason),
        Column("bank", "Bank", "bank_name", hide_below="phone"),
        Column("kind", "Kind", lambda row: row.get_kind_display(), hide_below="tablet"),
        Column("added_by", "Added by", "added_by.name", hide_below="tablet"),
        Column("confirmed_by", "Confirmed by", "confirmed_by.name", hide_below="tablet"),
    ),
    order="-account",
    filters=(Choice("state", "State", in_account_state, STATES),),
    search=("customer__search_text", "last_four", "bank_name"),
    search_hint="Customer, bank or last four digits",
    empty=Empty(
        "No bank accounts yet",
        "A customer's account, which you may debit or pay back to, is added on the customer's page.",
        "credit-card",
        "customers:customer_list",
        "Choose a customer",
    ),
)


class AccountForm(forms.Form):
    """An account as typed."""

    kind = forms.ChoiceField(label="Kind of account", choices=AccountKind)
    holder = forms.CharField(label="Whose account it is", max_length=LONGEST_HOLDER)
    number = forms.CharField(
        label="IBAN or account number", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    bank_code = forms.CharField(
        label="Routing number or sort code", max_length=20, required=False, help_text="Empty for an IBAN."
    )
    bic = forms.CharField(label="BIC", max_length=20, required=False, help_text="Empty: looked up by the IBAN.")
    is_savings = forms.BooleanField(label="A savings account", required=False, help_text="US accounts only.")
    replaces_id = forms.TypedChoiceField(label="In place of", coerce=int, required=False, empty_value=None)
    reason = forms.CharField(
        label="Where it comes from", max_length=300, help_text="Such as: their letter of 2 March, called back."
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = [(each.pk, str(each)) for each in customer.accounts.filter(closed_at=None)]
        set_choices(self, "replaces_id", [("", "None: one more account"), *used])


@require_GET
@staff_door("customers.view_accounts")
def account_list(request: StaffRequest) -> HttpResponseBase:
    """All accounts, the newest first."""
    return list_page(request, ACCOUNTS, _shown(request).filter(company=request.company))


def _shown(request: StaffRequest) -> QuerySet[CustomerAccount]:
    return accounts_for(request.user).select_related("customer", "added_by", "confirmed_by")


@sensitive_post_parameters("number")
@sensitive_variables("form", "data")
@staff_door("customers.manage_accounts", recently_known=CHANGES)
@once
def new_account(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Add an account of a customer, for a second person to confirm."""
    customer = get_customer_for(request.user, customer_id)
    initial = {"holder": customer.name[:LONGEST_HOLDER]}
    form = AccountForm(request.POST or None, customer=customer, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        reason = data.pop("reason")
        try:
            account = add_account(customer, AccountDetails(**data), by=request.user, reason=reason)
        except Refused as refusal:
            form.add_error("bank_code" if refusal.code in CODES else "number", refusal.message)
        else:
            messages.success(request, f"{account} is kept. A second person confirms it before it is used.")
            if others_with(account):
                messages.warning(request, "Another customer has this account, too: see below.")
            return redirect("customers:account", account.pk)
    return render(request, "customers/account_new.html", {"customer": customer, "form": form})


CODES = ("bad_routing_number", "bad_sort_code")


@require_GET
@staff_door("customers.view_accounts")
def account_page(request: StaffRequest, account_id: int) -> HttpResponse:
    """An account, its number masked, and what was done with it."""
    return _page(request, get_account_for(request.user, account_id))


@require_POST
@never_cache
@staff_door("customers.reveal_account", recently_known=CHANGES)
def reveal(request: StaffRequest, account_id: int) -> HttpResponse:
    """The account with its whole number, once; that it was shown is kept."""
    account = get_account_for(request.user, account_id)
    return _page(request, account, number=reveal_account(account.pk, by=request.user))


def _page(request: StaffRequest, account: CustomerAccount, number: str = "") -> HttpResponse:
    records = AuditRecord.objects.filter(subject_type="customers.customeraccount", subject_id=account.pk)
    others = others_with(account)
    seen = seen_of(others, request.user)
    context = {
        "account": account,
        "number": number,
        "records": records.select_related("by").order_by("-id")[:50],
        "others": [each for each in others if each.pk in seen],
        "unseen": len(others) - len(seen),
    }
    return render(request, "customers/account.html", context)


def _act(operation: Callable[..., CustomerAccount], done: str) -> Callable[..., HttpResponseBase]:
    """A page's button that does one thing to an account, with a reason."""

    @require_POST
    @staff_door("customers.manage_accounts", recently_known=CHANGES)
    def act(request: StaffRequest, account_id: int) -> HttpResponse:
        account = get_account_for(request.user, account_id)
        try:
            operation(account.pk, reason=request.POST.get("reason", ""), by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done)
        return redirect("customers:account", account.pk)

    return act


block = _act(block_account, "Blocked: no money is moved with it until it is released.")
release = _act(release_account, "Released: it can be used again.")
close = _act(close_account, "Closed: it is used no more.")
