"""A billing run: drafts of three lines checked and issued by the product, beside bare SQL that writes the same rows.

The bare way copies what the run left into tables with the same columns and indexes and no guard, a statement for each.
"""

from decimal import Decimal
from time import perf_counter

from django.db import connection

from billing.models import Invoice, InvoiceTax
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoices
from billing.operations.manage_billing_runs import prepare_billing_run, start_billing_run
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.pdf import kept_pdf
from config.bench.filling import FilledOffice
from config.bench.rows import Row
from customers.models import Customer
from ledger.models import Entry, Line, OpenItem
from ledger.present import present
from office.models import AuditRecord, Run, RunStatus
from office.work.runs import carry_out

MOST_DRAFTS, MOST_PDFS = 10_000, 100
TOGETHER = 1000
WRITTEN = {
    Entry: "kind = 'issue_invoice' AND key IN (SELECT 'issue_invoice:' || id FROM fresh)",
    Line: "entry_id IN (SELECT entry_id FROM fresh)",
    OpenItem: "entry_id IN (SELECT entry_id FROM fresh)",
    InvoiceTax: "invoice_id IN (SELECT id FROM fresh)",
    AuditRecord: "action = 'issue_invoice' AND subject_id IN (SELECT id FROM fresh)",
}
"""What issuing adds, by table, and how the rows of this run are told."""


def measure(office: FilledOffice) -> list[Row]:
    """The run's figures for as many drafts as the office has invoices, and for `MOST_DRAFTS` at most."""
    drafts = min(office.size, MOST_DRAFTS)
    run = prepared(office, drafts)
    checking = carried_out(run)
    start_billing_run(run.pk, by=office.manager)
    issuing = carried_out(run)
    require_all_issued(run, drafts)
    bare, pdf = bare_seconds(), pdf_seconds(run)
    return [
        Row("issue_ratio: a run that issues drafts of three lines", office.size, issuing, limit=bare, goal=3.0),
        Row("its invoices a second, without PDFs", office.size, drafts / issuing, unit="/s"),
        Row("its invoices a second, each with its PDF", office.size, 1 / (issuing / drafts + pdf), unit="/s"),
        Row("the check before it, invoices a second", office.size, drafts / checking, unit="/s"),
    ]


def prepared(office: FilledOffice, count: int) -> Run:
    """A run of so many fresh drafts, three lines at two rates each."""
    rates = [add_tax(office.company, TaxDetails(name, [RateDetails(Decimal(rate))]), by=None) for name, rate in TAXES]
    lines = [
        LineDetails("Oak shelf, 180 cm", Decimal("148.50"), Decimal(2), tax_id=rates[0].pk),
        LineDetails("Fitting by the hour", Decimal("75.25"), Decimal("3.5"), tax_id=rates[0].pk),
        LineDetails("Handbook", Decimal("24.90"), Decimal(1), tax_id=rates[1].pk),
    ]
    customers = list(Customer.objects.values_list("pk", flat=True))
    details = [InvoiceDetails(customers[number % len(customers)], lines) for number in range(count)]
    for start in range(0, count, TOGETHER):
        draft_invoices(office.company, details[start : start + TOGETHER], by=office.manager)
    drafts = Invoice.objects.filter(status="draft")
    return prepare_billing_run(office.company, "issue", drafts, by=office.manager)


TAXES = [("VAT 19 %", "19"), ("VAT 7 %", "7")]


def carried_out(run: Run) -> float:
    """The seconds that a worker takes for all pieces of a run."""
    began = perf_counter()
    for _ in carry_out(run.pk):
        pass
    return perf_counter() - began


def require_all_issued(run: Run, count: int) -> None:
    """Stop unless the run did what is measured."""
    run.refresh_from_db()
    if (run.status, run.result.get("Issued")) != (RunStatus.DONE, count):
        raise AssertionError(f"The run ended {run.status} with {run.result}: {run.explanation}")


def bare_seconds() -> float:
    """The seconds of bare SQL for the rows that the run wrote: inserted, and the drafts' rows updated."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE fresh AS SELECT invoice.* FROM billing_invoice invoice"
            " JOIN billing_rundocument ON invoice_id = invoice.id; ANALYZE fresh"
        )
        tables = {model._meta.db_table: where for model, where in WRITTEN.items()}
        for table in (*tables, "billing_invoice"):
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING DEFAULTS INCLUDING INDEXES)")
        cursor.execute("INSERT INTO bare_billing_invoice SELECT * FROM fresh")
        cursor.execute("UPDATE bare_billing_invoice SET number = id::text, entry_id = NULL")
        cursor.execute("VACUUM ANALYZE bare_billing_invoice")
        for table, where in tables.items():
            cursor.execute(f"CREATE TEMP TABLE made_{table} AS SELECT * FROM {table} WHERE {where}")  # noqa: S608
        began = perf_counter()
        for table in tables:
            cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM made_{table}")  # noqa: S608
        cursor.execute(
            "UPDATE bare_billing_invoice bare SET status = fresh.status, number = fresh.number,"
            " sequence = fresh.sequence, dated_on = fresh.dated_on, due_on = fresh.due_on, net = fresh.net,"
            " tax = fresh.tax, total = fresh.total, printed = fresh.printed, entry_id = fresh.entry_id,"
            " previous_hash = fresh.previous_hash, hash = fresh.hash, issued_at = fresh.issued_at,"
            " issued_by_id = fresh.issued_by_id FROM fresh WHERE fresh.id = bare.id"
        )
        return perf_counter() - began


def pdf_seconds(run: Run) -> float:
    """The seconds that the PDF of one of its invoices takes, the first (which starts the renderer) left out."""
    invoices = [present(row.invoice) for row in run.documents.select_related("invoice__company")[: MOST_PDFS + 1]]
    kept_pdf(invoices[0])
    began = perf_counter()
    for invoice in invoices[1:]:
        kept_pdf(invoice)
    return (perf_counter() - began) / max(len(invoices) - 1, 1)
