"""Keeping orders or shipments, many at a time: a form counts once, each gets a free number, and then its lines."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from billing.models import Order, OrderLine, Shipment, ShipmentLine
from ledger.bulk import insert_all
from ledger.refusals import Refused

Paper = TypeVar("Paper", Order, Shipment)
Line = TypeVar("Line", OrderLine, ShipmentLine)


class Filled(NamedTuple, Generic[Paper, Line]):
    """An order or a shipment as it is to be kept, with its lines."""

    paper: Paper
    lines: list[Line]


def once_for_form(known: QuerySet[Paper], form_key: UUID | None, keep: Callable[[], list[Paper | Refused]]) -> Paper:
    """What was kept of a form before or, where nothing was, what is kept now. Raises Refused where that cannot be."""
    of_form = known.filter(form_key=form_key) if form_key else known.none()
    if before := of_form.first():
        return before
    try:
        [kept] = keep()
        if isinstance(kept, Refused):
            raise kept
        return kept
    except Refused:
        if before := of_form.first():  # somebody was quicker, with the same form
            return before
        raise


def numbered(
    filled: Sequence[Filled[Paper, Line] | Refused], take: Callable[[Paper], None], free_number: Callable[[Paper], str]
) -> list[Filled[Paper, Line] | Refused]:
    """Those that may `take` their numbers under them; a number that nobody typed is the next free one."""
    found: list[Filled[Paper, Line] | Refused] = []
    for each in filled:
        try:
            if isinstance(each, Filled):
                take(each.paper)
                each.paper.number = each.paper.number or free_number(each.paper)
            found.append(each)
        except Refused as refusal:
            found.append(refusal)
    return found


def insert_with_lines(filled: Sequence[Filled[Paper, Line]], owner: str, what: str) -> None:
    """Write papers, then their lines, whose `owner` each is. Raises Refused where somebody took a number meanwhile."""
    try:
        with transaction.atomic():
            insert_all(paper for paper, _ in filled)
    except IntegrityError as error:  # somebody was quicker, with the same form or number
        raise Refused(f"{what} of that number was recorded just now. Look for it.", code="number_taken") from error
    for paper, lines in filled:
        for line in lines:
            setattr(line, owner, paper)  # which has its id only now
    insert_all(line for _, lines in filled for line in lines)
