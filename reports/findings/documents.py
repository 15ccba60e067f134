"""Findings among documents: gaps in their numbers, and numbers for the tax office that they lack."""

from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, F, IntegerField, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse

from billing.access import invoices_for
from billing.models import DocumentStatus, InvoiceTax
from billing.tax_ids import NAMES_THEIRS
from office.models import Company, NumberSeries
from office.web.lists import Column
from reports.findings.kind import Asked, Kind, Way

PAPERS = {
    "receipt": ("payments_receipt", "received_on"),
    "refund": ("payments_refund", "refunded_on"),
    "write_off": ("payments_writeoff", "written_off_on"),
    "chargeback": ("payments_chargeback", "opened_on"),
    "late_charge": ("credit_control_latecharge", "claimed_on"),
    "dispute": ("billing_dispute", "opened_on"),
    "receipt_batch": ("payments_receiptbatch", "received_on"),
}
"""By the kind of a series, the table of its papers and their day."""
DOCUMENTS = ("invoice", "credit_memo", "debit_note")
NAMED = 20
"""So many missing numbers of a series are named; all are counted."""

_SERIES = "office_numberseries"
_OF_YEAR = f"""company_id = {_SERIES}.company_id
    AND {{day}} >= make_date({_SERIES}.year, 1, 1) AND {{day}} < make_date({_SERIES}.year + 1, 1, 1)"""
_OF_DOCUMENTS = (
    f"FROM billing_invoice p WHERE kind = {_SERIES}.kind AND number <> '' AND p.{_OF_YEAR.format(day='dated_on')}"
)
_OF_PAPERS = {kind: f"FROM {table} p WHERE p.{_OF_YEAR.format(day=day)}" for kind, (table, day) in PAPERS.items()}


def _by_kind(select: str) -> str:
    """A query of a series' own papers, chosen by its kind."""
    whens = [f"WHEN '{kind}' THEN (SELECT {select} {source})" for kind, source in _OF_PAPERS.items()]
    return f"CASE {_SERIES}.kind {' '.join(whens)} ELSE (SELECT {select} {_OF_DOCUMENTS}) END"


COUNTED = _by_kind("count(*)")
_WIDTH = f"greatest(length(n::text), coalesce(substring({_SERIES}.pattern FROM '\\{{number:0([0-9]+)')::int, 0))"
WRITTEN = f"""replace(
    regexp_replace({_SERIES}.pattern, '\\{{number[^}}]*\\}}', lpad(n::text, {_WIDTH}, '0')),
    '{{year}}', {_SERIES}.year::text)"""
"""The number of counter n as the series writes it."""
MISSING = f"""(
    SELECT string_agg(missing.number || CASE WHEN e.id IS NULL THEN ': nothing in the book'
        ELSE ': the book has ' || replace(e.kind, '_', ' ') || ' of ' || e.dated_on END, '; ' ORDER BY missing.n)
    FROM (
        SELECT n, {WRITTEN} AS number FROM generate_series(1, {_SERIES}.last) AS n
        WHERE {WRITTEN} NOT IN (SELECT unnest({_by_kind("array_agg(p.number)")}))
        ORDER BY n LIMIT {NAMED}
    ) AS missing LEFT JOIN LATERAL (
        SELECT id, kind, dated_on FROM ledger_entry
        WHERE company_id = {_SERIES}.company_id AND reference = missing.number ORDER BY id LIMIT 1
    ) AS e ON true
)"""  # noqa: S608  our own names


def gaps_of(company: Company) -> QuerySet[Any]:
    """The series of a company that have more or fewer papers than numbers."""
    series = NumberSeries.objects.filter(company=company, kind__in=[*DOCUMENTS, *PAPERS], last__gt=0)
    counted = series.annotate(papers=RawSQL(COUNTED, [], output_field=IntegerField()))  # noqa: S611  our own names
    return counted.exclude(papers=F("last"))


def _gaps(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    return gaps_of(asked.company).annotate(
        missing=F("last") - F("papers"),
        numbers=RawSQL(MISSING, [], output_field=CharField()),  # noqa: S611
    )


def _without_tax_id(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    left_to_them = InvoiceTax.objects.filter(invoice=OuterRef("pk"), category__in=NAMES_THEIRS)
    issued = invoices_for(asked.user).filter(company=asked.company, status=DocumentStatus.ISSUED)
    return issued.filter(Exists(left_to_them), printed__buyer__tax_id="").select_related("customer")


GAPS = Kind(
    "number-gaps",
    "Gaps in numbers",
    "Numbers without a gap are what a tax office asks for first: a missing one looks like a hidden invoice.",
    "Void papers keep their number and drafts have none, so nothing done in Duebook leaves a gap: a row was taken out"
    " of the database, or a copy restored that lacks it.",
    Way("Restore the missing papers from a backup, and see how numbers are written", "office:number_patterns"),
    _gaps,
    (
        Column("series", "Series", lambda row: f"{row.kind.replace('_', ' ').capitalize()} {row.year}", sort="pk"),
        Column("last", "Stands at", "last", "number", sort="last"),
        Column("papers", "Papers", "papers", "number", sort="papers", hide_below="phone"),
        Column("missing", "Missing", "missing", "number", sort="missing"),
        Column("numbers", "What is known", lambda row: row.numbers or "More papers than numbers"),
    ),
    "series",
    is_of_whole_book=True,
)
WITHOUT_TAX_ID = Kind(
    "without-tax-id",
    "Tax left to the customer, without their tax number",
    "Reverse charge holds only with the customer's number on the document; without it the tax is ours to pay.",
    "Issuing refuses this today: the document was changed past Duebook, or came so from another system.",
    Way("Add the number to the customer, credit the document and issue it anew", "customers:customer_list"),
    _without_tax_id,
    (
        Column("number", "Document", str, sort="pk", url=lambda row: reverse("billing:invoice", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("dated_on", "Date", "dated_on", "day", sort="dated_on", hide_below="phone"),
        Column("total", "Total", "total", "money", sort="total", total="total"),
    ),
    "-number",
)
