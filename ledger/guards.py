"""The database's guards, put into words: what two people at once, or a slow screen, may run into."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from ledger.refusals import Refused

WORDS = {
    "period_is_open": (
        "That month is closed. Choose a later date, or have the month reopened.",
        "period_closed",
    ),
    "item_balance_between_zero_and_amount": (
        "That is more than is still open. Look again: somebody may have applied part of it meanwhile.",
        "more_than_open",
    ),
    "allocation_joins_what_belongs_together": (
        "A payment or credit can only be applied within one customer and currency, and not before both exist.",
        "does_not_belong_together",
    ),
    "customer_owes_in_own_name": (
        "That customer was merged into another one meanwhile. Load the page again.",
        "customer_merged",
    ),
    "receipts_within_bank_line": (
        "That is more than is left of the bank line. Look again: somebody may have matched part of it meanwhile.",
        "more_than_left",
    ),
    "ties_within_lines": (
        "That is more than is left of a line. Look again: somebody may have reconciled part of it meanwhile.",
        "more_than_left",
    ),
    "disputes_within_item": (
        "That is more than is open and not disputed yet. Look again: somebody may have opened a dispute meanwhile.",
        "more_than_open",
    ),
    "recoveries_within_write_off": (
        "That is more than was written off. Look again: somebody may have recorded part of it meanwhile.",
        "more_than_left",
    ),
    "allocation_not_before_an_undoing": (
        "An allocation of this item was undone later than that date. Choose the day of the undoing or later.",
        "before_an_undoing",
    ),
}


@contextmanager
def guards_spoken() -> Iterator[None]:
    """Turn a guard's error that a person can meet into Refused; every other database error is a bug and passes."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        words = WORDS.get(_guard_named(error))
        if words is None:
            raise
        message, code = words
        raise Refused(message, code=code) from error


def _guard_named(error: IntegrityError) -> str:
    """The constraint that spoke."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
