"""A file's rows as documents that were open, or why not."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from billing.models import Opening, OpeningItemKind, StagedOpeningItem
from billing.opening.fields import KINDS, NEVER_OWED, TAKING
from ledger.money import round_money
from ledger.refusals import Refused
from office.days import FIRST_DAY
from office.rates.exchange import exchange_rate_of, in_company_currency
from office.reading import ReadRow
from office.written import plain_day

LENGTHS = {"number": 60, "po_number": 60, "customer_number": 30, "customer": 200, "email": 254}
ZERO = Decimal(0)


class RowReader:
    """Turns the rows of one opening's files into documents that wait to be entered."""

    def __init__(self, opening: Opening) -> None:
        self.company, self.day = opening.company, opening.cut_over_on
        self.rate_of = lru_cache(1000)(self._rate_of)

    def read(self, row: ReadRow) -> StagedOpeningItem | None:
        """The document; None where nothing of it was open. Raises Refused, in words that help to mend the row."""
        values = row.values
        if values.get("status", "").casefold() in NEVER_OWED or not values.get("open", ZERO):
            return None
        for name, longest in LENGTHS.items():
            if len(values.get(name, "")) > longest:
                raise Refused(f"The {name.replace('_', ' ')} is longer than {longest} characters.", code="too_long")
        currency = values.get("currency", self.company.currency).upper()
        rate = self.rate_of(currency, values.get("exchange_rate"))
        kind = _kind(values)
        amount, total = _amounts(values, kind, currency)
        number, name = values.get("customer_number", ""), values.get("customer", "")
        if not number and not name:
            raise Refused("It names no customer. Give their number or their name.", code="no_customer")
        dated_on, due_on = self._days(values, kind)
        return StagedOpeningItem(
            line=row.line,
            customer_key=number or name,
            customer_number=number,
            customer_name=name,
            email=values.get("email", ""),
            kind=kind,
            number=_number(values, kind, dated_on),
            dated_on=dated_on,
            due_on=due_on,
            currency=currency,
            total=total,
            amount=amount,
            company_amount=in_company_currency(self.company, amount, rate),
            tax=values.get("tax"),
            po_number=values.get("po_number", ""),
            note=values.get("note", "")[:200],
        )

    def _rate_of(self, currency: str, rate: Decimal | None) -> Decimal:
        return exchange_rate_of(self.company, currency, rate, self.day)

    def _days(self, values: Mapping[str, Any], kind: OpeningItemKind) -> tuple[date, date]:
        dated_on = values.get("dated_on") or (self.day if kind is OpeningItemKind.BALANCE else None)
        if dated_on is None:
            raise Refused("It has no date. Give the day of the document.", code="no_date")
        if not FIRST_DAY <= dated_on <= self.day:
            first, last = plain_day(FIRST_DAY), plain_day(self.day)
            message = f"It is dated {plain_day(dated_on)}. What is taken over is dated from {first} to {last}."
            raise Refused(message, code="other_day")
        return dated_on, values.get("due_on") or dated_on


def _kind(values: Mapping[str, Any]) -> OpeningItemKind:
    """What kind of document it is, by the word for it or else by the sign of what is open."""
    if word := values.get("kind"):
        kind = KINDS.get(word.casefold())
        if kind is None:
            known = ", ".join(sorted({str(each.label) for each in KINDS.values()}))
            raise Refused(f"{word!r} is no kind of document known here. Write one of: {known}.", code="unknown_kind")
        return kind
    return OpeningItemKind.INVOICE if values["open"] > 0 else OpeningItemKind.CREDIT_MEMO


def _amounts(values: Mapping[str, Any], kind: OpeningItemKind, currency: str) -> tuple[Decimal, Decimal]:
    """What is open and what the document came to, both with the sign that they have for the customer's debt."""
    amount, total = values["open"], values.get("total", values["open"])
    if kind in TAKING:
        amount, total = -abs(amount), -abs(total)
    if kind is OpeningItemKind.INVOICE and amount < 0:
        raise Refused("Less than nothing is open of an invoice. Say that it is a credit memo.", code="below_zero")
    for value in (amount, total):
        if value != round_money(value, currency):
            raise Refused(f"{value} has more places than {currency} has.", code="too_many_places")
    if amount * total <= 0 or abs(total) < abs(amount):
        raise Refused(f"{amount} cannot be open of {total}.", code="more_than_total")
    return amount, total


def _number(values: Mapping[str, Any], kind: OpeningItemKind, dated_on: date) -> str:
    """Its number; what other products leave without one is called by its kind and day."""
    if number := values.get("number"):
        return str(number)
    if kind is OpeningItemKind.BALANCE:
        return str(kind.label)
    if kind is OpeningItemKind.PAYMENT:
        return f"{kind.label} of {dated_on}"
    raise Refused("It has no number. Payments and opening balances alone may be without one.", code="no_number")
