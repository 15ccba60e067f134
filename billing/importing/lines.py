"""What one row of a file says of an invoice's line, checked before anything is written."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.money import UnknownCurrency, places
from office.models import Company
from office.reading import ReadRow, Trouble

ONE = Decimal(1)
LARGEST = Decimal(10) ** 9
LONGEST = {"reference": 60, "customer_number": 30, "customer_name": 200, "country": 100}


class FileLine(NamedTuple):
    """A line ready to be staged. One that is not good holds its whole document back."""

    line: int
    reference: str
    is_good: bool = False
    dated_on: date | None = None
    customer_number: str = ""
    customer_name: str = ""
    country: str = ""
    currency: str = ""
    places: int = 2
    exchange_rate: Decimal = ONE
    net_days: int | None = None
    description: str = ""
    quantity: Decimal = ONE
    unit_price: Decimal = ONE


class LineReader:
    """Turns rows into lines and troubles by the company's currency and day, and the mapping's rules."""

    def __init__(self, company: Company, rules: Mapping[str, Any]) -> None:
        self.currency = company.currency
        self.today = company.today()
        self.leave_out: Mapping[str, str] = rules.get("leave_out", {})

    def read(self, row: ReadRow) -> tuple[FileLine | None, list[Trouble]]:
        """The line, if there is one to stage, and what is wrong with the row."""
        values = row.values
        reference = str(values.get("reference", ""))
        for prefix, reason in self.leave_out.items():
            if reference.startswith(prefix):
                return None, [Trouble(row.line, "", reference, "Nothing: the mapping leaves it out.", reason)]
        troubles = row.troubles or self._troubles(row)
        if troubles:
            return (FileLine(row.line, reference[:60]) if reference else None), troubles
        if nothing := _nothing_to_bill(row):
            return None, [nothing]
        return self._line(row), []

    def _line(self, row: ReadRow) -> FileLine:
        values = row.values
        currency = values.get("currency") or self.currency
        text = " ".join(filter(None, (values.get("item_code"), values.get("description"))))
        return FileLine(
            line=row.line,
            reference=values["reference"],
            is_good=True,
            dated_on=values["dated_on"],
            customer_number=values["customer_number"],
            customer_name=values.get("customer_name") or "",
            country=values.get("country") or "",
            currency=currency,
            places=places(currency),
            exchange_rate=values.get("exchange_rate", ONE),
            net_days=int(values["net_days"]) if "net_days" in values else None,
            description=text or "As invoiced",
            quantity=values.get("quantity", ONE),
            unit_price=values["unit_price"],
        )

    def _troubles(self, row: ReadRow) -> list[Trouble]:
        """What a well-written row may still get wrong."""
        values, troubles = row.values, []

        def add(name: str, advice: str, reason: str) -> None:
            troubles.append(Trouble(row.line, name, str(values.get(name, "")), advice, reason))

        if not values.get("customer_number"):
            add("Customer number", "Say whose invoice it is.", "No customer")
        if values["dated_on"] > self.today:
            add("dated_on", "Correct the date: it is in the future.", "Date in the future")
        for name, longest in LONGEST.items():
            if len(values.get(name) or "") > longest:
                add(name, f"Shorten it to {longest} letters.", "Text too long")
        for name in ("quantity", "unit_price"):
            if not _fits(values.get(name, ONE)):
                add(name, "Write it with at most six places, below 1,000,000,000.", "Number that cannot be kept")
        if not 0 <= Decimal(values.get("net_days", 0)) <= 3650:
            add("net_days", "Give the days to pay as a number from 0 to 3650.", "Days to pay that cannot be")
        self._check_currency(values, add)
        return troubles

    def _check_currency(self, values: Mapping[str, Any], add: Any) -> None:
        currency, rate = values.get("currency") or self.currency, values.get("exchange_rate")
        try:
            places(currency)
        except UnknownCurrency:
            add("currency", "Give the ISO code of the currency, such as EUR.", "Unknown currency")
        if currency != self.currency and (rate is None or rate <= 0):
            add("exchange_rate", f"Give the rate of one {currency} in {self.currency}.", "Exchange rate missing")
        if currency == self.currency and rate not in (None, ONE):
            add("exchange_rate", f"The book is in {self.currency}: leave the rate out.", "Exchange rate not wanted")


def _nothing_to_bill(row: ReadRow) -> Trouble | None:
    if not row.values["unit_price"]:
        return Trouble(row.line, "Unit price", "0", "Nothing: there is nothing to bill on this line.", "Price is zero")
    if not row.values.get("quantity", ONE):
        return Trouble(row.line, "Quantity", "0", "Nothing: there is nothing to bill on this line.", "Quantity is zero")
    return None


def _fits(number: Decimal) -> bool:
    return abs(number) < LARGEST and number == round(number, 6)
