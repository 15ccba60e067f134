from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.dispute_mail import queue_dispute_mails
from billing.dispute_text import OPENED
from billing.disputes import undisputed
from billing.models import (
    Dispute,
    DisputedAmount,
    DisputedLine,
    DisputeSource,
    DocumentStatus,
    Invoice,
    InvoiceLine,
    ReasonCode,
    ReasonPurpose,
)
from billing.operations.assign_dispute import require_colleague
from billing.operations.draft_credit import left_of
from billing.reason_codes import chosen_reason
from billing.totals import lines_with_taxes
from customers.models import Contact, Customer
from ledger.allocating import lock_items
from ledger.guards import guards_spoken
from ledger.models import Entry, OpenItem
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import Department, User
from office.numbers.series import next_number

ANSWER_WITHIN = timedelta(days=14)
MOMENT = timedelta(minutes=2)
MOST_WORDS = 4000
MOST_BY_CUSTOMER = 20
"""Disputes that a customer may open over one document; who has more to say is best called."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class DisputeDetails:
    """What is objected to, and why: an amount with its tax, lines by id, or, where neither is said, all that is open.

    A line without an amount is disputed with all that is left of it. `item_id` keeps to one open item of the document.
    """

    reason_code_id: int | None
    words: str = ""
    amount: Decimal | None = None
    lines: Mapping[int, Decimal | None] = field(default_factory=dict)
    item_id: int | None = None
    said_by: str = ""
    department: str = ""
    owner_id: int | None = None
    respond_by: date | None = None


@transaction.atomic
def open_dispute(
    entry_id: int,
    details: DisputeDetails,
    *,
    on: date,
    by: User | None,
    source: DisputeSource = DisputeSource.STAFF,
    contact: Contact | None = None,
) -> Dispute:
    """Open a case over what a document asks for; from then on it holds the disputed part, the earliest due first.

    Raises Refused without a reason of the company's, for what is not open or disputed already, for more than that, for
    lines that are not the document's, and for a day for our answer that is past.
    """
    entry = Entry.objects.get(pk=entry_id)
    items = _locked_items(entry, details.item_id)
    customer = Customer.objects.select_related("company").get(pk=items[0].customer_id)
    code = chosen_reason(customer.company, details.reason_code_id, ReasonPurpose.DISPUTE)
    if code is None:
        raise Refused("Say why it is disputed.", code="reason_missing")
    invoice = Invoice.objects.filter(entry=entry).first()
    free = undisputed(items)
    lines = _lines(invoice, details, sum(free.values(), ZERO))
    amount = _amount(details, lines, free, entry.currency)
    dispute = _case(customer, entry, invoice, code, details, amount, on, by)
    dispute.source, dispute.contact = source, contact
    _require_not_just_said(dispute)
    dispute.number = next_number(customer.company, "dispute", on.year)
    dispute.save()
    DisputedLine.objects.bulk_create(
        DisputedLine(dispute=dispute, line_id=line_id, amount=part) for line_id, part in lines.items()
    )
    hold(dispute, items, amount, on)
    record(by, "open_dispute", dispute, after=_noted(dispute), reason=code.words)
    if source == DisputeSource.CUSTOMER:
        _require_not_too_many(dispute)
        queue_dispute_mails(dispute, OPENED)
    return dispute


def _require_not_just_said(dispute: Dispute) -> None:
    """Refuse what the same reader sent a moment ago: a button was pressed twice."""
    told = {name: getattr(dispute, name) for name in ("entry", "contact", "reason_code", "amount", "words")}
    just_now = Dispute.objects.filter(**told, opened_at__gt=timezone.now() - MOMENT)
    if dispute.contact and just_now.exists():
        raise Refused("This was said just now.", code="said_already")


def _require_not_too_many(dispute: Dispute) -> None:
    standing = Dispute.objects.filter(entry=dispute.entry_id, source=DisputeSource.CUSTOMER)
    if standing.count() > MOST_BY_CUSTOMER:
        raise Refused("That is more than this page takes. Please answer the mail, or call us.", code="too_many")


def hold(dispute: Dispute, items: Sequence[OpenItem], amount: Decimal, on: date) -> None:
    """Hold so much of locked items, of the earliest due first, that no other dispute holds."""
    free, rows = undisputed(items), []
    for item in items:
        if part := min(free[item.pk], amount):
            rows.append(DisputedAmount(dispute=dispute, item=item, amount=part, held_on=on))
            amount -= part
    with guards_spoken():
        DisputedAmount.objects.bulk_create(rows)


def items_to_dispute(entry: Entry) -> list[OpenItem]:
    """The items of a document that are owed, the earliest due first."""
    return list(OpenItem.objects.filter(entry=entry, amount__gt=0).order_by("due_on", "pk"))


def _locked_items(entry: Entry, item_id: int | None) -> list[OpenItem]:
    items = [item for item in items_to_dispute(entry) if item_id in (None, item.pk)]
    if not items:
        raise Refused("Nothing is owed by that document, so there is nothing to dispute.", code="nothing_open")
    locked = lock_items(item.pk for item in items)
    return [locked[item.pk] for item in items]


def _lines(invoice: Invoice | None, details: DisputeDetails, free: Decimal) -> dict[int, Decimal]:
    """By line, how much of it is disputed; a line without an amount takes what is left of it and is open."""
    if not details.lines:
        return {}
    if invoice is None or invoice.status != DocumentStatus.ISSUED:
        raise Refused("Only lines of an issued document can be disputed.", code="unknown_line")
    billed = list(lines_with_taxes().filter(invoice=invoice))
    left = {line_id: each.left.total for line_id, each in left_of(billed).items()}
    if unknown := set(details.lines) - set(left):
        raise Refused(f"Line {min(unknown)} is not on this document.", code="unknown_line")
    found: dict[int, Decimal] = {}
    for line in billed:
        if line.pk in details.lines:
            wanted = details.lines[line.pk]
            found[line.pk] = min(left[line.pk], free) if wanted is None else _of_line(line, wanted, left, invoice)
            free -= found[line.pk]
    if not all(part > 0 for part in found.values()):
        raise Refused("Of one of those lines nothing is left that could be disputed.", code="nothing_open")
    return found


def _of_line(line: InvoiceLine, wanted: Decimal, left: Mapping[int, Decimal], invoice: Invoice) -> Decimal:
    if wanted > left[line.pk]:
        words = format_money(left[line.pk], invoice.currency)
        raise Refused(f"Line {line.position} comes to {words}. Dispute that or less.", code="more_than_open")
    return wanted


def _amount(
    details: DisputeDetails, lines: Mapping[int, Decimal], free: Mapping[int, Decimal], currency: str
) -> Decimal:
    most = sum(free.values(), ZERO)
    if not most:
        raise Refused("Nothing of it is open that is not disputed already.", code="nothing_open")
    amount = sum(lines.values(), ZERO) if lines else most if details.amount is None else details.amount
    if amount > most:
        words = format_money(most, currency)
        raise Refused(f"{words} is open and not disputed yet. Dispute that or less.", code="more_than_open")
    if amount <= 0 or round_money(amount, currency) != amount:
        raise Refused("Say how much is disputed, above zero and in its currency's places.", code="bad_amounts")
    return amount


def _case(
    customer: Customer,
    entry: Entry,
    invoice: Invoice | None,
    code: ReasonCode,
    details: DisputeDetails,
    amount: Decimal,
    on: date,
    by: User | None,
) -> Dispute:
    respond_by = details.respond_by or on + ANSWER_WITHIN
    if respond_by < on:
        raise Refused("The day for our answer is past already.", code="deadline_too_early")
    if len(details.words) > MOST_WORDS:
        raise Refused(f"Say it in {MOST_WORDS} signs or fewer.", code="too_long")
    require_colleague(details.owner_id, customer.company_id)
    if details.department and details.department not in Department:
        raise Refused("There is no such department.", code="unknown_department")
    return Dispute(
        company=customer.company,
        customer=customer,
        entry=entry,
        invoice=invoice,
        reason_code=code,
        words=without_card_numbers(details.words.replace("\0", "").replace("\r\n", "\n").strip()),
        said_by=details.said_by.replace("\0", "").strip()[:100],
        currency=entry.currency,
        amount=amount,
        owner_id=details.owner_id or (by.pk if by else None) or customer.sales_owner_id,
        department=details.department,
        respond_by=respond_by,
        opened_on=on,
        opened_by=by,
    )


def _noted(dispute: Dispute) -> dict[str, object]:
    return {
        "about": dispute.entry.reference,
        "amount": format_money(dispute.amount, dispute.currency),
        "answer_by": dispute.respond_by,
        "words": dispute.words[:300],
    }
