"""Which lines of orders and shipments a document bills: shown in its editor, and chosen on a page of its own."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.models import Invoice, InvoiceLine, Order, OrderLine, OrderStatus, ShipmentKind, ShipmentLine
from billing.operations.link_lines import link_lines
from billing.orders.linking import Link, link_of, may_bill, words_of
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import set_choices, typed_id
from office.web.requests import StaffRequest

MOST_ORDERS = 50
NONE = "none"
BOXES = ("order_line", "shipment_line", "order")


def say_what_is_billed(lines: BaseFormSet, customer_id: int | None) -> None:
    """Give each row of the grid the words for what it bills of this customer's orders."""
    linked = {form: Link(*(_box(form, name) for name in BOXES)) for form in lines}  # type: ignore[arg-type]  # three ids
    words = words_of(list(linked.values()), customer_id)
    for form, link in linked.items():
        form.bills = words[link.named] if any(link.named) else ""


def _box(form: forms.Form, name: str) -> int | None:
    return typed_id(str(form[name].value() or ""))


class LinksForm(forms.Form):
    """A choice for each line."""

    def __init__(self, *args: Any, lines: Sequence[InvoiceLine], choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        offered = {value for value, _ in choices}
        words = words_of([link_of(line) for line in lines])
        for line in lines:
            link, name = link_of(line), _name(line)
            carried = [(_value(link), _capital(words[link.named]))] if _value(link) not in {*offered, "", NONE} else []
            self.fields[name] = forms.ChoiceField(label=str(line), required=False)
            set_choices(self, name, [*carried, *choices])
            self.initial[name] = _value(link)

    @property
    def wanted(self) -> dict[int, Link]:
        """What a valid form says of the lines of which it says something new."""
        return {
            line.pk: _link(self.cleaned_data[_name(line)]) for line in self.lines if _name(line) in self.changed_data
        }


def _name(line: InvoiceLine) -> str:
    return f"line_{line.pk}"


def _value(link: Link) -> str:
    if link.is_none:
        return NONE
    return "-".join(f"{kind}{pk}" for kind, pk in zip("osw", link.named, strict=True) if pk)


def _link(value: str) -> Link:
    ids = {part[:1]: int(part[1:]) for part in value.split("-")} if value not in ("", NONE) else {}
    return Link(ids.get("o"), ids.get("s"), ids.get("w"), is_none=value == NONE)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


@staff_door("billing.issue_invoice")
def link_page(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Choose what each line bills; possible for an issued document too."""
    invoice = get_invoice_for(request.user, invoice_id)
    if not may_bill(invoice):
        messages.error(request, f"Lines of {invoice} bill no order.")
        return redirect("billing:invoice", invoice.pk)
    lines = list(invoice.lines.select_related("billed"))
    form = LinksForm(request.POST or None, lines=lines, choices=choices_for(invoice))
    if request.method == "POST" and form.is_valid():
        try:
            link_lines(invoice.pk, form.wanted, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved what its lines bill.")
            return redirect("billing:invoice", invoice.pk)
    return render(request, "billing/link_lines.html", {"form": form, "invoice": invoice})


def choices_for(invoice: Invoice) -> list[tuple[str, str]]:
    """The lines that a document could bill: of its customer's newest open orders, with what was shipped of them, and
    of what was shipped without an order."""
    orders = Order.objects.filter(company=invoice.company_id, customer=invoice.customer_id, currency=invoice.currency)
    newest = list(orders.filter(status=OrderStatus.OPEN).order_by("-ordered_on", "-pk")[:MOST_ORDERS])
    ordered = OrderLine.objects.filter(order__in=newest).select_related("order")
    shipped = ShipmentLine.objects.filter(
        shipment__company=invoice.company_id, shipment__customer=invoice.customer_id, shipment__cancelled_on=None
    ).exclude(shipment__kind=ShipmentKind.RETURN)
    for_orders = shipped.filter(order_line__in=ordered).select_related("shipment")
    alone = shipped.filter(order_line=None).select_related("shipment").order_by("-shipment__shipped_on", "-shipment")
    by_line: dict[int | None, list[ShipmentLine]] = {}
    for each in for_orders:
        by_line.setdefault(each.order_line_id, []).append(each)
    choices = [("", "As the order's number tells"), (NONE, "Of no order")]
    for line in sorted(ordered, key=lambda line: (newest.index(line.order), line.position)):
        words = f"Order {line.order}, line {line}"
        choices.append((f"o{line.pk}", words))
        choices += [
            (f"o{line.pk}-s{each.pk}", f"{words}, as shipped by {each.shipment}, line {each.position}")
            for each in by_line.get(line.pk, ())
        ]
    choices += [(f"w{order.pk}", f"Order {order}, none of its lines") for order in newest]
    choices += [(f"s{each.pk}", f"Shipment {each.shipment}, line {each}") for each in alone[:MOST_ORDERS]]
    return choices
