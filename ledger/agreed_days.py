"""What of open items is not late though their documents say so: another day was agreed on.

The book has the days that documents say. The room that keeps agreements tells of them here, so that every figure of
what is late reads the same, in rooms that may not use it as well.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from ledger.fields import AmountField

Excuses = Callable[[date], Mapping[int, Decimal]]
"""Of items whose document's day is past on a day: what of each is agreed for that day or later."""
EXCUSES: list[Excuses] = []


def register_excuses(excuses: Excuses) -> None:
    """Let every figure of what is late know of such agreements."""
    if excuses not in EXCUSES:
        EXCUSES.append(excuses)


def late_part(on: date) -> Combinable:
    """What of an open item is late on a day, of those whose document's day is past; for a query of open items."""
    amounts = {str(item): str(amount) for excuses in EXCUSES for item, amount in excuses(on).items()}
    return F("balance") - _Amount(Value(json.dumps(amounts)), Cast("pk", TextField())) if amounts else F("balance")


class _Amount(Func):
    """What a JSON object says under a key, as an amount; zero where it says nothing."""

    template = "coalesce((%(expressions)s)::numeric, 0)"
    arg_joiner = "::jsonb ->> "
    output_field = AmountField()
