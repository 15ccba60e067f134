"""What products, prices and price lists look like as typed; whether they are allowed is the operations' word."""

from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.db.models import Q, QuerySet
from django.forms import BaseFormSet, formset_factory

from billing.models import PriceList, Product, ProductGroup, ProductKind, Tax
from billing.operations.manage_price_lists import PriceListDetails
from billing.operations.manage_products import FIELDS, ProductDetails
from billing.operations.set_prices import PriceDetails
from billing.units import unit_choices
from billing.web.forms import tax_choices
from ledger.models import Account, AccountRole
from office.models import Company
from office.web.fields import SumField, set_choices, set_rows

MOST_PRICES = 500


class ProductForm(forms.Form):
    """A product's own fields."""

    code = forms.CharField(max_length=40)
    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=ProductKind.choices)
    unit = forms.CharField(
        max_length=20,
        help_text="A word such as pcs, h or kg, or the unit's UN/ECE Recommendation 20 code.",
        widget=forms.TextInput(attrs={"list": "units"}),
    )
    tax = forms.ChoiceField(label="Usual tax", required=False)
    group = forms.ChoiceField(label="Product group", required=False, help_text="Says where its sales are entered.")
    description = forms.CharField(
        label="Text on a line",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Empty: its name.",
    )

    def __init__(self, *args: Any, company: Company, product: Product | None = None, **kwargs: Any) -> None:
        if product:
            kwargs["initial"] = {name.removesuffix("_id"): getattr(product, name) for name in FIELDS}
            kwargs["initial"]["unit"] = product.unit_word
        super().__init__(*args, **kwargs)
        carried = Tax.objects.filter(pk=product.tax_id or 0) if product else None
        set_choices(self, "tax", tax_choices(company, carried=carried))
        groups = ProductGroup.objects.filter(company=company)
        set_choices(self, "group", [("", "None: the usual sales account"), *((g.pk, g.name) for g in groups)])
        self.units = unit_choices()

    def details(self, *, is_active: bool = True) -> ProductDetails:
        """The valid form as details for the operations."""
        values = dict(self.cleaned_data)
        tax, group = values.pop("tax"), values.pop("group")
        return ProductDetails(
            **values, tax_id=int(tax) if tax else None, group_id=int(group) if group else None, is_active=is_active
        )


class PriceForm(forms.Form):
    """One price of a product; a row without a price is none."""

    price_list = forms.ChoiceField(label="Price list", required=False)
    from_quantity = SumField(required=False, max_digits=19, decimal_places=6)
    unit_price = SumField(required=False, max_digits=19, decimal_places=6)
    valid_from = forms.DateField(required=False)
    valid_until = forms.DateField(required=False)

    def __init__(self, *args: Any, lists: QuerySet[PriceList], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "price_list", [(str(each.pk), f"{each.name}, {each.currency}") for each in lists])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("unit_price") is not None and not data.get("price_list") and "price_list" not in self.errors:
            self.add_error("price_list", "Choose a price list.")
        return data


PriceForms = formset_factory(PriceForm, extra=0, max_num=MOST_PRICES, absolute_max=MOST_PRICES, can_delete=True)


def offered_lists(company: Company, product: Product) -> QuerySet[PriceList]:
    """The lists that a product can have prices on: those in use, the defaults first, and those that it is on."""
    lists = PriceList.objects.filter(company=company).filter(Q(is_active=True) | Q(prices__product=product))
    return lists.distinct().order_by("-is_active", "-is_default", "name")


def prices_from(forms_: BaseFormSet) -> list[PriceDetails]:
    """The valid rows as details for the operations."""
    kept = [each.cleaned_data for each in forms_ if each not in forms_.deleted_forms]
    return [
        PriceDetails(
            int(data["price_list"]),
            data["unit_price"],
            Decimal(1) if data["from_quantity"] is None else data["from_quantity"],
            data["valid_from"],
            data["valid_until"],
        )
        for data in kept
        if data.get("unit_price") is not None
    ]


class PriceListForm(forms.Form):
    """A price list's own fields."""

    name = forms.CharField(max_length=100)
    currency = forms.CharField(max_length=3, help_text="ISO code, such as EUR.")
    prices_include_tax = forms.BooleanField(label="Prices include tax", required=False)
    is_default = forms.BooleanField(
        label="Default of its currency", required=False, help_text="Holds where a customer has no list of their own."
    )

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].strip().upper()
        if currency not in list_currencies():
            raise forms.ValidationError(f"{currency} is not a currency. Use its ISO code, such as EUR.")
        return currency

    def details(self) -> PriceListDetails:
        """The valid form as details for the operations."""
        return PriceListDetails(**self.cleaned_data)


class GroupForm(forms.Form):
    """A product group and where its sales are entered."""

    name = forms.CharField(max_length=100, help_text="The name of a group that there is gives it another account.")
    sales_account = forms.ModelChoiceField(Account.objects.none())

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Account.objects.filter(company_id=company.pk, role=AccountRole.SALES, is_active=True)
        set_rows(self, "sales_account", accounts)
