"""Which ladder each customer has."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from credit_control.models import LadderChoice, ReminderLadder, ReminderStep
from customers.models import Customer
from office.models import Company


@dataclass
class Ladders:
    """A company's choices and the steps of each ladder, read once."""

    by_customer: dict[int, ReminderLadder | None] = field(default_factory=dict)
    by_group: dict[int, ReminderLadder | None] = field(default_factory=dict)
    usual: ReminderLadder | None = None

    def ladder_of(self, customer: Customer) -> ReminderLadder | None:
        """The customer's own ladder, else the group's, else the company's."""
        if customer.pk in self.by_customer:
            return self.by_customer[customer.pk]
        if customer.group_id in self.by_group:
            return self.by_group[customer.group_id]
        return self.usual

    def steps_of(self, customer: Customer) -> Sequence[ReminderStep]:
        """The steps of the customer's ladder by their days; none where nobody chose one."""
        ladder = self.ladder_of(customer)
        return list(ladder.steps.all()) if ladder else []

    @property
    def earliest(self) -> int:
        """How many days before the due day the first step of any of them is."""
        used = [ladder for ladder in (*self.by_customer.values(), *self.by_group.values(), self.usual) if ladder]
        return max((-step.days for ladder in used for step in ladder.steps.all()), default=0)


def read_ladders(company: Company) -> Ladders:
    """The company's choices."""
    ladders = Ladders()
    choices = LadderChoice.objects.filter(company=company).select_related("ladder").prefetch_related("ladder__steps")
    for choice in choices:
        if choice.customer_id:
            ladders.by_customer[choice.customer_id] = choice.ladder
        elif choice.group_id:
            ladders.by_group[choice.group_id] = choice.ladder
        else:
            ladders.usual = choice.ladder
    return ladders
