"""The tax numbers that a document has to name for the taxes it carries."""

from collections.abc import Sequence

from stdnum.eu import vat

from billing.models import Invoice, InvoiceLine, TaxCategory
from billing.tax_choice import EU
from ledger.refusals import Refused

NAMES_OURS = {TaxCategory.REVERSE_CHARGE, TaxCategory.INTRA_COMMUNITY, TaxCategory.EXPORT}
NAMES_THEIRS = {TaxCategory.REVERSE_CHARGE, TaxCategory.INTRA_COMMUNITY}


def require_tax_ids(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Refuse a document that leaves the tax to the customer, or to nobody, without the numbers that prove it.

    EN 16931: BR-AE-02, BR-IC-02, BR-G-02. What credits a line stands as that line was issued.
    """
    categories = {line.tax_category for line in lines if not line.credited_line_id}
    seller, buyer = invoice.printed["seller"], invoice.printed["buyer"]
    if categories & NAMES_OURS and not seller["tax_id"]:
        raise Refused(
            "This tax category needs our own tax number on the document. Add it under Settings.",
            code="our_tax_id_missing",
        )
    if not categories & NAMES_THEIRS:
        return
    if not buyer["tax_id"]:
        raise Refused(
            f"This tax category needs the VAT id of {buyer['name']} on the document. Add it to the customer.",
            code="their_tax_id_missing",
        )
    if seller["country"] in EU and not vat.is_valid(buyer["tax_id"]):
        raise Refused(
            f"{buyer['tax_id']} is not the form of any VAT id in the EU. Mend it at the customer.",
            code="their_tax_id_invalid",
        )
