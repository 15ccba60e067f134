"""Checks of what a document says besides its figures: terms, days, numbers, and the tax numbers it needs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from billing.accuracy.found import Findings, Found
from billing.accuracy.history import THING
from billing.einvoice.checking import judge_each
from billing.models import DocumentKind, DocumentStatus, Invoice, LineKind, TaxExemption
from billing.tax_ids import NAMES_OURS, NAMES_THEIRS
from office.models import AuditRecord

OVERLAPS = f"""
SELECT DISTINCT ON (mine.id) mine.id, other.id, other.number, other.period_from, other.period_to
FROM billing_invoice mine
JOIN billing_invoice other ON other.customer_id = mine.customer_id AND other.id < mine.id
    AND other.id IS DISTINCT FROM mine.replaces_id AND other.kind = mine.kind AND other.status <> %(void)s
    AND other.period_from <= coalesce(mine.period_to, mine.period_from)
    AND coalesce(other.period_to, other.period_from) >= mine.period_from
    AND (other.period_from <> mine.period_from OR other.total <> mine.total)
WHERE mine.id = ANY (%(documents)s) AND mine.kind = %(invoice)s
    AND NOT EXISTS (SELECT FROM billing_invoice c WHERE c.credits_id = other.id AND c.status = %(issued)s)
    AND EXISTS (
        SELECT FROM billing_invoiceline l JOIN billing_invoiceline o ON o.invoice_id = other.id
            AND {THING.format(line="o")} = {THING.format(line="l")}
        WHERE l.invoice_id = mine.id AND l.kind = %(item)s AND o.kind = %(item)s)
ORDER BY mine.id, other.id DESC
"""  # noqa: S608  our own names
BEFORE_IN_SERIES = """
SELECT id, dated_on, number_before, sequence - before - 1, dated_before FROM (
    SELECT id, dated_on, sequence, lag(number) OVER series AS number_before, lag(sequence) OVER series AS before,
        lag(dated_on) OVER series AS dated_before
    FROM billing_invoice
    WHERE company_id = %(company)s AND sequence IS NOT NULL AND dated_on BETWEEN %(first)s AND %(last)s
    WINDOW series AS (PARTITION BY kind, date_part('year', dated_on) ORDER BY sequence)
) AS numbered
WHERE id = ANY (%(documents)s) AND before IS NOT NULL AND (sequence > before + 1 OR dated_on < dated_before)
"""


def terms(documents: Sequence[Invoice]) -> Findings:
    """Documents whose terms are not their customer's; those issued before the customer got these are as they were."""
    asked = [each for each in documents if not (each.is_credit_memo or each.is_deposit or each.source_reference)]
    changed = _terms_changed_at({each.customer_id for each in asked if not each.is_draft})
    for document in asked:
        customer, changed_at = document.customer, changed.get(document.customer_id)
        if document.issued_at and changed_at and changed_at > document.issued_at:
            continue
        mine, theirs = _terms(document), _terms(customer)
        if mine != theirs:
            yield document, Found(f"It is to be paid by {mine}; {customer.name} has {theirs}.")


def _terms(of: Any) -> str:
    return f"the terms “{of.terms}”" if of.terms_id else f"{of.net_days} days net"


def _terms_changed_at(customer_ids: Collection[int]) -> dict[int, datetime]:
    """When customers' terms were changed last, of those where they were."""
    records = AuditRecord.objects.filter(
        Q(after__has_key="net_days") | Q(after__has_key="terms_id"),
        subject_type="customers.customer",
        subject_id__in=customer_ids,
        action="update_customer",
    )
    return dict(records.order_by().values_list("subject_id").annotate(at=Max("recorded_at"))) if customer_ids else {}


def periods(documents: Sequence[Invoice]) -> Findings:
    """Documents that bill some of the days that another one billed before, for the same thing.

    One that bills just these days at the same total is a duplicate, and told of as such.
    """
    asked = {document.pk: document for document in documents if document.period_from}
    if not asked:
        return
    parameters = {
        "documents": list(asked),
        "void": DocumentStatus.VOID,
        "issued": DocumentStatus.ISSUED,
        "invoice": DocumentKind.INVOICE,
        "item": LineKind.ITEM,
    }
    for pk, other_id, number, first, last in _rows(OVERLAPS, parameters):
        other = number or f"Draft {other_id}"
        days = f"{first} to {last}" if last else f"{first}"
        yield asked[pk], Found(f"{other} billed {days} for the same before.", facts=f"{other_id} {days}")


def future(documents: Sequence[Invoice]) -> Findings:
    """Documents dated after today."""
    today = documents[0].company.today()
    for document in documents:
        if document.dated_on and document.dated_on > today:
            yield document, Found(f"It is dated {document.dated_on}, which is still to come.")


def numbers(documents: Sequence[Invoice]) -> Findings:
    """Issued documents dated before the one with the number before theirs, or before whose number some are missing."""
    issued = {document.pk: document for document in documents if document.sequence and document.dated_on}
    if not issued:
        return
    days = [document.dated_on for document in issued.values() if document.dated_on]
    parameters = {
        "company": documents[0].company_id,
        "documents": list(issued),
        "first": min(days).replace(month=1, day=1),
        "last": max(days).replace(month=12, day=31),
    }
    for pk, dated_on, number, missing, dated_before in _rows(BEFORE_IN_SERIES, parameters):
        said = []
        if missing:
            said.append(f"{missing} number{'s are' if missing > 1 else ' is'} missing between {number} and this one.")
        if dated_on < dated_before:
            said.append(f"It is dated {dated_on}, yet {number} before it is dated {dated_before}.")
        yield issued[pk], Found(" ".join(said))


def tax_numbers(documents: Sequence[Invoice]) -> Findings:
    """Documents whose taxes ask for our number, the customer's, or a certificate that is not there."""
    shown = defaultdict(list)
    certified = [(document, line.tax) for document in documents for line in document.lines.all() if line.tax]
    asking = [(document, tax) for document, tax in certified if tax.needs_certificate and not document.is_credit_memo]
    for exemption in TaxExemption.objects.filter(customer__in={each.customer_id for each, _ in asking}):
        shown[exemption.customer_id, exemption.tax_id].append(exemption)
    for document in documents:
        said = list(_missing_numbers(document))
        on = document.dated_on or document.company.today()
        said += [
            f"No certificate of {document.customer.name} for {tax} holds on {on}."
            for tax in dict.fromkeys(tax for each, tax in asking if each is document)
            if not any(each.holds_on(on) for each in shown[document.customer_id, tax.pk])
        ]
        if said:
            yield document, Found(" ".join(said))


def _missing_numbers(document: Invoice) -> Iterable[str]:
    categories = {line.tax_category for line in document.lines.all() if not line.credited_line_id}
    ours, theirs = document.company.tax_id, document.customer.tax_id
    if not document.is_draft:
        ours, theirs = (document.printed.get(side, {}).get("tax_id", "") for side in ("seller", "buyer"))
    if categories & NAMES_OURS and not ours:
        yield "Its tax asks for our own tax number on it."
    if categories & NAMES_THEIRS and not theirs:
        yield f"Its tax asks for the VAT id of {document.customer.name} on it."


def einvoices(documents: Sequence[Invoice]) -> Findings:
    """Drafts whose e-invoice would break a rule if they were issued today; an issued one was judged before."""
    drafts = {document.pk: document for document in documents if document.is_draft}
    _, wrong = judge_each(drafts, documents[0].company.today()) if drafts else ({}, {})
    for pk, words in wrong.items():
        yield drafts[pk], Found(words)


def _rows(query: str, parameters: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
