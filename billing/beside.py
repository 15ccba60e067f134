"""What other rooms have to say beside an invoice, such as what was charged because it was paid late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import Invoice


@dataclass(frozen=True)
class Beside:
    """A paper that belongs to an invoice: its name, page, day, amount in the invoice's currency, and a word more."""

    label: str
    url: str
    on: date
    amount: Decimal
    note: str = ""


Teller = Callable[[Invoice], list[Beside]]
TELLERS: list[Teller] = []


def register_beside(teller: Teller) -> None:
    """Let every invoice's page show what this one tells."""
    if teller not in TELLERS:
        TELLERS.append(teller)


def beside(invoice: Invoice) -> list[Beside]:
    """All that other rooms tell of an invoice."""
    return [row for teller in TELLERS for row in teller(invoice)] if invoice.entry_id else []
