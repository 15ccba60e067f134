from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from billing.attachments import names_going_along
from billing.calculations import DocumentTotals
from billing.ceilings import issuing, require_within_ceilings
from billing.chain import document_hash
from billing.days import set_days
from billing.deposits import deposits_deducted_in, require_deposits_left
from billing.einvoice.checking import judge_drafts, require_judged, unnumbered
from billing.einvoice.document import Document
from billing.entries import document_posting
from billing.exemptions import require_certificates
from billing.issue_checks import require_clear, stops_of
from billing.locking import lock_what_is_billed
from billing.medical_facts import require_codes_listed
from billing.models import DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import draft_with_totals
from billing.paying import payment_facts
from billing.printed import printed_facts, printed_instalments
from billing.states import require_move
from billing.tax_ids import require_tax_ids
from billing.totals import WORKED_OUT, lines_with_taxes, tax_rows, total_invoice
from ledger.accounts import default_accounts
from ledger.bulk import insert_all, update_all
from ledger.posting import post_all
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import Asked, approved_for, require_approval, said_yes
from office.audit import record, record_all
from office.models import ApprovalRequest, Company, User
from office.numbers.series import lock_series, take_number
from office.rates.exchange import in_company_currency

FROZEN = [
    "status",
    "number",
    "sequence",
    "dated_on",
    "due_on",
    "early_percent",
    "early_until",
    "net",
    "tax",
    "total",
    "withheld",
    "deducted",
    "printed",
    "entry",
]
FROZEN += ["previous_hash", "hash", "issued_at", "issued_by"]
NONE_WORKED_OUT: Mapping[int, DocumentTotals] = {}
OVERRIDE = "override_checks"
"""The act of issuing what a check stops."""


def issue_invoice(
    invoice_id: int,
    *,
    by: User | None,
    on: date,
    version: int | None = None,
    judged: Collection[Document] | None = None,
    override: str = "",
    approved: ApprovalRequest | None = None,
) -> Invoice:
    """Give a draft its number and enter in the book what the customer now owes.

    `on` is the day of a draft that has none of its own, `version` the one that a person saw. Raises Refused for what is
    not a draft, has changed since it was seen, has no lines, comes to less than zero, is dated in the future or in a
    closed month, credits more than is left, lacks a tax number or a certificate that its taxes ask for, has a
    medical code that the company's lists do not hold on its day, or breaks a rule of the e-invoice that its customer
    wants; whoever holds locks has that `judged` before. What the company's own checks stop is refused too, unless
    `override` says why it is issued all the same. That raises ApprovalNeeded for whoever may not decide it alone, and
    so does a discount, days to pay, or the amount of a credit memo of its own above what one gives alone, until it is
    `approved`.
    """
    is_checked = judged is None
    judged = judge_drafts([invoice_id], on) if judged is None else judged
    with transaction.atomic():
        if version is not None:
            _require_version(invoice_id, version)
        [invoice] = invoices = _locked([invoice_id])
        override = override.strip()[:300]
        if is_checked:
            _check(invoice, override, by, approved)
            require_within_ceilings(invoices, by, on, override, approved)
        _require_approved(invoice, by, override, approved)
        return _issue_drafts(invoices, by, on, judged)[0]


def _check(draft: Invoice, override: str, by: User | None, approved: ApprovalRequest | None) -> None:
    """Ask the company's checks of a locked draft, or note why their stops are passed over, and with whose word."""
    if not override:
        return require_clear([draft])
    if stopped := stops_of([draft]):
        yes = approved_for(OVERRIDE, approved)
        amount = in_company_currency(draft.company, draft.total, draft.exchange_rate)
        require_approval(Asked(OVERRIDE, draft.company, draft, amount, issuing(draft, override), override), by, yes)
        checks = ", ".join(concern.check for concern in stopped)
        record(by, OVERRIDE, draft, after={"checks": checks, **said_yes(yes)}, reason=override)
    return None


def _require_approved(memo: Invoice, by: User | None, override: str, approved: ApprovalRequest | None) -> None:
    """Ask for a second person's word where a credit memo credits no invoice; one that does was asked for there."""
    if not memo.is_credit_memo or memo.credits_id:
        return
    amount = in_company_currency(memo.company, memo.total, memo.exchange_rate)
    reason = memo.reason or memo.note[:300] or "A credit memo of its own"
    yes = approved_for("credit_invoice", approved)
    require_approval(Asked("credit_invoice", memo.company, memo, amount, issuing(memo, override), reason), by, yes)
    if yes:
        record(by, "credit_invoice", memo, after=said_yes(yes), reason=reason)


def _require_version(invoice_id: int, version: int) -> None:
    """Lock the draft as it was seen; whoever saves it meanwhile waits, or came first and is noticed."""
    seen = Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id).first()
    if seen is not None and seen.is_draft and seen.version != version:
        raise Refused("Somebody changed this draft after you opened it. Look at it again.", code="stale")


def issue_invoices(
    invoice_ids: Sequence[int], *, by: User | None, on: date, judged: Collection[Document] | None = None
) -> list[Invoice]:
    """Issue drafts of one company in the order of their ids; all of them or none. Refused as `issue_invoice`."""
    judged = judge_drafts(invoice_ids, on) if judged is None else judged
    with transaction.atomic():
        invoices = _locked(invoice_ids)
        require_clear(invoices)
        require_within_ceilings(invoices, by, on)
        for invoice in invoices:
            _require_approved(invoice, by, "", None)
        return _issue_drafts(invoices, by, on, judged)


def _issue_drafts(invoices: list[Invoice], by: User | None, on: date, judged: Collection[Document]) -> list[Invoice]:
    require_codes_listed(invoices, on)
    return _issue(invoices, {invoice.pk: list(invoice.lines.all()) for invoice in invoices}, by, on, judged)


@transaction.atomic
def draft_and_issue(company: Company, batch: Sequence[InvoiceDetails], *, by: User | None, on: date) -> list[Invoice]:
    """Prepare and issue many at once, in their order; all of them or none. Nothing just written is read back.

    They are another system's history: whatever e-invoice their customers want, it was made there.
    """
    drafted = draft_with_totals(company, batch, by=by)
    invoices = [draft for draft, *_ in drafted]
    dated = {draft.pk: totals for draft, _, totals in drafted if draft.dated_on}
    prefetch_related_objects(invoices, "customer__addresses", "company__bank_accounts", "company__paper_texts")
    return _issue(invoices, {draft.pk: lines for draft, lines, _ in drafted}, by, on, totals=dated)


def _issue(
    invoices: list[Invoice],
    lines: dict[int, list[InvoiceLine]],
    by: User | None,
    on: date,
    judged: Collection[Document] | None = None,
    totals: Mapping[int, DocumentTotals] = NONE_WORKED_OUT,
) -> list[Invoice]:
    """Issue drafts that nobody else can reach: they are locked, or this transaction made them.

    Those that become e-invoices have been `judged`; with None none of them becomes one. Of those whose `totals` are
    given they were worked out in this transaction, for the day that the document has.
    """
    taxes, going_along = [], names_going_along(invoices)
    for invoice in invoices:
        _prepare(invoice, lines[invoice.pk], on)
        rows = _total(invoice, lines[invoice.pk], totals.get(invoice.pk))
        taxes += rows
        invoice.printed["instalments"] = printed_instalments(invoice)
        if invoice.pk in going_along:
            invoice.printed["attachments"] = going_along[invoice.pk]
        require_tax_ids(invoice, lines[invoice.pk])
        require_deposits_left(invoice, lines[invoice.pk])
        if judged is None:
            invoice.printed["einvoice"]["format"] = ""
        elif invoice.einvoice_format:
            require_judged(unnumbered(invoice, lines[invoice.pk], rows), judged)
        invoice.issued_at, invoice.issued_by = timezone.now(), by
    require_certificates(invoices, lines)
    insert_all(taxes)
    _number(invoices[0].company, invoices, lines)
    _enter(invoices, lines, by)
    update_all(invoices, FROZEN)
    record_all(by, "issue_invoice", invoices)
    return invoices


def _locked(invoice_ids: Sequence[int]) -> list[Invoice]:
    """The drafts, locked and then read; what they credit or deduct is locked before them, what they bill after them."""
    credited = Invoice.objects.filter(credit_memos__in=invoice_ids).values_list("pk", flat=True)
    _lock([*credited, *deposits_deducted_in(invoice_ids)])
    if _lock(invoice_ids) < len(set(invoice_ids)):
        raise Refused("Somebody has thrown this draft away.", code="gone")
    lock_what_is_billed(invoice_ids)
    invoices = list(Invoice.objects.filter(pk__in=invoice_ids).select_related("credits").order_by("pk"))
    if len({invoice.company_id for invoice in invoices}) > 1:
        raise Refused("Issue the documents of one company at a time.", code="several_companies")
    prefetch_related_objects(
        invoices,
        Prefetch("lines", lines_with_taxes()),
        "customer__company",
        "customer__addresses",
        "company__bank_accounts",
        "company__paper_texts",
        "terms__parts",
        "customer__terms__parts",
    )
    return invoices


def _lock(invoice_ids: Sequence[int]) -> int:
    """Lock documents in one order, and say how many there still are."""
    rows = Invoice.objects.select_for_update(no_key=True).filter(pk__in=invoice_ids).order_by("pk")
    return len(rows.values_list("pk", flat=True))


def _prepare(invoice: Invoice, lines: list[InvoiceLine], on: date) -> None:
    require_move(invoice.status, DocumentStatus.ISSUED)
    if not lines:
        raise Refused(
            "There is nothing on this document. Add a line first.",
            code="nothing_to_bill",
        )
    invoice.status = DocumentStatus.ISSUED
    set_days(invoice, on)
    if present(invoice.due_on) < present(invoice.dated_on):
        raise Refused("The due date is before the document's own date.", code="due_before_dated")
    invoice.printed = printed_facts(invoice, invoice.customer)


def _total(invoice: Invoice, lines: list[InvoiceLine], totals: DocumentTotals | None) -> list[InvoiceTax]:
    """The taxes of what it comes to, which is worked out anew unless it just was."""
    totals = totals or _worked_out_anew(invoice, lines)
    if totals.total < 0:
        raise Refused(
            "It comes to less than zero. Make a credit memo instead.",
            code="negative_total",
        )
    return tax_rows(invoice, lines, totals)


def _worked_out_anew(invoice: Invoice, lines: list[InvoiceLine]) -> DocumentTotals:
    """A rate or what is left to credit may have changed since it was drafted; keep what differs."""
    before = [[getattr(line, name) for name in WORKED_OUT] for line in lines]
    totals = total_invoice(invoice, lines)
    if before != [[getattr(line, name) for name in WORKED_OUT] for line in lines]:
        update_all(lines, WORKED_OUT)
    return totals


def _number(company: Company, invoices: list[Invoice], lines: dict[int, list[InvoiceLine]]) -> None:
    """Give each its number and its place in the chain; the series stay locked until the transaction ends."""
    for kind, year in sorted({(invoice.kind, present(invoice.dated_on).year) for invoice in invoices}):
        series = lock_series(company, kind, year)
        for invoice in invoices:
            if (invoice.kind, present(invoice.dated_on).year) == (kind, year):
                invoice.number = take_number(series)
                invoice.sequence = series.last
                invoice.printed |= payment_facts(invoice)
                invoice.previous_hash = series.last_hash
                invoice.hash = series.last_hash = document_hash(invoice, lines[invoice.pk])
        series.save()


def _enter(invoices: list[Invoice], lines: dict[int, list[InvoiceLine]], by: User | None) -> None:
    """Post each that moves money; one that comes to nothing has no entry."""
    owing = [invoice for invoice in invoices if invoice.total or invoice.deducted]
    accounts = default_accounts(invoices[0].company_id)
    postings = [document_posting(invoice, lines[invoice.pk], accounts, by) for invoice in owing]
    for invoice, entry in zip(owing, post_all(postings), strict=True):
        invoice.entry = entry
