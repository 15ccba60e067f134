"""What billing's tables hold on persons: issued papers stay as they were printed, links to them end."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from billing.models import Dispute, DisputeStatus, DocumentStatus, Invoice, RecurringInvoice
from office.privacy.registry import Held, Subject
from office.privacy.terms import Term

ISSUED = "An issued document stays as it was printed: it proves the booking."
ORDERED = "Proves what was ordered and delivered."
DISPUTED = "Proves what was objected to, and why it was settled so."
COMPANYS = "what the company sells and how, about no person"
LINES = "lines of a document, which stays as a whole"


def _end_links(rows: QuerySet[Any], subject: Subject) -> int:
    return rows.filter(revoked_at=None).order_by().update(revoked_at=timezone.now())


HELD = [
    Held(
        "billing.Invoice",
        "Invoices and credit memos",
        "po_number note internal_note reason printed void_reason",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="dated_on",
        why=ISSUED,
    ),
    Held(
        "billing.InvoiceLine",
        "Lines of documents",
        "description section",
        plain="item_code unit tax_name tax_category tax_reason tax_parts",
        by_customer="invoice__customer",
        term=Term.VOUCHERS,
        day="invoice__dated_on",
        why=ISSUED,
    ),
    Held(
        "billing.InvoicePdf",
        "Documents as they were printed",
        "content",
        file="content",
        by_customer="invoice__customer",
        term=Term.VOUCHERS,
        day="made_at",
        why=ISSUED,
    ),
    Held(
        "billing.EInvoice",
        "E-invoices",
        "content",
        file="content",
        by_customer="invoice__customer",
        term=Term.VOUCHERS,
        day="made_at",
        why=ISSUED,
    ),
    Held(
        "billing.Attachment",
        "Files beside documents",
        "name content",
        plain="media_type",
        file="content",
        by_customer="invoice__customer",
        term=Term.VOUCHERS,
        day="added_at",
        why=ISSUED,
    ),
    Held(
        "billing.Diagnosis",
        "Diagnoses on documents",
        "code",
        by_customer="invoice__customer",
        term=Term.VOUCHERS,
        day="invoice__dated_on",
        why=ISSUED,
    ),
    Held(
        "billing.MedicalService",
        "Services on documents, by their medical codes",
        "procedure modifiers pointers",
        by_customer="line__invoice__customer",
        term=Term.VOUCHERS,
        day="line__invoice__dated_on",
        why=ISSUED,
    ),
    Held(
        "billing.TaxExemption",
        "Certificates of exemption from a tax",
        "certificate",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="valid_from",
        why="Proves why no tax was charged.",
    ),
    Held(
        "billing.DocumentLink",
        "Links by which they open documents",
        plain="token_hash ref",
        by_contact="contact",
        erase=_end_links,
        becomes="The links end. When they were opened stays.",
    ),
    Held(
        "billing.LinkOpening",
        "Visits by links to documents",
        "address_prefix",
        by_contact="link__contact",
        term=Term.LETTERS,
        day="opened_at",
        why="Proves that a document was received; of the address only the network is kept.",
    ),
    Held(
        "billing.Dispute",
        "Disputes",
        "words said_by outcome_note",
        by_contact="contact",
        by_customer="customer",
        term=Term.LETTERS,
        day="opened_at",
        why=DISPUTED,
    ),
    Held(
        "billing.DisputeMessage",
        "What was said in disputes",
        "words",
        by_contact="contact",
        by_customer="dispute__customer",
        term=Term.LETTERS,
        day="written_at",
        why=DISPUTED,
    ),
    Held(
        "billing.DisputeFile",
        "Files in disputes",
        "name content",
        plain="media_type",
        file="content",
        by_contact="contact",
        by_customer="dispute__customer",
        term=Term.LETTERS,
        day="added_at",
        why=DISPUTED,
    ),
    Held(
        "billing.AccuracyFinding",
        "What was found to look wrong in documents",
        "message",
        by_customer="customer",
        term=Term.LETTERS,
        day="found_at",
        why="Says what a document was checked for.",
    ),
    Held(
        "billing.FindingEvent",
        "What became of what looked wrong",
        "reason",
        by_customer="finding__customer",
        term=Term.LETTERS,
        day="at",
        why="Says what a document was checked for.",
    ),
    Held(
        "billing.Order",
        "Orders",
        "po_number note end_reason",
        by_customer="customer",
        term=Term.LETTERS,
        day="ordered_on",
        why=ORDERED,
    ),
    Held(
        "billing.OrderVersion",
        "Orders as they were before",
        "facts reason",
        by_customer="order__customer",
        term=Term.LETTERS,
        day="changed_at",
        why=ORDERED,
    ),
    Held(
        "billing.Shipment",
        "Shipments",
        "tracking_number received_by note cancel_reason",
        plain="carrier",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="shipped_on",
        why=ORDERED,
    ),
    Held(
        "billing.ShipmentLine",
        "What was shipped, and who did the work",
        "done_by description",
        plain="item_code unit",
        by_customer="shipment__customer",
        term=Term.VOUCHERS,
        day="shipment__shipped_on",
        why=ORDERED,
    ),
    Held(
        "billing.ShipmentVersion",
        "Shipments as they were before",
        "facts reason",
        by_customer="shipment__customer",
        term=Term.VOUCHERS,
        day="changed_at",
        why=ORDERED,
    ),
    Held(
        "billing.DeliveryProof",
        "Proofs of delivery",
        "name content",
        plain="media_type",
        file="content",
        by_customer="shipment__customer",
        term=Term.VOUCHERS,
        day="added_at",
        why=ORDERED,
    ),
    Held(
        "billing.RecurringInvoice",
        "Recurring invoices",
        "name po_number note internal_note",
        by_customer="customer",
        term=Term.LETTERS,
        day="created_at",
        why=ORDERED,
    ),
    Held(
        "billing.RecurringLine",
        "Lines of recurring invoices",
        "description",
        plain="meter unit",
        by_customer="recurring__customer",
        term=Term.LETTERS,
        day="recurring__created_at",
        why=ORDERED,
    ),
    Held(
        "billing.UsageRecord",
        "What they used",
        "reference",
        plain="meter",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="used_on",
        why="Proves what was billed.",
    ),
    Held(
        "billing.InvoiceTemplate",
        "Templates of their invoices",
        "name details",
        by_customer="customer",
        erase=lambda rows, subject: rows.delete()[0],
        becomes="Deleted.",
    ),
    Held(
        "billing.StagedDocument",
        "Documents in a file that is being imported",
        "customer_name lines",
        plain="reference customer_number",
        term=Term.VOUCHERS,
        day="dated_on",
        why="Found by no person; gone once the import is done.",
    ),
    Held(
        "billing.OpeningItem",
        "Documents of another product that were taken over",
        "customer_key po_number note",
        plain="number",
        by_customer="customer",
        term=Term.VOUCHERS,
        day="dated_on",
        why="Proves what was owed when the books were taken over.",
    ),
    Held(
        "billing.StagedOpeningItem",
        "Documents of another product that are being taken over",
        "customer_key customer_name email po_number note",
        plain="number customer_number",
        term=Term.VOUCHERS,
        day="dated_on",
        why="Found by no person; gone once the load is done.",
    ),
]
IMPERSONAL = {
    "billing.Opening": "which product the company comes from",
    "billing.Tax": COMPANYS,
    "billing.DatedRate": COMPANYS,
    "billing.ProductGroup": COMPANYS,
    "billing.Product": COMPANYS,
    "billing.PriceList": COMPANYS,
    "billing.ReasonCode": COMPANYS,
    "billing.PaperText": COMPANYS,
    "billing.MedicalCode": COMPANYS,
    "billing.InvoiceTax": LINES,
    "billing.OrderLine": LINES,
    "billing.Occurrence": "why a due period was not billed",
    "billing.RunDocument": "why a draft was left out of a run",
}


def waits(subject: Subject) -> Iterator[str]:
    """Why a person cannot be erased yet, as far as billing knows."""
    disputes = Dispute.objects.filter(status=DisputeStatus.OPEN)
    if not subject.customer_ids:
        disputes = disputes.filter(contact_id__in=subject.contact_ids)
    else:
        disputes = disputes.filter(customer_id__in=subject.customer_ids)
        if Invoice.objects.filter(customer_id__in=subject.customer_ids, status=DocumentStatus.DRAFT).exists():
            yield "There is a draft of theirs: issue or delete it first."
        if RecurringInvoice.objects.filter(customer_id__in=subject.customer_ids, next_on__isnull=False).exists():
            yield "A recurring invoice of theirs still runs: end it first."
    if disputes.exists():
        yield "A dispute of theirs is open: close it first."
