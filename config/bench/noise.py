"""Payments as customers make them, with what they really meant, from a seed so that a run can be repeated.

Numbers in many spellings, bundles, short and over-pays, mistyped and missing references, names written in another way,
payments of strangers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from billing.payment_codes.references import creditor_reference
from payments.matching.facts import Debt, Proposal

CENT = Decimal("0.01")
KINDS = {
    "number": 61,
    "reference": 10,
    "bundle": 9,
    "discount": 4,
    "short": 2,
    "more": 1,
    "mistyped": 3,
    "unnamed": 4,
    "unnamed bundle": 1,
    "stranger": 3,
    "number of another": 2,
}
"""How often each comes, of a hundred."""


@dataclass(frozen=True)
class MadeUp:
    """A payment as a bank would tell of it, and what it is for: items with amounts; nothing for a stranger's."""

    kind: str
    amount: Decimal
    text: str
    name: str
    account: str
    customer_id: int | None
    shares: tuple[tuple[int, Decimal], ...]
    is_named: bool

    def is_meant_by(self, proposal: Proposal) -> bool:
        """Whether a proposal is right: the customer, and the items; of equal amounts that nobody named, any."""
        wanted = sorted(self.shares) if self.is_named else sorted(amount for _, amount in self.shares)
        shares = [(share.debt.id, share.amount) for share in proposal.shares]
        found = sorted(shares) if self.is_named else sorted(amount for _, amount in shares)
        return bool(self.shares) and proposal.customer_id == self.customer_id and found == wanted


class Payers:
    """Customers with what they owe, who pay at random."""

    def __init__(
        self, debts: Mapping[int, Sequence[Debt]], names: Mapping[int, str], accounts: Mapping[int, str], seed: int
    ) -> None:
        self._debts = {pk: list(owed) for pk, owed in debts.items() if owed}
        self._customers = sorted(self._debts)
        self._names, self._accounts = names, accounts
        self._chance = Random(seed)  # noqa: S311

    def pay(self, count: int, on: date) -> Iterator[MadeUp]:
        """So many payments."""
        kinds, weights = list(KINDS), list(KINDS.values())
        for kind in self._chance.choices(kinds, weights, k=count):
            yield self._paid(kind, on)

    def _paid(self, kind: str, on: date) -> MadeUp:
        chance = self._chance
        customer_id = chance.choice(self._customers)
        owed = self._debts[customer_id]
        if kind == "stranger":
            text = f"Rent {chance.randrange(1, 13):02}/2026 flat {chance.randrange(400)}"
            return self._stranger(text, Decimal(chance.randrange(100, 200_000)) / 100)
        if kind == "number of another":  # a stranger writes a number that only holds one of ours
            number = chance.choice(owed).reference
            return self._stranger(f"Order {chance.randrange(1, 10)}{number}", chance.choice(owed).balance)
        if kind in ("bundle", "unnamed bundle") and len(owed) > 1:
            debts = chance.sample(owed, chance.randrange(2, min(len(owed), 5) + 1))
        elif kind == "discount":
            debts = [chance.choice([debt for debt in owed if debt.discount_on(on)] or owed)]
        else:
            debts = [chance.choice(owed)]
        amounts = [debt.balance - (debt.discount_on(on) if kind == "discount" else 0) for debt in debts]
        total = sum(amounts, Decimal(0))
        if kind == "short" and total > 1:
            total = amounts[0] = max((total * chance.randrange(30, 99) / 100).quantize(CENT), CENT)
        if kind == "more":
            total += (Decimal(chance.randrange(1, 5000)) / 100).quantize(CENT)
        is_named = not kind.startswith("unnamed") and kind != "mistyped"
        return MadeUp(
            kind,
            total,
            self._text(kind, debts),
            self._name(customer_id),
            self._account(customer_id),
            customer_id,
            tuple((debt.id, amount) for debt, amount in zip(debts, amounts, strict=True)),
            is_named,
        )

    def _text(self, kind: str, debts: Sequence[Debt]) -> str:
        numbers = [debt.reference for debt in debts]
        if kind.startswith("unnamed"):
            return self._chance.choice(["", "Thank you", "Invoice", "payment as agreed", "03/2026"])
        if kind == "mistyped":
            numbers = [self._mistyped(number) for number in numbers]
        if kind == "reference":
            return creditor_reference(numbers[0])
        spelt = [self._spelt(number) for number in numbers]
        return self._chance.choice(
            ["{}", "Invoice {}", "Re. {} of 03/2026", "payment {}, thanks", "{} 12.03.2026"]
        ).format(self._chance.choice([", ", " ", " and ", "/", "; "]).join(spelt))

    def _spelt(self, number: str) -> str:
        way = self._chance.random()
        if way < 0.75:
            return number
        return number.lower() if way < 0.85 else number.replace("-", " ") if way < 0.93 else number.replace("-", "")

    def _mistyped(self, number: str) -> str:
        places = [place for place, sign in enumerate(number) if sign.isdigit()]
        place = self._chance.choice(places)
        others = [digit for digit in "0123456789" if digit != number[place]]
        return number[:place] + self._chance.choice(others) + number[place + 1 :]

    def _name(self, customer_id: int) -> str:
        name, way = self._names[customer_id], self._chance.random()
        if way < 0.7:
            return name
        if way < 0.8:
            return name.upper()
        if way < 0.95:
            return name.rsplit(" ", 1)[0]
        if way < 0.98:
            place = self._chance.randrange(1, max(len(name) - 4, 2))
            return name[:place] + name[place + 1 :]
        return "" if way < 0.99 else self._names[self._chance.choice(self._customers)]

    def _account(self, customer_id: int) -> str:
        return self._accounts.get(customer_id, "") if self._chance.random() < 0.95 else ""

    def _stranger(self, text: str, amount: Decimal) -> MadeUp:
        return MadeUp("stranger", amount, text, f"Nobody {self._chance.randrange(10_000)}", "", None, (), False)
