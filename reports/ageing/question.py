"""What the ageing is asked, and the columns that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from ledger.calendar import Bucket
from ledger.money import places

USUAL = (30, 60, 90)
"""The last day of each bucket, where nobody asks for others."""
MOST_BUCKETS, LATEST_DAY = 8, 3650
UNAPPLIED, TOTAL = "unapplied", "total"
DISPUTED, PLANNED, PROMISED = "disputed", "planned", "promised"
BESIDE = {DISPUTED: "Of it disputed", PLANNED: "Of it in a plan", PROMISED: "Of it promised"}
"""What is said of the total, beside it."""
PER = {
    "customer": "Customer",
    "parent": "Parent company",
    "group": "Customer group",
    "owner": "Sales owner",
    "collector": "Collector",
    "company": "Company",
    "currency": "Currency",
}


def buckets_of(edges: Sequence[int]) -> list[Bucket]:
    """What is not due, what is late by up to each of the days, and what is later."""
    firsts = [1, *(edge + 1 for edge in edges)]
    late = [
        Bucket(f"days_{first}_{last}", str(first) if first == last else f"{first}-{last}", first, last)
        for first, last in zip(firsts, edges, strict=False)
    ]
    return [
        Bucket("current", "Not due", None, 0),
        *late,
        Bucket(f"over_{edges[-1]}", f"Over {edges[-1]}", edges[-1] + 1, None),
    ]


@dataclass(frozen=True)
class AgeingQuestion:
    """What is asked: whose book, which day, as known when, aged by which date, and for whose customers.

    `per` says what a row is; `edges` are the last days of the buckets. With `own`, the company's currency, amounts are
    what items carry in it; else they stand in the documents' currencies.
    """

    company_id: int
    on: date
    known_at: datetime | None = None
    by: Literal["due_on", "dated_on"] = "due_on"
    owner_ids: list[int] | None = None
    search: str = ""
    per: str = "customer"
    edges: tuple[int, ...] = USUAL
    own: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the answer covers the whole book, so that it must equal the receivable account."""
        return self.owner_ids is None and not self.search

    @cached_property
    def buckets(self) -> list[Bucket]:
        """The buckets by their days."""
        return buckets_of(self.edges)

    @cached_property
    def columns(self) -> dict[str, str]:
        """What adds up to the total: the buckets and what is unapplied, each with its name."""
        return {bucket.key: bucket.name for bucket in self.buckets} | {UNAPPLIED: "Unapplied"}

    @property
    def parameters(self) -> dict[str, Any]:
        """What every statement is given."""
        return {
            "company_id": self.company_id,
            "on": self.on,
            "known_at": self.known_at,
            "owner_ids": self.owner_ids,
            "search": f"%{self.search}%",
            "own": self.own,
            "places": places(self.own) if self.own else 0,
        }
