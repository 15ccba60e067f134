"""What was taken over, as the book has it, beside what the other product says."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from billing.models import Opening, OpeningItem
from billing.opening.items import LOADED
from ledger.models import AccountRole, Line
from ledger.money import round_money
from office.models import Run, RunStatus

ZERO = Decimal(0)


@dataclass(frozen=True)
class Compared:
    """One currency: the other product's total, if it was said, and what the receivable account took over."""

    currency: str
    wanted: Decimal | None
    book: Decimal

    @property
    def difference(self) -> Decimal:
        """What the book has more than the other product."""
        return self.book - (self.wanted or ZERO)

    @property
    def is_tied(self) -> bool:
        """Whether both say the same; nothing was said of a currency in which nothing is open."""
        return not self.difference and (self.wanted is not None or not self.book)


def compared(opening: Opening) -> list[Compared]:
    """Each currency that the opening's totals or its lines in the receivable account name."""
    wanted = dict(opening.totals.values_list("currency", "amount"))
    taken = OpeningItem.objects.filter(opening=opening, reversal_entry=None).values("entry")
    lines = Line.objects.filter(entry__in=taken, account__role=AccountRole.RECEIVABLE).order_by()
    book = dict(lines.values_list("currency").annotate(Sum("amount")))
    return [
        Compared(
            each,
            round_money(wanted[each], each) if each in wanted else None,
            round_money(book.get(each, ZERO), each),
        )
        for each in sorted({*wanted, *book})
    ]


def loads_of(opening: Opening) -> QuerySet[Run]:
    """The opening's loads, dry runs among them, newest first."""
    return Run.objects.filter(company=opening.company_id, kind=LOADED, parameters__opening=opening.pk).order_by("-pk")


def unfinished_loads(opening: Opening) -> QuerySet[Run]:
    """Those that are under way."""
    return loads_of(opening).filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING], parameters__dry_run=False)
