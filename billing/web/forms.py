"""What a draft looks like as typed; whether it is allowed is the operations' word."""

from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, BoundField, formset_factory

from billing.models import Invoice, LineKind, Product, Tax
from billing.operations.details import MOST_LINES, InvoiceDetails, LineDetails
from billing.operations.price_lines import lines_at_list_price
from billing.orders.linking import Link, link_of
from billing.tax_choice import offered_taxes
from ledger.fields import EXCHANGE_RATE
from office.models import Company
from office.web.fields import SumField, set_choices


class DraftForm(forms.Form):
    """The head of a draft."""

    customer = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Choose a customer."})
    dated_on = forms.DateField(
        label="Date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: the day it is issued.",
    )
    period_from = forms.DateField(
        label="Period billed, from", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    period_to = forms.DateField(
        label="Period billed, to", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    net_days = forms.IntegerField(label="Days to pay", required=False, min_value=0, max_value=365)
    terms_id = forms.TypedChoiceField(
        label="Payment terms", required=False, coerce=int, empty_value=None, help_text="Instead of days to pay."
    )
    currency = forms.CharField(max_length=3, required=False)
    exchange_rate = SumField(
        label="Exchange rate", required=False, help_text="Only in a foreign currency.", **EXCHANGE_RATE
    )
    po_number = forms.CharField(label="Their order number", max_length=60, required=False)
    discount_amount = SumField(label="Discount on the whole", required=False, max_digits=19, decimal_places=4)
    discount_percent = SumField(
        label="Discount in percent",
        required=False,
        max_digits=9,
        decimal_places=6,
        min_value=0,
        max_value=100,
        help_text="Of all lines but shipping, instead of an amount.",
    )
    prices_include_tax = forms.BooleanField(label="Prices include tax", required=False)
    is_deposit = forms.BooleanField(
        label="Deposit invoice",
        required=False,
        help_text="Billed before anything is delivered; the invoice of the whole deducts it.",
    )
    note = forms.CharField(
        label="Note to the customer", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )
    internal_note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)

    def __init__(self, *args: Any, terms: list[tuple[Any, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms:
            set_choices(self, "terms_id", terms)

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].strip().upper()
        if currency and currency not in list_currencies():
            raise forms.ValidationError(f"{currency} is not a currency. Use its ISO code, such as EUR.")
        return currency


class LineForm(forms.Form):
    """One line; a row with neither text, price nor product is no line. `code` is the product's, where script is off."""

    kind = forms.ChoiceField(required=False, choices=LineKind.choices)
    section = forms.CharField(required=False, max_length=200)
    deducts = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    order_line = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    shipment_line = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    order = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    bills_no_order = forms.BooleanField(required=False)
    product = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    code = forms.CharField(required=False, max_length=40)
    has_list_price = forms.BooleanField(required=False, widget=forms.HiddenInput)
    description = forms.CharField(required=False, max_length=20000)
    quantity = SumField(required=False, max_digits=19, decimal_places=6)
    unit = forms.CharField(required=False, max_length=10)
    unit_price = SumField(required=False, max_digits=19, decimal_places=6)
    discount_percent = SumField(required=False, max_digits=9, decimal_places=6, min_value=0, max_value=100)
    tax = forms.ChoiceField(required=False)

    bills = ""
    """What it bills of an order, in words."""

    def __init__(self, *args: Any, taxes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "tax", taxes)

    @property
    def more_cells(self) -> list[BoundField]:
        """The cells that a kind of document has beside those of every line."""
        return []

    @property
    def is_filled(self) -> bool:
        data = self.cleaned_data
        has_price = data.get("unit_price") is not None
        return bool(has_price or any(data.get(name) for name in ("description", "product", "code", "section")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        has_product = data.get("product") or data.get("code")
        if data.get("description") and data.get("unit_price") is None and not (has_product or self.errors):
            self.add_error("unit_price", "It needs a price.")
        if data.get("section") and not (data.get("description") or has_product or self.errors):
            self.add_error("section", "A heading stands above a line. Type the line, or take the heading away.")
        return data


class BaseLineForms(BaseFormSet):
    """The lines, with the products whose codes were typed."""

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        self.company = company
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        typed = [each for each in self.forms if each.add_prefix("code") in each.data and hasattr(each, "cleaned_data")]
        codes = {code for each in typed if (code := each.cleaned_data.get("code"))}
        known = Product.objects.filter(company=self.company, code__in=codes).values_list("code", "pk") if codes else ()
        products = dict(known)
        for each in typed:
            code = each.cleaned_data.get("code")
            each.cleaned_data["product"] = products.get(code)
            if code and code not in products:
                each.add_error("code", f"There is no product with the code {code}.")


LineForms = formset_factory(
    LineForm, formset=BaseLineForms, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, can_delete=True
)


def tax_choices(company: Company, *, carried: QuerySet[Tax] | None = None) -> list[tuple[str, str]]:
    """The company's taxes to choose from, the usual one first; after them, retired ones that are carried already."""
    offered = offered_taxes(company, company.today())
    retired = [] if carried is None else carried.filter(company=company, is_active=False)
    return [
        *((str(tax.pk), tax.name) for tax in offered),
        ("", "No tax"),
        *((str(tax.pk), f"{tax.name} (retired)") for tax in retired),
    ]


def details_from(form: DraftForm, lines: BaseFormSet, invoice: Invoice | None = None) -> InvoiceDetails:
    """The valid forms as details for the operations."""
    values = dict(form.cleaned_data)
    optional = {name: values.pop(name) for name in ("exchange_rate", "discount_amount", "discount_percent")}
    return InvoiceDetails(
        customer_id=values.pop("customer"),
        lines=[line_details(each.cleaned_data) for each in kept_lines(lines)],
        source_reference=invoice.source_reference if invoice else "",
        **values,
        **{name: value for name, value in optional.items() if value is not None},
    )


def kept_lines(lines: BaseFormSet) -> list[LineForm]:
    """The rows that hold a line and were not removed."""
    return [each for each in lines if each not in lines.deleted_forms and each.is_filled]


def line_details(data: dict[str, Any]) -> LineDetails:
    """A row's valid cells as a line. One that only names its product, or bears its list price, leaves those open."""
    product_id, price = data.get("product"), data["unit_price"]
    return LineDetails(
        description=data["description"],
        unit_price=_typed_price(price, has_list_price=data["has_list_price"]) if product_id else price or Decimal(0),
        product_id=product_id,
        usual_tax=bool(product_id and not data["description"]),
        quantity=Decimal(1) if data["quantity"] is None else data["quantity"],
        unit=data["unit"],
        discount_percent=data["discount_percent"] or Decimal(0),
        tax_id=int(data["tax"]) if data["tax"] else None,
        kind=data.get("kind") or LineKind.ITEM,
        section=data.get("section", ""),
        deducts_id=data.get("deducts"),
        **_link(data),
    )


def _link(data: dict[str, Any]) -> dict[str, Any]:
    """What a row bills, as its boxes carry it."""
    if data.get("bills_no_order"):
        return {"bills_no_order": True}
    return {f"{name}_id": data.get(name) for name in ("order_line", "shipment_line", "order")}


def _typed_price(price: Decimal | None, *, has_list_price: bool) -> Decimal | None:
    return None if has_list_price else price


def line_places(lines: BaseFormSet) -> list[int]:
    """The row of the grid in which each line stands, in the order of the lines."""
    kept = kept_lines(lines)
    return [place for place, each in enumerate(lines) if each in kept]


def initial_from(invoice: Invoice) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the forms show of a draft we know."""
    head = {name: getattr(invoice, name) for name in DraftForm.base_fields if name != "customer"}
    lines = list(invoice.lines.select_related("product__tax", "billed").prefetch_related("product__tax__rates"))
    with_list_price = lines_at_list_price(invoice, lines)
    rows = [
        {
            "kind": line.kind,
            "section": line.section,
            "deducts": line.deducts_id or "",
            **_link_cells(link_of(line)),
            "product": line.product_id or "",
            "code": line.product.code if line.product else "",
            "has_list_price": "1" if line.pk in with_list_price else "",
            "description": line.description,
            "quantity": short(line.quantity),
            "unit": line.unit,
            "unit_price": short(line.unit_price),
            "discount_percent": short(line.discount_percent) if line.discount_percent else "",
            "tax": str(line.tax_id or ""),
        }
        for line in lines
    ]
    for name in ("discount_amount", "discount_percent"):
        head[name] = short(getattr(invoice, name)) if getattr(invoice, name) else ""
    if invoice.discount_percent:
        head["discount_amount"] = ""
    is_own = invoice.currency == invoice.company.currency
    head["exchange_rate"] = "" if is_own else short(invoice.exchange_rate)
    return head | {"customer": invoice.customer_id}, rows


def _link_cells(link: Link) -> dict[str, Any]:
    return {
        "order_line": link.order_line_id or "",
        "shipment_line": link.shipment_line_id or "",
        "order": link.order_id or "",
        "bills_no_order": link.is_none,
    }


def short(value: Any) -> str:
    """A stored number without the zeros behind it."""
    return f"{value.normalize():f}"
