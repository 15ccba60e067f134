"""What an advice says, whatever it came as, and whether it adds up."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.money import UnknownCurrency, places, round_money
from ledger.refusals import Refused
from payments.bank_files.facts import MOST

ZERO = Decimal(0)
MOST_LINES = 5_000
TOTALS = {"total", "totals", "sum", "summe", "gesamt", "gesamtbetrag", "totaal", "suma", "totale", "montanttotal"}


class BadAdvice(Refused):
    """An advice that cannot be read or does not add up; nothing of it is taken."""

    def __init__(self, message: str, code: str = "bad_remittance") -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True)
class AdvisedLine:
    """That so much is paid on a document, and so much deducted, and why; a credit memo taken is below zero."""

    reference: str
    paid: Decimal
    discount: Decimal = ZERO
    reason: str = ""
    place: str = ""


@dataclass
class ReadAdvice:
    """The lines of an advice and, where it says so, their total and the payer's own number of the payment."""

    lines: Sequence[AdvisedLine]
    currency: str
    total: Decimal | None = None
    payer_reference: str = ""
    kind: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def sum(self) -> Decimal:
        """What the lines add up to."""
        return sum((line.paid for line in self.lines), ZERO)

    def require_sound(self) -> None:
        """Raises BadAdvice for no lines, an amount that is none, or what does not add up."""
        if not self.lines:
            raise BadAdvice("The advice names no document.")
        if len(self.lines) > MOST_LINES:
            raise BadAdvice(f"An advice has at most {MOST_LINES} lines; this one has {len(self.lines)}.")
        self._require_money()
        if self.total is not None and self.total != self.sum:
            raise BadAdvice(
                f"The advice does not add up: its lines come to {self.sum} {self.currency}, but its total says"
                f" {self.total}.",
                code="does_not_add_up",
            )
        if self.sum <= 0:
            raise BadAdvice("The advice pays nothing: what it takes off is as much as what it pays.")

    def _require_money(self) -> None:
        try:
            places(self.currency)
        except UnknownCurrency as error:
            raise BadAdvice(f"{self.currency!r} is not a currency.") from error
        for line in self.lines:
            amounts = (line.paid, line.discount)
            if any(abs(amount) >= MOST or amount != round_money(amount, self.currency) for amount in amounts):
                raise BadAdvice(f"{line.place}: {line.paid} is no amount of {self.currency}.")
            if not line.paid and not line.discount:
                raise BadAdvice(f"{line.place}: {line.reference} is named without an amount.")
            if line.discount < 0:
                raise BadAdvice(f"{line.place}: a deduction of {line.reference} is below zero.")


def line_of(
    place: str, reference: str, gross: Decimal | None, discount: Decimal | None, paid: Decimal | None, reason: str = ""
) -> AdvisedLine:
    """A line of what is said of it; what is left out follows. Raises BadAdvice where the three do not agree."""
    if gross is not None and paid is not None and discount is None:
        discount = gross - paid
    if paid is None and gross is not None:
        paid = gross - (discount or ZERO)
    if paid is None:
        raise BadAdvice(f"{place}: {reference} is named without an amount.")
    if gross is not None and gross - (discount or ZERO) != paid:
        raise BadAdvice(
            f"{place}: {reference} does not add up: {gross} less {discount} is not {paid}.", code="does_not_add_up"
        )
    return AdvisedLine(reference[:60], paid, discount or ZERO, reason[:200], place)


def merged(lines: Sequence[AdvisedLine]) -> list[AdvisedLine]:
    """Each document once: of one that is named again, a line below zero is a deduction from it."""
    by_reference: dict[str, AdvisedLine] = {}
    for line in lines:
        key = line.reference.casefold()
        before = by_reference.get(key)
        by_reference[key] = _together(before, line) if before else line
    return list(by_reference.values())


def _together(first: AdvisedLine, second: AdvisedLine) -> AdvisedLine:
    deducted = -min(second.paid, ZERO) if first.paid > 0 else -min(first.paid, ZERO)
    is_deduction = first.paid * second.paid < 0
    return replace(
        first,
        paid=first.paid + second.paid,
        discount=first.discount + second.discount + (deducted if is_deduction else ZERO),
        reason="; ".join(dict.fromkeys(filter(None, (first.reason, second.reason)))),
    )


def is_total(words: str) -> bool:
    """Whether a cell says that the row is the total."""
    return "".join(letter for letter in words.casefold() if letter.isalpha()) in TOTALS
