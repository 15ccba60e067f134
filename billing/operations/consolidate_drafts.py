"""Joining many drafts into one invoice per customer and month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel.dates import format_date
from django.db import transaction

from billing.medical_facts import has_medical_codes
from billing.models import DocumentKind, Invoice, InvoiceLine, Occurrence
from billing.operations.details import InvoiceDetails, LineDetails, line_as_typed
from billing.operations.draft_invoice import draft_invoice
from billing.states import require_draft
from ledger.calendar import day_of
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

LONGEST_SECTION = InvoiceLine._meta.get_field("section").max_length
TERMS = {
    "currency": "They are in different currencies.",
    "exchange_rate": "They have different exchange rates.",
    "net_days": "They have different days to pay.",
    "terms_id": "They have different payment terms.",
    "prices_include_tax": "Some of them have prices with tax, some without.",
}


@dataclass(frozen=True)
class Bundle:
    """A customer's drafts of one month, oldest first, and why they cannot be joined, if they cannot."""

    month: date
    drafts: Sequence[Invoice]

    @property
    def customer_name(self) -> str:
        return self.drafts[0].customer.name

    @property
    def problem(self) -> str:
        """The reason in words; nothing where they can be joined."""
        if len(self.drafts) < 2:
            return "There is only one draft."
        if other := next((draft for draft in self.drafts if draft.kind != DocumentKind.INVOICE), None):
            return f"A {other.get_kind_display().lower()} is not joined with others."
        if any(draft.is_deposit for draft in self.drafts):
            return "A deposit is not joined with others."
        if any(draft.replaces_id for draft in self.drafts):
            return "One is drafted in the place of an invoice that was credited."
        if any(draft.attachments.exists() for draft in self.drafts):
            return "One has files, which would go with it."
        if any(draft.discount_amount or draft.discount_percent for draft in self.drafts):
            return "One has a discount on the whole, which would spread over the others' lines. Put it on its lines."
        if any(draft.due_on for draft in self.drafts):
            return "One has a due day of its own."
        if any(draft.company.bills_healthcare and has_medical_codes(draft) for draft in self.drafts):
            return "One has medical codes, which belong to one visit."
        return next((why for name, why in TERMS.items() if len({getattr(d, name) for d in self.drafts}) > 1), "")


def bundles(drafts: Iterable[Invoice]) -> list[Bundle]:
    """The drafts by customer and by month of their day, which is that of their making where they have none."""
    found: dict[tuple[str, int, date], list[Invoice]] = {}
    for draft in sorted(drafts, key=lambda draft: (draft_day(draft), draft.pk)):
        month = draft_day(draft).replace(day=1)
        found.setdefault((draft.customer.sort_name, draft.customer_id, month), []).append(draft)
    return [Bundle(month, of_one) for (_, _, month), of_one in sorted(found.items(), key=lambda item: item[0])]


def draft_day(draft: Invoice) -> date:
    """The day a draft counts for."""
    return draft.dated_on or day_of(draft.created_at, draft.company.time_zone)


@transaction.atomic
def consolidate_drafts(company: Company, draft_ids: Sequence[int], *, by: User | None) -> list[Invoice]:
    """Join drafts into one for each customer and month; the joined drafts go, and what made them points to the new one.

    All of it or nothing. Raises Refused for drafts that are gone or issued, and for each customer and month whose
    drafts cannot be joined, with the reason.
    """
    drafts = _locked(company, draft_ids)
    groups = bundles(drafts)
    problems = [f"{group.customer_name}, {group.month:%B %Y}: {group.problem}" for group in groups if group.problem]
    if problems or not groups:
        raise Refused(" ".join(problems) or "Choose the drafts to join.", code="cannot_be_joined")
    return [_join(company, group.drafts, by) for group in groups]


def _locked(company: Company, draft_ids: Sequence[int]) -> list[Invoice]:
    rows = Invoice.objects.select_for_update(no_key=True, of=("self",)).filter(company=company, pk__in=draft_ids)
    drafts = list(rows.select_related("company", "customer").order_by("pk"))
    if len(drafts) < len(set(draft_ids)):
        raise Refused("Somebody has thrown one of these drafts away. Look at the list again.", code="gone")
    for draft in drafts:
        require_draft(draft)
    return drafts


def _join(company: Company, drafts: Sequence[Invoice], by: User | None) -> Invoice:
    joined = draft_invoice(company, _details(drafts), by=by)
    names = ", ".join(str(draft) for draft in drafts)
    record(by, "consolidate_drafts", joined, after={"joined": names})
    for draft in drafts:
        Occurrence.objects.filter(invoice=draft).update(invoice=joined)
        before = {"customer": draft.customer, "total": draft.total}
        record(by, "delete_draft", draft, before=before, reason=f"Joined into {joined}")
        draft.delete()
    return joined


def _details(drafts: Sequence[Invoice]) -> InvoiceDetails:
    first = drafts[0]
    orders = _distinct(draft.po_number for draft in drafts)
    days = [draft.dated_on for draft in drafts if draft.dated_on]
    periods = [(draft.period_from, draft.period_to) for draft in drafts if draft.period_from and draft.period_to]
    has_period = len(periods) == len(drafts)
    return InvoiceDetails(
        customer_id=first.customer_id,
        lines=[line for draft in drafts for line in _lines(draft)],
        dated_on=max(days) if days else None,
        period_from=min(first for first, _ in periods) if has_period else None,
        period_to=max(last for _, last in periods) if has_period else None,
        net_days=first.net_days,
        terms_id=first.terms_id,
        currency=first.currency,
        exchange_rate=first.exchange_rate,
        po_number=orders[0] if len(orders) == 1 else "",
        prices_include_tax=first.prices_include_tax,
        note="\n".join(_distinct(draft.note for draft in drafts)),
        internal_note="\n".join(_distinct(draft.internal_note for draft in drafts)),
    )


def _lines(draft: Invoice) -> list[LineDetails]:
    """A draft's lines, in a section whose heading says which draft, order or day they come from."""
    lines = [line_as_typed(line) for line in draft.lines.select_related("billed")]
    return [_under(_heading(draft), line) for line in lines[:1]] + lines[1:]


def _heading(draft: Invoice) -> str:
    order = f"Order {draft.po_number}" if draft.po_number else ""
    day = format_date(draft_day(draft), "medium", "en_GB")
    return ", ".join(part for part in (draft.source_reference, order, day) if part)


def _under(heading: str, line: LineDetails) -> LineDetails:
    section = ": ".join(part for part in (heading, line.section) if part)
    return replace(line, section=section[:LONGEST_SECTION])


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))
