"""Which rule or ladder holds for whom: the customer's own choice, else their group's, else the company's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from customers.models import Customer

Chosen = TypeVar("Chosen")


@dataclass
class Choices(Generic[Chosen]):
    """A company's choices, read once. Chosen to be none is not the same as not chosen."""

    by_customer: dict[int, Chosen | None] = field(default_factory=dict)
    by_group: dict[int, Chosen | None] = field(default_factory=dict)
    usual: Chosen | None = None

    def of(self, customer: Customer) -> Chosen | None:
        """What holds for a customer."""
        if customer.pk in self.by_customer:
            return self.by_customer[customer.pk]
        if customer.group_id in self.by_group:
            return self.by_group[customer.group_id]
        return self.usual

    @property
    def used(self) -> list[Chosen]:
        """All that hold for somebody."""
        return [each for each in (*self.by_customer.values(), *self.by_group.values(), self.usual) if each]


def read_choices(rows: Iterable[Any], chosen: str) -> Choices[Any]:
    """The choices of these rows; `chosen` names their field."""
    choices: Choices[Any] = Choices()
    for row in rows:
        if row.customer_id:
            choices.by_customer[row.customer_id] = getattr(row, chosen)
        elif row.group_id:
            choices.by_group[row.group_id] = getattr(row, chosen)
        else:
            choices.usual = getattr(row, chosen)
    return choices
