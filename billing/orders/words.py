"""What comes of comparing, in words with the numbers that make it."""

from decimal import Decimal

from billing.orders.compare import Compared, Result
from ledger.money import format_money, round_rate
from ledger.present import present


def said_of(row: Compared) -> str:
    """A row as a sentence: "Order SO-1, line 1: 2 billed against 1 ordered, over by €80.00."."""
    within = ", within the tolerance" if row.is_within else ""
    return f"{_where(row)}{_WORDS[row.result](row)}{within}."


def _where(row: Compared) -> str:
    line = f", line {row.position}" if row.position and row.result != Result.NOT_ORDERED else ""
    if row.shipment_line_id and row.result != Result.NOT_ORDERED:
        return f"Shipment {row.said}{line}: "
    return f"Order {row.order_number}{line}: "


def _over(row: Compared) -> str:
    return f"{_number(row.actual)} billed against {_number(row.expected)} {_kind(row)}, over by {_difference(row)}"


def _kind(row: Compared) -> str:
    return "shipped" if row.shipment_line_id else "ordered"


def _twice(row: Compared) -> str:
    return f"{_over(row)}, billed twice"


def _not_shipped(row: Compared) -> str:
    return f"{_number(row.actual)} billed, {_number(row.expected)} shipped"


def _price(row: Compared) -> str:
    more = "more" if row.difference > 0 else "less"
    at, ordered = (_number(round_rate(present(each))) for each in (row.actual, row.expected))
    return f"billed at {at}, ordered at {ordered}, {_difference(row)} {more} in all"


def _tax(row: Compared) -> str:
    return f"billed with {row.also_said}, ordered with {row.said}"


def _exhausted(row: Compared) -> str:
    billed, most = (format_money(present(each), row.currency) for each in (row.actual, row.expected))
    return f"{billed} billed of {most}, over by {_difference(row)}"


def _expired(row: Compared) -> str:
    until = f" to {row.also_said}" if row.also_said else ""
    return f"it holds from {row.said}{until} and is billed on {row.dated_on}"


def _not_ordered(row: Compared) -> str:
    return f"{row.description} is none of its lines"


def _to_bill(row: Compared) -> str:
    billed = _number(row.actual) if row.actual else "nothing"
    return f"{_number(row.expected)} shipped, {billed} billed, {_difference(row)} to bill"


def _open(row: Compared) -> str:
    return f"{_number(row.ordered)} ordered, nothing shipped or billed"


def _matched(row: Compared) -> str:
    return f"{_number(row.actual)} billed, as ordered and shipped"


def _number(value: Decimal | None) -> str:
    return f"{present(value).normalize():f}"


def _difference(row: Compared) -> str:
    return format_money(abs(row.difference), row.currency)


_WORDS = {
    Result.MATCHED: _matched,
    Result.OPEN: _open,
    Result.SHIPPED_NOT_BILLED: _to_bill,
    Result.UNDER_BILLED: _to_bill,
    Result.NOT_SHIPPED: _not_shipped,
    Result.OVER_BILLED: _over,
    Result.BILLED_TWICE: _twice,
    Result.PRICE_DIFFERS: _price,
    Result.TAX_DIFFERS: _tax,
    Result.EXHAUSTED: _exhausted,
    Result.EXPIRED: _expired,
    Result.NOT_ORDERED: _not_ordered,
}
