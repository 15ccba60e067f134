"""What a person may say of a recurring invoice, checked the same for every door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.models import Invoice, RecurringInvoice, RecurringLine, Tax
from billing.operations.details import InvoiceDetails, LineDetails, fill_draft
from billing.placeholders import require_known_placeholders
from billing.schedules import DAYS, Interval
from customers.models import Customer
from ledger.present import present
from ledger.refusals import Refused
from office.card_numbers import without_card_numbers

OLDEST_START = timedelta(days=366)
LATEST_DAY = timedelta(days=3660)
MOST_INTERVALS = 366
TIMING = ("interval", "every", "starts_on", "wanted_day", "in_arrears")
"""What says which days a period holds: fixed once a period was billed, or days would be billed twice or never."""
OWN = (*TIMING, "ends_on", "most", "prorates", "issues", "sends", "net_days", "exchange_rate", "prices_include_tax")


@dataclass(frozen=True)
class RecurringLineDetails(LineDetails):
    """A line as typed; its text may hold placeholders, its quantity come from a meter, its price change on a day."""

    meter: str = ""
    new_price: Decimal | None = None
    new_price_from: date | None = None


@dataclass(frozen=True)
class RecurringDetails:
    """A recurring invoice as typed. Terms that are None or empty come from the customer."""

    name: str
    customer_id: int
    starts_on: date
    lines: Sequence[RecurringLineDetails] = ()
    interval: str = Interval.MONTH
    every: int = 1
    wanted_day: int | None = None
    ends_on: date | None = None
    most: int | None = None
    in_arrears: bool = False
    prorates: bool = True
    issues: bool = False
    sends: bool = False
    net_days: int | None = None
    currency: str = ""
    exchange_rate: Decimal | None = None
    po_number: str = ""
    prices_include_tax: bool = False
    note: str = ""
    internal_note: str = ""


def fill_recurring(
    recurring: RecurringInvoice, customer: Customer, details: RecurringDetails, taxes: dict[int, Tax]
) -> list[RecurringLine]:
    """Write the details on an unsaved recurring invoice; returns its lines, unsaved.

    Raises Refused for a rule that makes no sense, a placeholder that stands for nothing, or what no draft may say.
    """
    _check_rule(details)
    _check_start(recurring, details)
    for line in details.lines:
        _check_line(line)
    recurring.customer = customer
    for name in OWN:
        setattr(recurring, name, getattr(details, name))
    for name in ("name", "po_number"):
        setattr(recurring, name, getattr(details, name).strip())
    for name in ("note", "internal_note"):
        setattr(recurring, name, without_card_numbers(getattr(details, name).strip()))
    recurring.currency = details.currency or customer.currency
    _check_as_draft(recurring, customer, details, taxes)
    return [_line(recurring, position, line, taxes) for position, line in enumerate(details.lines, start=1)]


def _check_rule(details: RecurringDetails) -> None:
    if not details.name.strip():
        raise Refused("Give it a name, such as Rent or Support.", code="name_missing")
    if not details.lines:
        raise Refused("There is nothing to bill. Add a line first.", code="nothing_to_bill")
    if details.interval not in list(Interval):
        raise Refused("It repeats by day, week, month, quarter or year.", code="bad_interval")
    if not 1 <= details.every <= MOST_INTERVALS:
        raise Refused(f"It repeats every 1 to {MOST_INTERVALS} {details.interval}s.", code="bad_interval")
    if details.wanted_day is not None and (details.interval in DAYS or not 1 <= details.wanted_day <= 31):
        raise Refused("A day of the month from 1 to 31 goes with months, quarters and years.", code="bad_wanted_day")
    if details.ends_on and details.ends_on < details.starts_on:
        raise Refused("It ends before it starts.", code="ends_before_it_starts")
    if details.most is not None and not 1 <= details.most <= 10_000:
        raise Refused("The number of invoices is from 1 to 10,000.", code="bad_count")
    if details.sends and not details.issues:
        raise Refused("Only an issued invoice is mailed: let it be issued, too.", code="sends_without_issuing")


def _check_start(recurring: RecurringInvoice, details: RecurringDetails) -> None:
    """A start long ago would make hundreds of invoices at once, which is a slip of the year."""
    today = recurring.company.today()
    if details.starts_on == recurring.starts_on:
        return
    if not today - OLDEST_START <= details.starts_on <= today + LATEST_DAY:
        raise Refused("It starts within the last year or the next ten: look at the year.", code="start_out_of_range")


def _check_line(line: RecurringLineDetails) -> None:
    require_known_placeholders(line.description)
    if (line.new_price is None) != (line.new_price_from is None):
        raise Refused("A new price needs the day from which it counts, and a day its price.", code="bad_new_price")


def _check_as_draft(
    recurring: RecurringInvoice, customer: Customer, details: RecurringDetails, taxes: dict[int, Tax]
) -> None:
    """Refuse what a draft of these lines and terms would be refused for, at either price."""
    priced = [_plain(line, line.unit_price) for line in details.lines]
    repriced = [_plain(line, line.new_price) for line in details.lines if line.new_price is not None]
    for lines in (priced, repriced):
        draft = InvoiceDetails(
            customer_id=customer.pk,
            lines=lines,
            net_days=details.net_days,
            currency=details.currency,
            exchange_rate=details.exchange_rate,
            prices_include_tax=details.prices_include_tax,
        )
        fill_draft(Invoice(company=recurring.company), customer, draft, taxes, {})


def _plain(line: RecurringLineDetails, price: Decimal | None) -> LineDetails:
    return LineDetails(
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        discount_percent=line.discount_percent,
        tax_id=line.tax_id,
        unit_price=price,
    )


def _line(
    recurring: RecurringInvoice, position: int, line: RecurringLineDetails, taxes: dict[int, Tax]
) -> RecurringLine:
    return RecurringLine(
        recurring=recurring,
        position=position,
        description=line.description.strip(),
        quantity=line.quantity,
        meter=line.meter.strip(),
        unit=line.unit.strip(),
        unit_price=present(line.unit_price),
        new_price=line.new_price,
        new_price_from=line.new_price_from,
        discount_percent=line.discount_percent,
        tax=taxes.get(line.tax_id) if line.tax_id else None,
    )
