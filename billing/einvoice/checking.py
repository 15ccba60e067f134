"""The e-invoice of a draft, judged before the draft is issued and before anything is locked for it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from billing.days import set_days
from billing.einvoice.document import Document
from billing.einvoice.from_invoice import document_of
from billing.einvoice.markup import parse
from billing.einvoice.rules import Finding, RulesUnavailable, judge
from billing.einvoice.writing import write
from billing.models import Invoice, InvoiceLine, InvoiceTax
from billing.printed import printed_facts
from billing.tax_ids import require_tax_ids
from billing.totals import lines_with_taxes, tax_rows, total_invoice
from ledger.refusals import Refused

NO_NUMBER = "0"
"""Stands for the number that a draft has not yet; no rule asks how a number looks."""
MOST_SAID = 5


def judge_drafts(invoice_ids: Collection[int], on: date) -> set[Document]:
    """The documents that these drafts would be if they were issued on a day, each found right.

    Left out are those whose customers want no e-invoice, and empty ones, which are refused in any case. Raises Refused
    naming what breaks which rule.
    """
    return {judged(draft, list(lines_with_taxes().filter(invoice=draft)), on) for draft in _wanted(invoice_ids)}


def judge_each(invoice_ids: Collection[int], on: date) -> tuple[set[Document], dict[int, str]]:
    """As `judge_drafts`, but what is refused is told by the draft's id and stops no other."""
    right, wrong = set(), {}
    for draft in _wanted(invoice_ids):
        try:
            right.add(judged(draft, list(lines_with_taxes().filter(invoice=draft)), on))
        except Refused as refusal:
            wrong[draft.pk] = refusal.message
    return right, wrong


def _wanted(invoice_ids: Collection[int]) -> QuerySet[Invoice]:
    """The drafts that have something on them and whose customers want an e-invoice."""
    filled = Invoice.objects.filter(pk__in=invoice_ids, status="draft", lines__isnull=False).distinct()
    wanted = filled.exclude(customer__einvoice_format="")
    return wanted.select_related("company", "customer", "credits").order_by("pk")


def judged(draft: Invoice, lines: Sequence[InvoiceLine], on: date) -> Document:
    """A draft's document, which no rule stands against. Raises Refused where one does."""
    document = draft_document(draft, lines, on)
    require_right(document, draft.einvoice_format)
    return document


def draft_document(draft: Invoice, lines: Sequence[InvoiceLine], on: date) -> Document:
    """What a draft would say if it were issued on a day; written on the draft too, unsaved.

    Raises Refused where the day or a tax number cannot be so.
    """
    set_days(draft, on)
    totals = total_invoice(draft, lines)
    draft.printed = printed_facts(draft, draft.customer)
    require_tax_ids(draft, lines)
    return unnumbered(draft, lines, tax_rows(draft, lines, totals))


def unnumbered(invoice: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax]) -> Document:
    """The document as it is judged: its number is not known yet."""
    return replace(document_of(invoice, lines, taxes), number=NO_NUMBER, payment_reference=NO_NUMBER)


def require_right(document: Document, form: str) -> None:
    """Raise Refused with id, words and field of what breaks a rule in this kind of e-invoice."""
    try:
        broken = [each for each in judge(parse(write(document, form)), is_ours=True) if each.is_fatal]
    except RulesUnavailable as error:
        raise Refused(str(error), code="einvoice_rules_unavailable") from error
    if broken:
        raise Refused(f"The e-invoice would break a rule. {words_of(broken)}", code="einvoice_rule_broken")


def require_judged(document: Document, judged: Iterable[Document]) -> None:
    """Refuse what is not among the documents that were judged: it changed between the judgement and the lock."""
    if document not in judged:
        raise Refused("This draft changed while its e-invoice was checked. Look at it again.", code="stale")


def words_of(broken: Sequence[Finding]) -> str:
    """The broken rules; without those that break only because of decimals, or that the schema says less well."""
    decimals = [each for each in broken if each.rule.startswith("BR-DEC")]
    rules = decimals or [each for each in broken if each.rule != "XSD"] or list(broken)
    said = list(dict.fromkeys(str(each) for each in rules))
    more = f" And {len(said) - MOST_SAID} more." if len(said) > MOST_SAID else ""
    return " ".join(said[:MOST_SAID]) + more
