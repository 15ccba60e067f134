"""Which ladder each customer has."""

from collections.abc import Sequence
from dataclasses import dataclass

from credit_control.choices import Choices, read_choices
from credit_control.models import LadderChoice, ReminderLadder, ReminderStep
from customers.models import Customer
from office.models import Company


@dataclass
class Ladders:
    """A company's choices and the steps of each ladder, read once."""

    choices: Choices[ReminderLadder]

    def steps_of(self, customer: Customer) -> Sequence[ReminderStep]:
        """The steps of the customer's ladder by their days; none where nobody chose one."""
        ladder = self.choices.of(customer)
        return list(ladder.steps.all()) if ladder else []

    @property
    def earliest(self) -> int:
        """How many days before the due day the first step of any of them is."""
        return max((-step.days for ladder in self.choices.used for step in ladder.steps.all()), default=0)


def read_ladders(company: Company) -> Ladders:
    """The company's choices."""
    rows = LadderChoice.objects.filter(company=company).select_related("ladder").prefetch_related("ladder__steps")
    return Ladders(read_choices(rows, "ladder"))
