"""What matching looks at, and what comes of it: plain values, so that a hundred thousand lines fit and are quick."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum

from payments.models import Rest

ZERO = Decimal(0)


class Sign(IntEnum):
    """What speaks for a customer; the greater, the stronger."""

    AMOUNT = 1
    LIKE_NUMBER = 3
    LIKE_NAME = 4
    NAME = 5
    SETTLED_NUMBER = 6
    ACCOUNT = 7
    FOREIGN_NUMBER = 8
    TOLD = 9
    NUMBER = 10
    REFERENCE = 12
    ADVICE = 14


DOCUMENT_SIGNS = frozenset({Sign.NUMBER, Sign.REFERENCE})
"""Those that name a document which is open."""
PAYER_SIGNS = frozenset({Sign.ACCOUNT, Sign.NAME})
"""Those that tell who paid."""


class Fit(IntEnum):
    """How an amount fits what is open; the greater, the better."""

    ON_ACCOUNT = 0
    OLDEST_FIRST = 1
    PART = 2
    MORE = 3
    SET = 6
    ADVISED = 7
    DISCOUNTED = 8
    EXACT = 9


@dataclass(frozen=True, slots=True)
class Payment:
    """What is left of a line of money in, the words in it that can name a document, and who paid."""

    line_id: int
    left: Decimal
    currency: str
    booked_on: date
    words: Collection[str]
    name: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Debt:
    """An open item, and the discount that it still gives to who pays by a day."""

    id: int
    customer_id: int
    reference: str
    balance: Decimal
    dated_on: date
    due_on: date
    discount: Decimal = ZERO
    early_until: date | None = None

    def discount_on(self, day: date) -> Decimal:
        """What need not be paid of it on a day."""
        return self.discount if self.early_until and day <= self.early_until else ZERO


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a payment for one debt, and the discount that closes the rest of it."""

    debt: Debt
    amount: Decimal
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Deduction:
    """What an advice takes off an item and why, and what becomes of it unless it is an early-payment discount earned.

    The amount is zero where more would stay open than the payer took off.
    """

    amount: Decimal
    why: str
    rest: Rest
    reason_code_id: int | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What a remittance advice says that a payment of just its amount is for."""

    id: int
    name: str
    customer_id: int
    paid: Mapping[int, Decimal]
    """By open item."""
    deducted: Mapping[int, Deduction]
    takes_credit: bool = False
    """Whether credits of ours are taken off as well."""
    problem: str = ""
    """Why it cannot be applied as it is, in words."""
    is_named: bool = False
    """Whether the payer's number of the payment stands in the line, or a person joined the two."""


@dataclass
class Evidence:
    """What bears on one payment."""

    named: dict[int, dict[int, Sign]] = field(default_factory=lambda: defaultdict(dict))
    """By customer, the open items that are named, and how surely."""
    settled: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By customer, the documents that are named and have nothing open."""
    foreign: dict[int, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    """By customer, the documents that are named, each once, and are open in another currency than came in."""
    payers: dict[int, dict[Sign, str]] = field(default_factory=lambda: defaultdict(dict))
    """By customer, what tells that they paid, in words."""
    amounts: set[int] = field(default_factory=set)
    """Customers who owe exactly that amount; asked for where nothing else speaks for anybody."""

    advices: list[Advice] = field(default_factory=list)
    """Those of a customer for whom something speaks, or that the payer's number names."""

    @property
    def customers(self) -> set[int]:
        named = {*self.named, *self.foreign, *self.settled}
        return {*named, *self.payers, *self.amounts, *(each.customer_id for each in self.advices)}


Debts = Mapping[int, Sequence[Debt]]
"""What each customer owes in the payment's currency, in the order in which it falls due."""


@dataclass(frozen=True)
class Proposal:
    """That a customer paid so much and what it would settle, and the reasons in words."""

    customer_id: int
    amount: Decimal
    shares: tuple[Share, ...]
    signs: frozenset[Sign]
    fit: Fit
    reasons: tuple[str, ...]
    is_only_fit: bool = True
    """Whether no other items of theirs fit the amount as well."""
    named: int = 0
    """How many open items of theirs the payer named."""
    advice: Advice | None = None
    """The advice that says so; it is applied as it says."""
    rests: tuple[tuple[Debt, Deduction], ...] = ()
    """What becomes of what the advice takes off and no discount explains."""

    @property
    def rest(self) -> Decimal:
        """What would stay on account."""
        if self.advice:
            return ZERO
        return self.amount - sum((share.amount for share in self.shares), ZERO)

    @property
    def weight(self) -> int:
        return 2 * sum(self.signs) + self.fit
