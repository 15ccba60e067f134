"""Facts that a company requires of documents and their customers before they are issued."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from billing.accuracy.found import Findings, Found
from billing.models import OF_DOCUMENT, BilledLine, Fact, Invoice, RequiredFact, Severity
from customers.models import AddressKind, Contact, Customer
from office.models import Company

OF_ADDRESS = (Fact.STREET, Fact.POSTAL_CODE, Fact.CITY, Fact.COUNTRY)


def required_of(company: Company) -> dict[Fact, Severity]:
    """How severe the company takes it that each fact is missing."""
    chosen = RequiredFact.objects.filter(company=company).values_list("fact", "severity")
    return dict.fromkeys(Fact, Severity.IGNORE) | {Fact(fact): Severity(severity) for fact, severity in chosen}


def required_facts(documents: Sequence[Invoice]) -> Findings:
    """Documents without a fact that their company requires, of the customer or their own.

    An issued one has of the customer what it printed; one that gives money back needs none of its own.
    """
    wanted = {fact: severity for fact, severity in required_of(documents[0].company).items() if severity != "ignore"}
    if not wanted:
        return
    reached = _reached(documents) if Fact.CONTACT in wanted else set()
    delivered = _delivered(documents) if Fact.DELIVERY in wanted else {}
    for document in documents:
        shipments = delivered.get(document.pk, {})
        has = _facts(document) | {
            Fact.CONTACT: document.customer_id in reached,
            Fact.DELIVERY: bool(shipments) and all(shipments.values()),
        }
        asked = [fact for fact in wanted if not (document.is_credit_memo and fact in OF_DOCUMENT)]
        missing: dict[tuple[Severity, str], list[Fact]] = defaultdict(list)
        for fact in asked:
            if not has[fact]:
                missing[wanted[fact], _page(document, fact, shipments)].append(fact)
        for (severity, url), facts in missing.items():
            yield document, Found(_words(document, facts), url=url, most=severity)


def _facts(document: Invoice) -> dict[Fact, Any]:
    """What is there of a document and its customer, as far as the document says it."""
    return {
        **(_of_customer(document.customer) if document.is_draft else _as_printed(document.printed)),
        Fact.PO_NUMBER: document.po_number,
        Fact.PERIOD: document.period_from,
        Fact.NOTE: document.note,
    }


def _of_customer(customer: Customer) -> dict[Fact, str]:
    billing = next((each for each in customer.addresses.all() if each.kind == AddressKind.BILLING), None)
    return {
        Fact.TAX_ID: customer.tax_id,
        Fact.BUYER_REFERENCE: customer.buyer_reference,
        **{fact: getattr(billing, fact.value, "").strip() for fact in OF_ADDRESS},
    }


def _as_printed(printed: dict[str, Any]) -> dict[Fact, str]:
    buyer = printed.get("buyer", {})
    return {
        Fact.TAX_ID: buyer.get("tax_id", ""),
        Fact.BUYER_REFERENCE: printed.get("einvoice", {}).get("buyer_reference", ""),
        **{fact: buyer.get("place", {}).get(fact.value, "").strip() for fact in OF_ADDRESS},
    }


def _reached(documents: Sequence[Invoice]) -> set[int]:
    """The customers who have a contact with an e-mail address, as it is now."""
    customers = {document.customer_id for document in documents}
    contacts = Contact.objects.filter(customer__in=customers, is_active=True, email__gt="")
    return set(contacts.order_by().values_list("customer", flat=True))


def _delivered(documents: Sequence[Invoice]) -> dict[int, dict[int, date | None]]:
    """By document, the shipments that it bills, each with the day of delivery that was confirmed."""
    rows = BilledLine.objects.filter(invoice_line__invoice__in=documents, shipment_line__isnull=False)
    names = ("invoice_line__invoice", "shipment_line__shipment", "shipment_line__shipment__delivered_on")
    found: dict[int, dict[int, date | None]] = defaultdict(dict)
    for invoice_id, shipment_id, day in rows.order_by("shipment_line__shipment").values_list(*names):
        found[invoice_id][shipment_id] = day
    return found


def _page(document: Invoice, fact: Fact, shipments: dict[int, date | None]) -> str:
    """Where a fact is filled in; what is delivered is confirmed at its shipment."""
    if fact not in OF_DOCUMENT:
        return reverse("customers:edit", args=[document.customer_id])
    if fact == Fact.DELIVERY and shipments:
        return reverse("billing:shipment", args=[next(pk for pk, day in shipments.items() if not day)])
    return reverse("billing:invoice_edit", args=[document.pk])


def _words(document: Invoice, facts: Collection[Fact]) -> str:
    is_document = all(fact in OF_DOCUMENT for fact in facts)
    whose = "the document" if is_document else document.customer.name
    names = ", ".join(f"{fact.label[:1].lower()}{fact.label[1:]}" for fact in facts)
    return f"Required of {whose} and missing: {names}."
