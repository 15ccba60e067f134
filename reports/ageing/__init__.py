"""Ageing: what was owed on a day, by how late it was; as the book knows it now, or knew it at a moment.

Not due and due today is current; then a column for each bucket of days after the due date, and one for what is later
still. Unapplied payments and credit memos stand in a column of their own, below zero. The columns add up to the balance
of each customer, and the balances to the receivable account. What of that was in dispute on the day, in a payment plan
or promised is said beside, and counts in its column all the same. The due day is the one that was agreed on last by
that day: put off, or that of an instalment.
"""

from reports.ageing.items import AgedItem, Cell, aged_items, open_parts
from reports.ageing.question import PER, AgeingQuestion
from reports.ageing.reading import PAGE, Ageing, AgeingRow, ageing, ageing_rows, ageing_totals

__all__ = [
    "PAGE",
    "PER",
    "AgedItem",
    "Ageing",
    "AgeingQuestion",
    "AgeingRow",
    "Cell",
    "aged_items",
    "ageing",
    "ageing_rows",
    "ageing_totals",
    "open_parts",
]
