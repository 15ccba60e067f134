"""What a person may want credited of an invoice, and how it is kept until another person has approved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

EARLY = "early discount"


@dataclass(frozen=True)
class LowerPrice:
    """So much of a line should have cost only this for one; its discount and taxes stay."""

    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True)
class EarlyDiscount:
    """The discount that was earned by paying early, however much it is."""


Wanted = Mapping[int, Decimal | LowerPrice] | Decimal | EarlyDiscount | None
"""What is credited: of lines, by id, a quantity or a lower price; an amount with its tax; a discount; or all left."""


def plain_wanted(wanted: Wanted) -> Any:
    """What is credited as JSON can keep it; `wanted_from_plain` reads it."""
    if wanted is None:
        return None
    if isinstance(wanted, Decimal | EarlyDiscount):
        return str(wanted) if isinstance(wanted, Decimal) else EARLY
    return {
        str(line_id): [str(each.quantity), str(each.unit_price)] if isinstance(each, LowerPrice) else [str(each)]
        for line_id, each in wanted.items()
    }


def wanted_from_plain(plain: Any) -> Wanted:
    """What `plain_wanted` kept."""
    if plain is None:
        return None
    if isinstance(plain, str):
        return EarlyDiscount() if plain == EARLY else Decimal(plain)
    kept = {int(line_id): [Decimal(value) for value in values] for line_id, values in plain.items()}
    return {line_id: LowerPrice(*values) if len(values) > 1 else values[0] for line_id, values in kept.items()}
