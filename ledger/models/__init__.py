"""The tables of the book. Entries, lines and allocations are written once; the database refuses anything else."""

from ledger.models.accounts import Account, AccountRole
from ledger.models.entries import Entry, Line
from ledger.models.items import Allocation, ItemKind, OpenItem
from ledger.models.periods import Period
from ledger.models.sums import DaySum, SummedUntil

__all__ = [
    "Account",
    "AccountRole",
    "Allocation",
    "DaySum",
    "Entry",
    "ItemKind",
    "Line",
    "OpenItem",
    "Period",
    "SummedUntil",
]
