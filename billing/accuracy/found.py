"""What a check gives back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from billing.models import Invoice, Severity
from customers.models import Customer


@dataclass(frozen=True)
class Found:
    """What a check says of a draft; `fix` names an act of suit_draft that mends it, `url` a page where one can.

    `facts` is what makes it the same finding when it is found again; left out, that is the message. It is taken no more
    severely than `most`, however severe the company takes the check.
    """

    message: str
    fix: str = ""
    url: str = ""
    facts: str = ""
    most: Severity = Severity.STOP


Findings = Iterable[tuple[Invoice, Found]]
CustomerFindings = Iterable[tuple[Customer, Found]]
Look = Callable[[Sequence[Invoice]], Findings]
"""Looks at documents of one company, with their lines, customers and addresses."""
CustomerLook = Callable[[Sequence[Customer]], CustomerFindings]
"""Looks at customers of one company, with their addresses."""
