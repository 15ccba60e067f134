"""Adding and changing a customer."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from customers.access import get_customer_for
from customers.models import CustomerGroup
from customers.operations.create_customer import create_customer
from customers.operations.update_customer import update_customer
from customers.web.forms import ContactForms, CustomerForm, details_from, initial_from
from ledger.refusals import Refused
from office.models import User
from office.web.doors import staff_door
from office.web.fields import typed_id


@staff_door("customers.create_customer")
def new_customer(request: HttpRequest) -> HttpResponse:
    """Add a customer; a name typed elsewhere comes along."""
    company = request.company
    initial = {"name": request.GET.get("name", ""), "currency": company.currency, "net_days": company.net_days}
    form = CustomerForm(request.POST or None, initial=initial, **_choices(request))
    contacts = ContactForms(request.POST or None, prefix="contacts")
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        try:
            customer = create_customer(company, details_from(form, contacts), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{customer.name} is customer {customer.number}.")
            return redirect("customers:customer", customer.pk)
    return render(request, "customers/customer_edit.html", {"form": form, "contacts": contacts})


@staff_door("customers.update_customer")
def edit_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Change a customer; refused where somebody else saved meanwhile."""
    customer = get_customer_for(request.user, customer_id)
    values, people = initial_from(customer)
    form = CustomerForm(request.POST or None, initial=values, **_choices(request))
    contacts = ContactForms(request.POST or None, initial=people, prefix="contacts")
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        version = typed_id(request.POST.get("version", "")) or 0
        try:
            update_customer(customer.pk, details_from(form, contacts), version=version, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("customers:customer", customer.pk)
    context = {"form": form, "contacts": contacts, "customer": customer}
    return render(request, "customers/customer_edit.html", context)


def _choices(request: HttpRequest) -> dict[str, QuerySet]:
    """Who can own a customer, the active staff of the company, and the groups it can be in."""
    staff = User.objects.filter(companies=request.company.pk, is_active=True).order_by("name")
    return {"staff": staff, "groups": CustomerGroup.objects.filter(company=request.company)}
