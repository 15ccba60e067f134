"""What money of a receipt comes to in another currency, and what speaks against taking it so."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from customers.payers import paid_for_by
from ledger.allocating import company_amounts
from ledger.models import OpenItem
from ledger.money import UnknownCurrency, format_money, places, round_money
from ledger.refusals import Refused
from office.days import require_bookable_day
from office.models import Company
from office.rates.exchange import kept_rate
from office.written import plain_day
from payments.models import Receipt, ReceiptStatus

FARTHEST = Decimal(10)
"""Percent that two amounts may be apart at the day's rates; further is a slip of the keyboard."""


@dataclass(frozen=True)
class ExchangeDetails:
    """So much of a receipt is taken as so much of another currency; without the second amount at the day's rate.

    With an item, the new credit is applied to it as far as it goes.
    """

    amount: Decimal
    into_currency: str
    exchanged_on: date
    into_amount: Decimal | None = None
    item_id: int | None = None


@dataclass(frozen=True)
class Exchange:
    """What an exchange comes to: both amounts, and what each stands for in the company's currency."""

    amount: Decimal
    into_amount: Decimal
    taken: Decimal
    """What the part of the receipt stands for in the book."""
    given: Decimal
    """What the new credit stands for in the book."""
    worth: Decimal
    """What the new credit is worth at the day's rate."""

    @property
    def loss(self) -> Decimal:
        """What we give more than we got at the day's rate; below zero: less."""
        return self.worth - self.taken


def receipt_item(receipt: Receipt) -> OpenItem:
    """The receipt's own open item."""
    return OpenItem.objects.get(entry=receipt.entry_id)


def work_out(receipt: Receipt, credit: OpenItem, details: ExchangeDetails) -> Exchange:
    """What an exchange would come to. Raises Refused as exchanging would, approval apart."""
    _check(receipt, credit, details)
    company, into = receipt.company, details.into_currency
    rate = _rate(company, into, details.exchanged_on)
    [taken] = company_amounts([(credit, details.amount)])
    into_amount = round_money(taken / rate, into) if details.into_amount is None else details.into_amount
    worth = round_money(into_amount * rate, company.currency)
    given = into_amount if into == company.currency else taken
    exchange = Exchange(details.amount, into_amount, taken, given, worth)
    _check_worth(exchange, details)
    return exchange


def _check(receipt: Receipt, credit: OpenItem, details: ExchangeDetails) -> None:
    if receipt.status == ReceiptStatus.REVERSED or receipt.is_withheld:
        raise Refused("Only money that came in, and stands, can be exchanged.", code="invalid_move")
    if details.amount <= 0:
        raise Refused("The amount to exchange must be above zero.", code="amount_not_positive")
    if details.amount > -credit.balance:
        free = format_money(-credit.balance, credit.currency)
        raise Refused(f"Only {free} of {credit.reference} is free.", code="more_than_open")
    if details.into_currency == receipt.currency:
        raise Refused(f"{receipt} is in {receipt.currency} already.", code="same_currency")
    try:
        places(details.into_currency)
    except UnknownCurrency as error:
        words = f"{details.into_currency!r} is not a currency. Use its ISO code, such as EUR."
        raise Refused(words, code="bad_currency") from error
    for amount, currency in ((details.amount, receipt.currency), (details.into_amount, details.into_currency)):
        if amount is not None and amount != round_money(amount, currency):
            raise Refused(f"{amount} has more places than {currency} has.", code="too_many_places")
    require_bookable_day(receipt.company, details.exchanged_on)
    if details.exchanged_on < receipt.received_on:
        raise Refused(f"{receipt} came in on {plain_day(receipt.received_on)}.", code="before_it_was_made")


def _rate(company: Company, currency: str, on: date) -> Decimal:
    """What one of the currency was worth in the company's own that day. Raises Refused where no rate is kept."""
    rate = Decimal(1) if currency == company.currency else kept_rate(company, currency, on)
    if rate is None:
        raise Refused(
            f"Enter the rate of {currency} for {plain_day(on)} first, to compare with.", code="no_exchange_rate"
        )
    return rate


def _check_worth(exchange: Exchange, details: ExchangeDetails) -> None:
    if exchange.into_amount <= 0:
        raise Refused("What it becomes must be above zero.", code="amount_not_positive")
    if abs(exchange.loss) * 100 > FARTHEST * max(exchange.taken, exchange.worth):
        day = plain_day(details.exchanged_on)
        words = f"At the rate of {day} that is more than {FARTHEST} % apart. Check both amounts."
        raise Refused(words, code="far_from_the_rate")


def foreign_items(receipt: Receipt) -> list[OpenItem]:
    """What the receipt's customer, or whom they pay for, owes in other currencies; the first due first."""
    owed = OpenItem.objects.filter(customer_id__in=paid_for_by(receipt.customer), balance__gt=0)
    return list(owed.exclude(currency=receipt.currency).order_by("due_on", "dated_on", "pk"))


def proposed_amount(receipt: Receipt, credit: OpenItem, item: OpenItem, on: date) -> Decimal | None:
    """All that is open of an item, where the receipt's free money is about that; else what the day's rate says."""
    for into_amount in (item.balance, None):
        try:
            details = ExchangeDetails(-credit.balance, item.currency, on, into_amount)
            return work_out(receipt, credit, details).into_amount
        except Refused:
            continue
    return None
