"""What a statement says, whatever the format it came in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from ledger.money import UnknownCurrency, places
from ledger.refusals import Refused

NOT_KNOWN = (
    "This is no bank file that we know: camt.052, 053 or 054, MT940, MT942, OFX, QFX or BAI2,"
    " or a table (CSV or Excel) of days and amounts."
)


class BadBankFile(Refused):
    """A file whose form is broken, or that is none of the formats we know; nothing of it is taken."""

    def __init__(self, message: str, code: str = "bad_bank_file") -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True, slots=True)
class Unread:
    """A field that could not be read: where it stands, which one it is, and what stood there."""

    place: str
    name: str
    found: str


@dataclass(slots=True, kw_only=True)
class ReadLine:
    """Money in (above zero) or out (below zero) on an account, with all that the bank says of it.

    Several lines can be the payments of one entry of the account (IMP-05); `entry` is the entry's number in its
    statement, from 1 on. Amount and day are None where they could not be read.
    """

    place: str
    entry: int
    amount: Decimal | None
    booked_on: date | None
    currency: str = ""
    value_on: date | None = None
    is_reversal: bool = False
    is_pending: bool = False
    text: str = ""
    references: tuple[str, ...] = ()
    end_to_end_id: str = ""
    mandate: str = ""
    bank_reference: str = ""
    party_name: str = ""
    party_account: str = ""
    party_bank: str = ""
    kind: str = ""
    return_reason: str = ""
    details: int = 1
    unread: list[Unread] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ReadStatement:
    """A statement of one account. `opening` and `closing` are the booked balances, signed; None where not said.

    `notes` say what is odd about it.
    """

    account: str
    currency: str = ""
    number: str = ""
    message: str = ""
    from_on: date | None = None
    until_on: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    balances: dict[str, Decimal] = field(default_factory=dict)
    lines: list[ReadLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    @property
    def adds_up(self) -> bool | None:
        """Whether opening and booked lines make the closing balance; None where the file does not say both.

        What could not be read does not add up.
        """
        if self.opening is None or self.closing is None:
            return False if self.unread else None
        booked = [line.amount for line in self.lines if not line.is_pending]
        known = [amount for amount in booked if amount is not None]
        return len(known) == len(booked) and self.opening + sum(known, Decimal(0)) == self.closing

    @property
    def entries(self) -> int:
        """How many entries of the account the lines stand for."""
        return len({line.entry for line in self.lines})


class Fields:
    """Reads the fields of one line or statement, and notes those that cannot be read."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.unread: list[Unread] = []

    def amount(self, name: str, text: str, currency: str = "") -> Decimal | None:
        """A number with a point; none with more places than its currency has is an amount."""
        try:
            amount = Decimal(text.strip())
            if not amount.is_finite() or "_" in text or abs(amount) >= MOST or amount != _in_places(amount, currency):
                raise ValueError(text)
        except (InvalidOperation, ValueError, UnknownCurrency):
            self._note(name, text)
            return None
        return amount

    def day(self, name: str, text: str) -> date | None:
        """A day in ISO 8601, whatever time follows it; nothing where nothing stands."""
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip()[:10])
        except ValueError:
            self._note(name, text)
            return None

    def _note(self, name: str, found: str) -> None:
        self.unread.append(Unread(self.place, name, found[:200]))


MOST = Decimal(10) ** 13
"""More than any account holds in any currency, and what our columns take."""


def _in_places(amount: Decimal, currency: str) -> Decimal:
    return round(amount, places(currency)) if currency else amount


def joined(parts: Iterable[str], between: str = " ") -> str:
    """The parts that say something, each with its white space made single."""
    return between.join(word for part in parts if (word := " ".join(part.split())))


def unique(words: Sequence[str]) -> tuple[str, ...]:
    """The words once each, in order."""
    return tuple(dict.fromkeys(word for word in words if word))
