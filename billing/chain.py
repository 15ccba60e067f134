"""The chain of issued documents: each holds the hash of the one before it in its series."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from billing.medical import Service
from billing.medical_facts import diagnoses_of, services_of
from billing.models import Invoice, InvoiceLine

FACTS = [
    "kind",
    "number",
    "sequence",
    "dated_on",
    "due_on",
    "currency",
    "exchange_rate",
    "po_number",
    "note",
]
FACTS += [
    "net",
    "tax",
    "total",
    "discount_amount",
    "prices_include_tax",
    "tax_rounding",
    "customer_id",
    "company_id",
]
LINE_FACTS = [
    "position",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "net",
]
LINE_FACTS += [
    "discount_share",
    "taxable",
    "tax_amount",
    "tax_name",
    "tax_category",
    "tax_percent",
]
LATER_FACTS = ["withheld", "period_from", "period_to", "early_percent", "early_until", "discount_percent"]
LATER_LINE_FACTS = ["tax_reason", "tax_parts", "item_code", "section"]
"""Left out where empty, so that what was issued before there was such a fact keeps its hash."""


def document_hash(invoice: Invoice, lines: Sequence[InvoiceLine]) -> str:
    """SHA-256 of all that the document says and of the hash before it."""
    content = {
        "previous": invoice.previous_hash,
        "printed": invoice.printed,
        "document": _facts(invoice, FACTS, LATER_FACTS),
        "lines": [_facts(line, LINE_FACTS, LATER_LINE_FACTS) for line in lines],
    }
    if "medical_codes" in invoice.printed:  # what was issued before it said so keeps its hash
        content["medical"] = [diagnoses_of(invoice), [_plain_service(service) for service in services_of(invoice)]]
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _facts(row: Invoice | InvoiceLine, names: list[str], later: list[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in [*names, *(name for name in later if getattr(row, name))]}


def _plain_service(service: Service) -> list[Any]:
    return [
        service.position,
        str(service.serviced_on),
        service.procedure,
        *map(list, (service.modifiers, service.pointers)),
    ]


def _plain(value: Any) -> Any:
    """A list as it is; any other value as text, whatever zeros the database keeps behind the point."""
    if isinstance(value, list):
        return value
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}" if value else "0"
    return str(value)
