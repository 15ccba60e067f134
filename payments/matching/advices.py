"""Which remittance advices speak of bank lines, and what they say of a customer's open items."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from office.models import Company
from payments.advised import Explained, dispute_codes, explained_all, rest_unless_earned
from payments.explaining import DAYS_APART
from payments.matching.facts import ZERO, Advice, Deduction
from payments.models import Remittance

ADVISED = """
    SELECT line.id, remittance.id,
           COALESCE(remittance.bank_line_id = line.id, FALSE)
           OR (remittance.payer_reference <> '' AND (
               upper(remittance.payer_reference) = upper(line.end_to_end_id)
               OR regexp_replace(upper(remittance.payer_reference), '[^A-Z0-9]', '', 'g') = ANY (line.words)))
    FROM payments_bankline line
    JOIN payments_remittance remittance
      ON remittance.company_id = %(company)s AND remittance.withdrawn_because = ''
     AND remittance.currency = line.currency AND remittance.total = line.amount
     AND (remittance.bank_line_id = line.id OR (remittance.bank_line_id IS NULL
          AND abs(COALESCE(remittance.paid_on, remittance.taken_at::date) - line.booked_on) <= %(days)s))
    WHERE line.id = ANY (%(lines)s) AND NOT EXISTS (
        SELECT FROM payments_remittanceuse made JOIN payments_receipt receipt ON receipt.id = made.receipt_id
        WHERE made.remittance_id = remittance.id AND NOT receipt.was_mistaken)
"""
"""Each line with the open advices of just its amount and about its day, and whether the payer's number says so."""
MOST_WORDS = 60


def advices_of(company_id: int, rows: Sequence[tuple[int, int, bool]]) -> dict[int, list[Advice]]:
    """By line, the advices of what ADVISED found, with a fixed number of queries. One of several customers is none."""
    if not rows:
        return {}
    remittances = Remittance.objects.filter(pk__in={row[1] for row in rows}).defer("content").prefetch_related("lines")
    said = explained_all(remittances)
    codes = dispute_codes(Company.objects.get(pk=company_id))
    found: dict[int, list[Advice]] = defaultdict(list)
    for line_id, remittance_id, is_named in rows:
        advice = _advice(*said[remittance_id], codes, is_named=is_named)
        if advice:
            found[line_id].append(advice)
    return found


def parameters(company_id: int, line_ids: Sequence[int]) -> dict[str, Any]:
    """What ADVISED takes."""
    return {"company": company_id, "lines": list(line_ids), "days": DAYS_APART.days}


def _advice(
    remittance: Remittance, said: Sequence[Explained], codes: Mapping[str, int], *, is_named: bool
) -> Advice | None:
    known = remittance.customer_id
    customers = {known} if known else {each.item.customer_id for each in said if each.item}
    if len(customers) != 1:
        return None
    problem = next((f"{each.line.reference}: {each.problem}" for each in said if each.problem), "")
    return Advice(
        remittance.pk,
        f"advice {remittance.payer_reference or remittance.name} of {_in_words(remittance)}"[:MOST_WORDS],
        customers.pop(),
        {each.item.pk: each.line.paid for each in said if each.item and each.line.paid > 0},
        {each.item.pk: _deduction(each, codes) for each in said if each.item and each.line.discount},
        takes_credit=any(each.line.paid < 0 for each in said),
        problem=problem,
        is_named=is_named,
    )


def _deduction(each: Explained, codes: Mapping[str, int]) -> Deduction:
    rest, code_id = rest_unless_earned(each, codes)
    amount = each.line.discount if each.stays_open == each.line.discount else ZERO
    return Deduction(amount, each.line.get_reason_display(), rest, code_id)


def _in_words(remittance: Remittance) -> str:
    day: date = remittance.paid_on or remittance.taken_at.date()
    return f"{day:%-d %B}"
