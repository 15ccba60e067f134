"""The chain of issued documents: each holds the hash of the one before it in its series."""

import json
from collections.abc import Sequence
from hashlib import sha256

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
LATER_LINE_FACTS = ["tax_reason"]
"""Left out where empty, so that what was issued before there was such a fact keeps its hash."""


def document_hash(invoice: Invoice, lines: Sequence[InvoiceLine]) -> str:
    """SHA-256 of all that the document says and of the hash before it."""
    content = {
        "previous": invoice.previous_hash,
        "printed": invoice.printed,
        "document": {name: _plain(getattr(invoice, name)) for name in FACTS},
        "lines": [_line_facts(line) for line in lines],
    }
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _line_facts(line: InvoiceLine) -> dict[str, str]:
    names = LINE_FACTS + [name for name in LATER_LINE_FACTS if getattr(line, name)]
    return {name: _plain(getattr(line, name)) for name in names}


def _plain(value: object) -> str:
    """The value as text that does not depend on how many zeros the database keeps behind the point."""
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}" if value else "0"
    return str(value)
