import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from billing.models import DocumentKind, Invoice, InvoiceTemplate
from billing.operations.copy_invoice import LEFT_BEHIND
from billing.operations.details import InvoiceDetails, LineDetails, invoice_as_typed, unlinked
from billing.operations.draft_invoice import draft_invoice
from billing.operations.price_lines import lines_at_list_price
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def save_template(invoice_id: int, name: str, *, by: User | None) -> InvoiceTemplate:
    """Keep an invoice under a name, to be drafted from again; what belongs to one order alone stays behind.

    A line at its list's price follows the list. Raises Refused for another kind of document, or a name that is taken.
    """
    invoice = Invoice.objects.select_related("company", "customer").get(pk=invoice_id)
    name = name.strip()
    if invoice.kind != DocumentKind.INVOICE:
        raise Refused("Only an invoice can be kept as a template.", code="no_template")
    if not name:
        raise Refused("Give the template a name.", code="no_name")
    taken = InvoiceTemplate.objects.filter(company=invoice.company, name=name)
    if taken.exists():
        raise Refused(
            f"There is a template {name} already. Delete it first, or choose another name.", code="name_taken"
        )
    template = InvoiceTemplate.objects.create(
        company=invoice.company,
        name=name,
        customer=invoice.customer,
        details=_as_json(_details(invoice)),
        created_by=by,
    )
    record(by, "save_template", template, after={"invoice": invoice})
    return template


def _details(invoice: Invoice) -> InvoiceDetails:
    lines = list(invoice.lines.select_related("product__tax").prefetch_related("product__tax__rates"))
    listed = lines_at_list_price(invoice, lines)
    details = invoice_as_typed(invoice)
    typed = [
        replace(each, unit_price=None) if line.pk in listed else each
        for line, each in zip(lines, details.lines, strict=True)
        if not line.deducts_id
    ]
    return replace(details, **LEFT_BEHIND, lines=unlinked(typed))


@transaction.atomic
def draft_from_template(template_id: int, *, customer_id: int | None = None, by: User | None) -> Invoice:
    """Draft a template's invoice, for its own customer or another. Raises Refused as drafting does."""
    template = InvoiceTemplate.objects.select_related("company").get(pk=template_id)
    details = replace(_from_json(template.details), customer_id=customer_id or template.customer_id)
    draft = draft_invoice(template.company, details, by=by)
    record(by, "draft_from_template", draft, after={"template": template})
    return draft


@transaction.atomic
def delete_template(template_id: int, *, by: User | None) -> None:
    """Forget a template; what was drafted from it stays."""
    template = InvoiceTemplate.objects.select_for_update().get(pk=template_id)
    record(by, "delete_template", template)
    template.delete()


def _as_json(details: InvoiceDetails) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(details), cls=DjangoJSONEncoder))
    return plain


def _from_json(kept: dict[str, Any]) -> InvoiceDetails:
    lines = [LineDetails(**_numbers(line, _NUMBERS_OF_LINES)) for line in kept["lines"]]
    return InvoiceDetails(**_numbers(kept, _NUMBERS) | {"lines": lines})


def _numbers(kept: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The kept values, with the numbers among them read from their texts."""
    return kept | {name: Decimal(kept[name]) for name in names if kept.get(name) is not None}


def _decimals(details: type) -> list[str]:
    return [field.name for field in fields(details) if field.type in (Decimal, Decimal | None)]


_NUMBERS, _NUMBERS_OF_LINES = _decimals(InvoiceDetails), _decimals(LineDetails)
