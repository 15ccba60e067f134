"""What of a document nobody gives alone beyond the company's ceilings: discounts, and days to pay."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import NamedTuple

from billing.models import Invoice, InvoiceLine, LineKind
from customers.days_to_pay import GIVE_DAYS, last_due_day
from office.approvals.asking import (
    PLACES,
    Asked,
    approved_for,
    require_approval,
    require_second_person,
    said_yes,
)
from office.audit import record
from office.models import ApprovalRequest, ApprovalRule, User

LINE_DISCOUNT = "give_line_discount"
DISCOUNT = "give_discount"
CEILINGS = (LINE_DISCOUNT, DISCOUNT, GIVE_DAYS)
ZERO = Decimal(0)


class Given(NamedTuple):
    """What a document gives: the act, how much in the act's unit, and in words. Some nobody gives alone at all."""

    action: str
    amount: Decimal
    words: str
    is_always: bool = False


def given_in(document: Invoice, on: date) -> Iterator[Given]:
    """What a document gives if it is issued on a day; one that gives money back gives none of these.

    It comes with its lines, terms and customer, and these with the parts of their terms.
    """
    if document.is_credit_memo:
        return
    lines = list(document.lines.all())
    highest = max(lines, key=lambda line: line.discount_percent, default=None)
    if highest and highest.discount_percent:
        percent = _kept(highest.discount_percent)
        yield Given(LINE_DISCOUNT, percent, f"Line {highest.position} has {_plain(percent)} % off.")
    if percent := _discount(document, lines):
        yield Given(DISCOUNT, percent, f"The document has {_plain(percent)} % off.")
    yield from _days(document, on)


def _discount(document: Invoice, lines: Sequence[InvoiceLine]) -> Decimal:
    """What is taken off the whole, in percent of the items; off items that come to nothing it is all."""
    if document.discount_percent or not document.discount_amount:
        return _kept(document.discount_percent)
    items = sum((line.net for line in lines if line.kind == LineKind.ITEM), ZERO)
    return _kept(document.discount_amount * 100 / items) if items > 0 else Decimal(100)


def _days(document: Invoice, on: date) -> Iterator[Given]:
    """The days to pay, where they are more than the customer has anyway, or the terms are others and not free."""
    day, customer, chosen = document.dated_on or on, document.customer, document.terms
    due = document.due_on or last_due_day(day, document.net_days, chosen)
    theirs = last_due_day(day, customer.net_days, customer.terms)
    is_always = bool(chosen and chosen.needs_second_person and chosen != customer.terms)
    if due > theirs or is_always:
        days = Decimal((due - day).days)
        by_terms = f" by the terms “{chosen}”" if chosen else ""
        words = f"It is to be paid within {days} days{by_terms}; {customer.name} has {(theirs - day).days}."
        yield Given(GIVE_DAYS, days, words, is_always)


def require_within_ceilings(
    drafts: Iterable[Invoice], by: User | None, on: date, override: str = "", approved: ApprovalRequest | None = None
) -> None:
    """Raise ApprovalNeeded where a draft gives more than this person may alone, until that is `approved`."""
    drafts = list(drafts)
    if by is None or not drafts:
        return
    ruled = ApprovalRule.objects.filter(company=drafts[0].company, action__in=CEILINGS).values_list("action", flat=True)
    actions = set(ruled)
    for draft in drafts:
        for given in given_in(draft, on):
            if given.is_always or given.action in actions:
                _require_given(draft, given, by, issuing(draft, override), approved)


def _require_given(
    draft: Invoice, given: Given, by: User, arguments: dict[str, int | str], approved: ApprovalRequest | None
) -> None:
    asked = Asked(given.action, draft.company, draft, given.amount, arguments, given.words)
    yes = approved_for(given.action, approved)
    require = require_second_person if given.is_always else require_approval
    require(asked, by, yes)
    if yes:
        record(by, given.action, draft, after=said_yes(yes), reason=given.words)


def issuing(draft: Invoice, override: str) -> dict[str, int | str]:
    """How a draft is issued, as an approval keeps it: as it was seen, perhaps against what stops it."""
    return {"version": draft.version} | ({"override": override} if override else {})


def _kept(percent: Decimal) -> Decimal:
    """A percentage in the places that an approval keeps, rounded up: what is beyond a ceiling stays beyond it."""
    return percent.quantize(Decimal(1).scaleb(-PLACES), ROUND_UP)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
