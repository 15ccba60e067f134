"""What other rooms show on a customer's page, such as what they promised to pay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from customers.models import Customer
from ledger.models import OpenItem
from office.models import User


@dataclass(frozen=True)
class Panel:
    """A card: its template, and what it shows of a customer to a person; without anything it is left out."""

    template: str
    read: Callable[[User, Customer], dict[str, Any] | None]


PANELS: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Let every customer's page show this card."""
    if panel not in PANELS:
        PANELS.append(panel)


def panels_of(user: User, customer: Customer) -> list[tuple[str, dict[str, Any]]]:
    """The cards of a customer's page, each as its template and what it shows."""
    read = [(panel.template, panel.read(user, customer)) for panel in PANELS]
    return [(template, shown) for template, shown in read if shown is not None]


DAYS: list[Callable[[Sequence[OpenItem], date], dict[int, str]]] = []


def register_days(words: Callable[[Sequence[OpenItem], date], dict[int, str]]) -> None:
    """Let a room say, by item, when open items are to be paid, where that is not their due day."""
    if words not in DAYS:
        DAYS.append(words)


def days_of(items: Sequence[OpenItem], today: date) -> dict[int, str]:
    """What rooms say of these items' days, by item."""
    return {pk: said for words in DAYS for pk, said in words(items, today).items()}
