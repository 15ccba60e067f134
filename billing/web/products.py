"""Products: the list, a product with its prices, and their groups."""

from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_product_for, products_for
from billing.models import Product, ProductGroup, ProductKind
from billing.operations.manage_products import add_product, edit_product, retire_product, set_product_group
from billing.operations.set_prices import set_prices
from billing.web.catalogue_forms import GroupForm, PriceForms, ProductForm, offered_lists, prices_from
from billing.web.forms import tax_choices
from customers.search import fold
from ledger.refusals import Refused
from office.models import AuditRecord
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists import Choice, Column, Empty, ListSpec, Text, Toggle, list_page
from office.web.once import once
from office.web.requests import StaffRequest

PRODUCTS = ListSpec(
    name="products",
    title="Products",
    columns=(
        Column("code", "Code", "code", sort="code", url=lambda row: reverse("billing:product", args=[row.pk])),
        Column("name", "Name", "name", sort="sort_name", note=lambda row: "" if row.is_active else "Retired"),
        Column("kind", "Kind", "get_kind_display", hide_below="tablet"),
        Column("unit", "Unit", "unit_word", hide_below="phone"),
        Column("tax", "Usual tax", "tax.name", hide_below="phone"),
        Column("group", "Group", "group.name", hide_below="tablet"),
    ),
    order="name",
    filters=(
        Choice("kind", "Kind", "kind", ProductKind.choices),
        Text("group", "Group", "group__name"),
        Toggle("unpriced", "Without a price", lambda rows, _: rows.filter(prices=None)),
        Toggle("retired", "Retired", lambda rows, _: rows.filter(is_active=False)),
    ),
    search=("search_text",),
    search_hint="Code, name or text",
    fold=fold,
    empty=Empty(
        "No products yet",
        "A product fills a line's text, unit, price and tax by its code. Add one, or import a list from Excel or CSV.",
        "package",
        "billing:product_new",
        "Add a product",
    ),
)


@require_GET
@staff_door("billing.view_product")
def product_list(request: StaffRequest) -> HttpResponseBase:
    """All products."""
    products = products_for(request.user).filter(company=request.company)
    return list_page(request, PRODUCTS, products, template="billing/product_list.html")


@staff_door("billing.manage_products")
@once
def new_product(request: StaffRequest) -> HttpResponse:
    """Add a product; its prices come next."""
    usual = tax_choices(request.company)[0][0]
    form = ProductForm(request.POST or None, company=request.company, initial={"unit": "pcs", "tax": usual})
    if request.method == "POST" and form.is_valid():
        try:
            product = add_product(request.company, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{product} is added. Give it its prices.")
            return redirect("billing:product", product.pk)
    return render(request, "billing/product_edit.html", {"form": form})


@staff_door("billing.manage_products")
def change_product(request: StaffRequest, product_id: int) -> HttpResponse:
    """Change a product; refused where somebody else saved meanwhile."""
    product = get_product_for(request.user, product_id)
    form = ProductForm(request.POST or None, company=product.company, product=product)
    if request.method == "POST" and form.is_valid():
        version = typed_id(request.POST.get("version", "")) or 0
        try:
            edit_product(product.pk, form.details(is_active=product.is_active), version=version, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. Lines that carry it already keep what they say.")
            return redirect("billing:product", product.pk)
    return render(request, "billing/product_edit.html", {"form": form, "product": product})


@require_GET
@staff_door("billing.view_product")
def product_page(request: StaffRequest, product_id: int) -> HttpResponse:
    """A product with its prices on each list, which are changed in place by whoever may."""
    product = get_product_for(request.user, product_id)
    return _page(request, product, _price_forms(request, product))


@require_POST
@staff_door("billing.manage_prices")
def save_prices(request: StaffRequest, product_id: int) -> HttpResponse:
    """Make what is typed the prices of a product; refused where somebody else saved meanwhile."""
    product = get_product_for(request.user, product_id)
    prices = _price_forms(request, product)
    if not prices.is_valid():
        return _page(request, product, prices)
    try:
        version = typed_id(request.POST.get("version", "")) or 0
        set_prices(product.pk, prices_from(prices), version=version, by=request.user)
    except Refused as refusal:
        return _page(request, product, prices, refusal.message)
    messages.success(request, "The prices are saved. Drafts keep the prices that they have.")
    return redirect("billing:product", product.pk)


def _page(request: StaffRequest, product: Product, prices: BaseFormSet, refusal: str = "") -> HttpResponse:
    records = AuditRecord.objects.filter(subject_type="billing.product", subject_id=product.pk)
    context = {
        "product": product,
        "prices": prices,
        "refusal": refusal,
        "has_lists": prices.form_kwargs["lists"].exists(),
        "held": product.prices.select_related("price_list"),
        "records": records.select_related("by").order_by("-id")[:30],
    }
    return render(request, "billing/product.html", context)


def _price_forms(request: StaffRequest, product: Product) -> BaseFormSet:
    kwargs: dict[str, Any] = {"prefix": "prices", "form_kwargs": {"lists": offered_lists(product.company, product)}}
    if request.method == "POST":
        return PriceForms(request.POST, **kwargs)
    rows = [
        {
            "price_list": str(price.price_list_id),
            "from_quantity": f"{price.from_quantity.normalize():f}",
            "unit_price": f"{price.unit_price.normalize():f}",
            "valid_from": price.valid_from,
            "valid_until": price.valid_until,
        }
        for price in product.prices.all()
    ]
    return PriceForms(initial=[*rows, {"from_quantity": "1"}], **kwargs)


@require_POST
@staff_door("billing.manage_products")
def retire(request: StaffRequest, product_id: int) -> HttpResponse:
    """Offer a product no more."""
    product = retire_product(get_product_for(request.user, product_id).pk, by=request.user)
    messages.success(request, f"{product} is offered no more. Documents that carry it keep it.")
    return redirect("billing:product", product.pk)


@staff_door("billing.manage_products")
def group_list(request: StaffRequest) -> HttpResponse:
    """The product groups with their sales accounts, and a form for a new one."""
    form = GroupForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            group = set_product_group(request.company, data["name"], data["sales_account"].pk, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Sales of {group} are entered in {group.sales_account}.")
            return redirect("billing:product_group_list")
    groups = ProductGroup.objects.filter(company=request.company).select_related("sales_account")
    return render(request, "billing/product_group_list.html", {"form": form, "groups": groups})
