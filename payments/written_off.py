"""How much of documents is written off, held against what one may write off of one alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from django.db.models import Sum

from ledger.models import Allocation, ItemKind, OpenItem
from office.approvals import PLACES, Asked, approved_for, has_rule, require_approval
from office.models import ApprovalRequest, User

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
    items = OpenItem.objects.filter(entry__in=entries, amount__gt=0).order_by().values_list("entry", "reference")
    came_to = {(entry, reference): total for entry, reference, total in items.annotate(total=Sum("amount"))}
    before = _before(entries)
    percents = [(amount + before.get(document, ZERO)) * 100 / came_to[document] for document, amount in now.items()]
    return max(percents, default=ZERO).quantize(Decimal(1).scaleb(-PLACES), ROUND_UP)


def _before(entries: set[int]) -> dict[Document, Decimal]:
    """What write-offs that stand took off documents."""
    rows = Allocation.objects.filter(debit__entry__in=entries, credit__kind=ItemKind.WRITE_OFF).order_by()
    sums = rows.values_list("debit__entry", "debit__reference").annotate(total=Sum("amount"))
    return {(entry, reference): total for entry, reference, total in sums}
