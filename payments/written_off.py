"""How much of documents is written off, held against what one may write off of one alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from django.db.models import Sum

from ledger.models import Allocation, ItemKind, OpenItem
from office.approvals.asking import PLACES, Asked, approved_for, has_rule, require_approval
from office.models import ApprovalRequest, User
from payments.models import WriteOff

WRITE_OFF_SHARE = "write_off_share"
Shares = Sequence[tuple[OpenItem, Decimal]]
ZERO = Decimal(0)
Document = tuple[int, str]
"""The entry and the reference that its open items share."""


def require_share(asked: Asked, shares: Shares, by: User | None, approved: ApprovalRequest | None) -> None:
    """Raise ApprovalNeeded where more of a document would be written off than this person may alone.

    `asked` is the write-off as its amount was asked for.
    """
    if by is None or not has_rule(WRITE_OFF_SHARE, asked.company):
        return
    share = replace(asked, action=WRITE_OFF_SHARE, amount=largest_share(shares))
    require_approval(share, by, approved_for(WRITE_OFF_SHARE, approved))


def largest_share(shares: Shares) -> Decimal:
    """The most that is written off of one document, with what was before, in percent of what it came to."""
    now: dict[Document, Decimal] = defaultdict(Decimal)
    for item, amount in shares:
        now[item.entry_id, item.reference] += amount
    entries = {entry_id for entry_id, _ in now}
    came_to, before = _came_to(entries), _before(entries)
    found = [_percent(amount + before.get(document, ZERO), came_to[document]) for document, amount in now.items()]
    return max(found, default=ZERO)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """A share, rounded up in the places that an approval keeps."""
    return (part * 100 / whole).quantize(Decimal(1).scaleb(-PLACES), ROUND_UP)


def _came_to(entries: set[int]) -> dict[Document, Decimal]:
    """What documents came to, in all their instalments."""
    items = OpenItem.objects.filter(entry__in=entries, amount__gt=0).order_by().values_list("entry", "reference")
    return {(entry, reference): total for entry, reference, total in items.annotate(total=Sum("amount"))}


def _before(entries: set[int]) -> dict[Document, Decimal]:
    """What write-offs that stand took off documents."""
    rows = Allocation.objects.filter(debit__entry__in=entries, credit__kind=ItemKind.WRITE_OFF).order_by()
    sums = rows.values_list("debit__entry", "debit__reference").annotate(total=Sum("amount"))
    return {(entry, reference): total for entry, reference, total in sums}


def shares_of(write_offs: Sequence[WriteOff]) -> dict[int, Decimal]:
    """By write-off, the most that it made written off of one document, in percent of what that came to."""
    credits = OpenItem.objects.filter(entry__in=[row.entry_id for row in write_offs], kind=ItemKind.WRITE_OFF)
    by_credit = dict(credits.values_list("pk", "entry"))
    entries = set(Allocation.objects.filter(credit__in=by_credit).order_by().values_list("debit__entry", flat=True))
    came_to = _came_to(entries)
    rows = Allocation.objects.filter(debit__entry__in=entries, credit__kind=ItemKind.WRITE_OFF).order_by("pk")
    names = ("debit__entry", "debit__reference", "credit", "amount")
    so_far: dict[Document, Decimal] = defaultdict(Decimal)
    by_entry: dict[int, Decimal] = {}
    for entry_id, reference, credit_id, amount in rows.values_list(*names):
        so_far[entry_id, reference] += amount
        if credit_id in by_credit and amount > 0:
            share = _percent(so_far[entry_id, reference], came_to[entry_id, reference])
            by_entry[by_credit[credit_id]] = max(share, by_entry.get(by_credit[credit_id], ZERO))
    return {row.pk: by_entry[row.entry_id] for row in write_offs if row.entry_id in by_entry}
