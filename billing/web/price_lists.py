"""Price lists: what stands on them, and who gets them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_price_list_for, get_use_for, uses_for
from billing.models import Price, PriceList
from billing.operations.manage_price_lists import (
    UseDetails,
    add_price_list,
    assign_price_list,
    edit_price_list,
    retire_price_list,
    withdraw_price_list,
)
from billing.web.catalogue_forms import PriceListForm
from customers.access import get_customer_for
from customers.models import CustomerGroup
from customers.search import fold
from ledger.refusals import Refused
from office.models import Company
from office.web.doors import staff_door
from office.web.fields import set_rows
from office.web.lists import Column, Empty, ListSpec, Toggle, list_page
from office.web.once import once
from office.web.requests import StaffRequest

PRICE_LISTS = ListSpec(
    name="price-lists",
    title="Price lists",
    columns=(
        Column(
            "name",
            "Price list",
            "name",
            sort="name",
            url=lambda row: reverse("billing:price_list", args=[row.pk]),
            note=lambda row: "" if row.is_active else "Retired",
        ),
        Column("currency", "Currency", "currency", sort="currency"),
        Column("tax", "Tax", lambda row: "included" if row.prices_include_tax else "on top", hide_below="phone"),
        Column("default", "Default", lambda row: "yes" if row.is_default else "", hide_below="phone"),
        Column("products", "Products", "products", "number"),
        Column("given", "Given to", "given", "number", hide_below="phone"),
    ),
    order="name",
    filters=(Toggle("retired", "Retired", lambda rows, _: rows.filter(is_active=False)),),
    search=("name",),
    search_hint="Name",
    empty=Empty(
        "No price lists yet",
        "A price list holds prices in one currency. The default one holds for everybody; others for whom you choose.",
        "tag",
        "billing:price_list_new",
        "Add a price list",
    ),
)
PRICES = ListSpec(
    name="prices",
    title="Prices",
    columns=(
        Column(
            "product",
            "Product",
            "product.name",
            sort="product__sort_name",
            url=lambda row: reverse("billing:product", args=[row.product_id]),
            note=lambda row: "" if row.product.is_active else "Retired",
        ),
        Column("code", "Code", "product.code", sort="product__code", hide_below="phone"),
        Column("from_quantity", "From quantity", "from_quantity", "number", sort="from_quantity"),
        Column("unit_price", "Unit price", "unit_price", "price", sort="unit_price", currency="price_list.currency"),
        Column("valid_from", "From", "valid_from", "day", hide_below="tablet"),
        Column("valid_until", "Until", "valid_until", "day", hide_below="tablet"),
    ),
    order="product",
    search=("product__search_text",),
    search_hint="Code or name of the product",
    fold=fold,
    empty=Empty("No prices yet", "Open a product and give it a price on this list, or import products.", "tag"),
)


@require_GET
@staff_door("billing.view_product")
def price_list_list(request: StaffRequest) -> HttpResponseBase:
    """All price lists."""
    lists = PriceList.objects.filter(company=request.company).annotate(
        products=Count("prices__product", distinct=True), given=Count("uses", distinct=True)
    )
    return list_page(request, PRICE_LISTS, lists, template="billing/price_list_list.html")


@require_GET
@staff_door("billing.view_product")
def price_list_page(request: StaffRequest, price_list_id: int) -> HttpResponseBase:
    """A price list with its prices and who gets it."""
    price_list = get_price_list_for(request.user, price_list_id)
    prices = Price.objects.filter(price_list=price_list).select_related("product", "price_list")
    context: dict[str, Any] = {
        "price_list": price_list,
        "uses": uses_for(request.user, price_list),
        "use_form": UseForm(company=price_list.company),
    }
    return list_page(request, PRICES, prices, template="billing/price_list.html", **context)


@staff_door("billing.manage_prices")
@once
def new_price_list(request: StaffRequest) -> HttpResponse:
    """Add a price list."""
    form = PriceListForm(request.POST or None, initial={"currency": request.company.currency})
    if request.method == "POST" and form.is_valid():
        try:
            price_list = add_price_list(request.company, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{price_list} is added. Products get prices on it on their own pages.")
            return redirect("billing:price_list", price_list.pk)
    return render(request, "billing/price_list_edit.html", {"form": form})


@staff_door("billing.manage_prices")
def change_price_list(request: StaffRequest, price_list_id: int) -> HttpResponse:
    """Change a price list."""
    price_list = get_price_list_for(request.user, price_list_id)
    initial = {name: getattr(price_list, name) for name in PriceListForm.base_fields}
    form = PriceListForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_price_list(price_list.pk, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("billing:price_list", price_list.pk)
    return render(request, "billing/price_list_edit.html", {"form": form, "price_list": price_list})


@require_POST
@staff_door("billing.manage_prices")
def retire(request: StaffRequest, price_list_id: int) -> HttpResponse:
    """Let a list's prices hold no more."""
    price_list = retire_price_list(get_price_list_for(request.user, price_list_id).pk, by=request.user)
    messages.success(request, f"{price_list} holds no more. Drafts keep the prices that they have.")
    return redirect("billing:price_list", price_list.pk)


class UseForm(forms.Form):
    """Who gets a list, and when."""

    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    group = forms.ModelChoiceField(CustomerGroup.objects.none(), required=False, empty_label="No group")
    valid_from = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, company: Company) -> None:
        super().__init__(*args)
        set_rows(self, "group", CustomerGroup.objects.filter(company=company))


@require_POST
@staff_door("billing.manage_prices")
def assign(request: StaffRequest, price_list_id: int) -> HttpResponse:
    """Give a customer or a group the list's prices."""
    price_list = get_price_list_for(request.user, price_list_id)
    form = UseForm(request.POST, company=price_list.company)
    if not form.is_valid():
        messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("billing:price_list", price_list.pk)
    data = form.cleaned_data
    if data["customer"]:
        get_customer_for(request.user, data["customer"])
    details = UseDetails(data["customer"], data["group"] and data["group"].pk, data["valid_from"], data["valid_until"])
    try:
        use = assign_price_list(price_list.pk, details, by=request.user)
        messages.success(request, f"{use.customer or use.group} gets {price_list}.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:price_list", price_list.pk)


@require_POST
@staff_door("billing.manage_prices")
def withdraw(request: StaffRequest, use_id: int) -> HttpResponse:
    """Take the list's prices from a customer or a group."""
    use = get_use_for(request.user, use_id)
    try:
        withdraw_price_list(use.pk, by=request.user)
        messages.success(request, f"{use.customer or use.group} does not get {use.price_list} any more.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:price_list", use.price_list_id)
