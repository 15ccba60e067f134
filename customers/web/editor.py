"""Adding and changing a customer."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from customers.access import get_customer_for, parent_named_by
from customers.models import Customer, CustomerGroup, PaymentTerms
from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails
from customers.operations.manage_applications import ApplicationDetails, apply_for_account
from customers.operations.tell_apart import MaybeKnown
from customers.operations.update_customer import update_customer
from customers.web.forms import ContactForms, CustomerForm, details_from, initial_from, terms_choices
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.models import User
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.once import once
from office.web.requests import StaffRequest


@staff_door("customers.create_customer")
@once
def new_customer(request: StaffRequest) -> HttpResponse:
    """Add a customer; a name typed elsewhere comes along."""
    company = request.company
    usual = {name: getattr(company, name) for name in ("currency", "language", "net_days")}
    initial = {"name": request.GET.get("name", ""), **usual}
    form = CustomerForm(request.POST or None, initial=initial, **_choices(request, PaymentTerms.objects.none()))
    contacts = ContactForms(request.POST or None, prefix="contacts")
    hits: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        try:
            details = details_from(form, contacts)
            parent_named_by(request.user, details.parent_id)
            customer = _created(request, details)
        except MaybeKnown as known:
            hits = _told(form, known)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{customer.name} is customer {customer.number}.")
            return redirect("customers:customer", customer.pk)
    context = {"form": form, "contacts": contacts, "parent": _parent(request, form), "hits": hits}
    return render(request, "customers/customer_edit.html", context)


@staff_door("customers.update_customer")
def edit_customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Change a customer; refused where somebody else saved meanwhile."""
    customer = get_customer_for(request.user, customer_id)
    values, people = initial_from(customer)
    terms = PaymentTerms.objects.filter(pk=customer.terms_id or 0)
    form = CustomerForm(request.POST or None, initial=values, **_choices(request, terms))
    del form.fields["credit_limit"]  # it is changed by itself, with a reason
    contacts = ContactForms(request.POST or None, initial=people, prefix="contacts")
    hits: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        version = typed_id(request.POST.get("version", "")) or 0
        try:
            details = details_from(form, contacts)
            details = replace(details, parent_id=parent_named_by(request.user, details.parent_id, customer))
            update_customer(customer.pk, details, version=version, by=request.user, is_another=_is_another(request))
        except MaybeKnown as known:
            hits = _told(form, known)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("customers:customer", customer.pk)
    parent = _parent(request, form)
    context = {"form": form, "contacts": contacts, "customer": customer, "parent": parent, "hits": hits}
    return render(request, "customers/customer_edit.html", context)


@transaction.atomic
def _created(request: StaffRequest, details: CustomerDetails) -> Customer:
    """Add the customer. On application, the limit and terms typed are what is asked, and count once somebody agrees."""
    asks = bool(request.POST.get("on_application"))
    kept = replace(details, credit_limit=None, terms_id=None, net_days=None) if asks else details
    customer = create_customer(request.company, kept, by=request.user, is_another=_is_another(request))
    if asks:
        asked = ApplicationDetails(details.credit_limit, details.terms_id, details.net_days)
        apply_for_account(customer.pk, asked, by=request.user)
    return customer


def _is_another(request: StaffRequest) -> bool:
    """Whether it is said that whom they look like is another customer."""
    return bool(request.POST.get("is_another_customer"))


def _told(form: CustomerForm, known: MaybeKnown) -> list[dict[str, Any]]:
    """Whom they look like, to be shown beside the form."""
    form.add_error(None, "This may be a customer you have. Look at who is named below.")
    return known.hits


def _parent(request: StaffRequest, form: CustomerForm) -> Customer | None:
    """The parent that stands in the form."""
    return customer_choice(request, str(form["parent_id"].value() or ""))


def _choices(request: StaffRequest, carried: QuerySet[PaymentTerms]) -> dict[str, Any]:
    """Who can own a customer, the groups it can be in, and the terms it can have, those it carries among them."""
    return {
        "staff": User.objects.filter(companies=request.company.pk, is_active=True).order_by("name"),
        "groups": CustomerGroup.objects.filter(company=request.company),
        "terms": terms_choices(request.company, carried=carried),
    }
