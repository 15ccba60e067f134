"""Choosing a product for a line while one types, and adding one that is missing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.models import Product
from billing.operations.add_priced_product import add_priced_product
from billing.operations.manage_products import ProductDetails
from billing.pricing import Asked, Terms, at_tax, held_prices
from billing.tax_choice import situation_of, taxes_of
from billing.units import unit_choices
from billing.web.forms import tax_choices
from customers.search import fold
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices
from office.web.lists.filters import clean_day, clean_text
from office.web.requests import StaffRequest

PICKED = 8


@require_GET
@staff_door("billing.view_product")
def pick_product(request: StaffRequest) -> HttpResponse:
    """The products whose code or text holds what was typed, as the picker's options, each with its price."""
    typed = clean_text(request.GET.get("q", ""))
    products = (
        Product.objects.filter(company=request.company, is_active=True)
        .select_related("tax")
        .prefetch_related("tax__rates")
    )
    for word in fold(typed).split():
        products = products.filter(search_text__contains=word)
    exact = list(products.filter(code=typed))
    others = products.exclude(code=typed).order_by("sort_name", "pk")[: PICKED - len(exact)]
    found = [*exact, *others] if typed else []
    terms = _terms(request)
    context = {"options": _priced(terms, found), "typed": typed, "currency": terms.currency}
    return render(request, "billing/_picked.html", context)


def _terms(request: StaffRequest) -> Terms:
    """What the editor's boxes say so far of the document."""
    return Terms(
        request.company,
        customer_choice(request, request.GET.get("customer", "")),
        _currency(request),
        clean_day(request.GET.get("dated_on", "")) or request.company.today(),
        request.GET.get("prices_include_tax") == "on",
    )


def _priced(terms: Terms, products: Sequence[Product]) -> list[dict[str, Any]]:
    """Each product with the tax that suits the customer, and the price that holds with it."""
    held = held_prices(terms, [Asked(product) for product in products]) if products else []
    situation, taxes = terms.customer and situation_of(terms.customer, terms.on), taxes_of(terms.company)
    options = []
    for product, price in zip(products, held, strict=True):
        tax = situation.tax_for(product, taxes) if situation else product.tax
        if price and terms.prices_include_tax:
            price = replace(price, unit_price=at_tax(price.unit_price, product.tax, tax, terms.on))
        options.append({"product": product, "held": price, "tax": tax})
    return options


def _currency(request: StaffRequest) -> str:
    """The currency typed, else the customer's or the company's."""
    typed = request.GET.get("currency", "").strip().upper()
    if typed in list_currencies():
        return typed
    customer = customer_choice(request, request.GET.get("customer", ""))
    return customer.currency if customer else request.company.currency


class QuickForm(forms.Form):
    """The few things that a new product needs."""

    code = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autofocus": True}))
    name = forms.CharField(max_length=200)
    unit = forms.ChoiceField(choices=unit_choices)
    unit_price = SumField(label="Unit price", required=False, max_digits=19, decimal_places=6)
    currency = forms.CharField(widget=forms.HiddenInput, required=False, max_length=3)
    tax = forms.ChoiceField(required=False)


@staff_door("billing.manage_products")
def quick_product(request: StaffRequest) -> HttpResponse:
    """A dialog that adds a product from within the editor, and answers with it as a picker's option."""
    taxes = tax_choices(request.company)
    initial = {"name": clean_text(request.GET.get("name", "")), "tax": taxes[0][0]}
    form = QuickForm(request.POST or None, prefix="new", initial=initial | {"currency": _currency(request)})
    set_choices(form, "tax", taxes)
    form.fields["unit_price"].label = f"Unit price, {form['currency'].value()}"
    if request.method != "POST":
        return render(request, "billing/_new_product.html", {"form": form})
    if form.is_valid() and (product := _added(request, form)):
        return render(request, "billing/_new_product.html", {"product": product})
    return render(request, "billing/_new_product.html", {"form": form})


def _added(request: StaffRequest, form: QuickForm) -> Product | None:
    data = form.cleaned_data
    details = ProductDetails(data["code"], data["name"], unit=data["unit"], tax_id=int(data["tax"] or 0) or None)
    try:
        with transaction.atomic():
            return add_priced_product(
                request.company,
                details,
                data["unit_price"],
                data["currency"].strip().upper() or request.company.currency,
                by=request.user,
            )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None
