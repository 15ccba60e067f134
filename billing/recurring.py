"""Reading recurring invoices: which period is next, what its document says, and what the coming ones come to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice, takewhile

from django.db.models import Max, Q, QuerySet, Sum

from billing.models import Invoice, RecurringInvoice, RecurringLine, Tax, UsageRecord
from billing.operations.details import InvoiceDetails, LineDetails, fill_draft
from billing.placeholders import filled
from billing.schedules import Period, periods
from billing.tax_choice import taxes_of
from ledger.money import part_of_price, round_money
from ledger.present import present
from ledger.refusals import Refused
from office.models import Company

PREVIEWED = 12
MOST_AT_ONCE = 3
"""So many periods are made up for by themselves; more, after a long stop or a mistyped day, wait for a person."""
Used = Mapping[str, Mapping[date, Decimal]]
"""What was used, by meter and day."""


def due_recurring() -> list[int]:
    """The recurring invoices of which a document is due on their own company's today and not made."""
    due = Q(pk=None)
    for company in Company.objects.all():
        due |= Q(company=company, next_on__lte=company.today())
    return list(RecurringInvoice.objects.filter(due).order_by("next_on", "pk").values_list("pk", flat=True))


def coming_periods(recurring: RecurringInvoice, most: int) -> list[Period]:
    """The next periods that nobody has taken on yet, in order; none of one that was ended."""
    return list(islice(_following(recurring), most))


def _following(recurring: RecurringInvoice) -> Iterator[Period]:
    if not recurring.is_active:
        return iter(())
    taken = recurring.occurrences.aggregate(last=Max("period_from"))["last"]
    return (period for period in periods(recurring.schedule) if taken is None or period.first > taken)


def waiting_periods(recurring: RecurringInvoice, on: date) -> list[Period]:
    """The periods due by this day that wait for a person, as they are many; none where all are made by themselves."""
    due = takewhile(lambda period: period.due_on <= on, _following(recurring))
    confirmed = recurring.confirmed_until
    unseen = [period for period in due if confirmed is None or period.due_on > confirmed]
    return unseen if len(unseen) > MOST_AT_ONCE else []


def held_back(rows: QuerySet[RecurringInvoice]) -> list[int]:
    """Those of which so many periods are due on their company's today that they wait for a person, by id."""
    due = rows.filter(pk__in=due_recurring()).select_related("company")
    return [recurring.pk for recurring in due if waiting_periods(recurring, recurring.company.today())]


def next_day(recurring: RecurringInvoice) -> date | None:
    """The day on which its next document is due."""
    coming = coming_periods(recurring, 1)
    return coming[0].due_on if coming else None


def document_details(
    recurring: RecurringInvoice,
    lines: Sequence[RecurringLine],
    period: Period,
    used: Used,
    dated_on: date | None,
) -> InvoiceDetails:
    """The document of a period as a draft; it has no lines where nothing but usage is billed and nothing was used."""
    return InvoiceDetails(
        customer_id=recurring.customer_id,
        lines=[each for line in lines for each in _lines(recurring, line, period, used)],
        dated_on=dated_on,
        period_from=period.first,
        period_to=period.last,
        net_days=recurring.net_days,
        currency=recurring.currency,
        exchange_rate=recurring.exchange_rate,
        po_number=recurring.po_number,
        prices_include_tax=recurring.prices_include_tax,
        note=recurring.note,
        internal_note=recurring.internal_note,
    )


def _lines(recurring: RecurringInvoice, line: RecurringLine, period: Period, used: Used) -> Iterator[LineDetails]:
    """What a line bills: its quantity at the period's price, or what was used at the price that held then."""
    if not line.meter:
        yield _line(recurring, line, period, line.quantity, _price(recurring, line, period))
        return
    by_price: dict[Decimal, Decimal] = defaultdict(Decimal)
    for day, quantity in sorted(used.get(line.meter, {}).items()):
        began = _period_began(recurring, day) if line.new_price_from else day
        by_price[price_on(line, began)] += quantity
    for price, quantity in by_price.items():
        if quantity:
            yield _line(recurring, line, period, quantity, price)


def _period_began(recurring: RecurringInvoice, day: date) -> date:
    """The first day of the period that a day lies in, whether that is billed or not."""
    endless = replace(recurring.schedule, pauses=(), most=None, ends_on=None)
    return next(period.first for period in periods(endless) if day <= period.last)


def _line(
    recurring: RecurringInvoice, line: RecurringLine, period: Period, quantity: Decimal, unit_price: Decimal
) -> LineDetails:
    return LineDetails(
        description=filled(line.description, period, recurring.customer),
        unit_price=unit_price,
        quantity=quantity,
        unit=line.unit,
        discount_percent=line.discount_percent,
        tax_id=line.tax_id,
    )


def _price(recurring: RecurringInvoice, line: RecurringLine, period: Period) -> Decimal:
    """The price on the period's first day, or its part of it."""
    price = price_on(line, period.first)
    if period.is_whole or not recurring.prorates:
        return price
    part = part_of_price(price, period.part)
    stands_alone = line.quantity == 1 and not line.discount_percent
    return round_money(part, recurring.currency) if stands_alone else part


def price_on(line: RecurringLine, day: date) -> Decimal:
    """What the line costs in a period that begins on this day."""
    return present(line.new_price) if line.new_price_from and line.new_price_from <= day else line.unit_price


def usage_until(recurring: RecurringInvoice, due_on: date) -> QuerySet[UsageRecord]:
    """What was used before a document's day on the meters it bills, and no period billed yet.

    Records that came too late for their own period are billed with the next one.
    """
    meters = [line.meter for line in recurring.lines.all() if line.meter]
    records = UsageRecord.objects.filter(customer=recurring.customer_id, occurrence=None, meter__in=meters)
    return records.filter(used_on__gte=recurring.starts_on, used_on__lt=due_on)


def used_by_meter(records: QuerySet[UsageRecord]) -> dict[str, dict[date, Decimal]]:
    """The sums of usage by meter and day."""
    used: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for meter, day, quantity in records.order_by().values_list("meter", "used_on").annotate(Sum("quantity")):
        used[meter][day] = quantity
    return used


@dataclass(frozen=True)
class Coming:
    """A document that will be made: its period, and what it comes to as things stand, or why that is unknown."""

    period: Period
    currency: str
    total: Decimal | None = None
    problem: str = ""
    waits_for_usage: bool = False


def coming(recurring: RecurringInvoice, most: int = PREVIEWED) -> list[Coming]:
    """The next documents with their totals as things stand."""
    lines = list(recurring.lines.all())
    taxes = taxes_of(recurring.company)
    rows, since = [], None
    for period in coming_periods(recurring, most):
        rows.append(_coming(recurring, lines, taxes, period, since))
        since = period.due_on
    return rows


def _coming(
    recurring: RecurringInvoice,
    lines: Sequence[RecurringLine],
    taxes: dict[int, Tax],
    period: Period,
    since: date | None,
) -> Coming:
    has_meters = any(line.meter for line in lines)
    used = used_by_meter(_used_since(recurring, period.due_on, since)) if has_meters else {}
    draft = Invoice(company=recurring.company)
    try:
        fill_draft(
            draft, recurring.customer, document_details(recurring, lines, period, used, period.due_on), taxes, {}
        )
    except Refused as refusal:
        return Coming(period, recurring.currency, problem=refusal.message)
    still_used = has_meters and period.due_on > recurring.company.today()
    return Coming(period, recurring.currency, draft.total, waits_for_usage=still_used)


def _used_since(recurring: RecurringInvoice, due_on: date, since: date | None) -> QuerySet[UsageRecord]:
    records = usage_until(recurring, due_on)
    return records.filter(used_on__gte=since) if since else records
