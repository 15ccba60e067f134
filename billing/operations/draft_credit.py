"""From what a person wants credited to a draft credit memo with its lines."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from billing.calculations import LineTotals
from billing.crediting import CreditInput, NotCreditable, credit_amount, credit_price
from billing.early_payment import discount_earned
from billing.models import DocumentKind, DocumentStatus, Invoice, InvoiceLine
from billing.operations.wanted_credit import EarlyDiscount, LowerPrice, Wanted
from billing.totals import credit_inputs, lines_with_taxes, total_invoice, write_totals
from ledger.money import format_money, round_money, round_rate
from ledger.refusals import Refused

CARRIED = ("currency", "exchange_rate", "po_number", "prices_include_tax", "tax_rounding", "is_deposit")


def draft_credit(invoice: Invoice, wanted: Wanted) -> tuple[Invoice, list[InvoiceLine]]:
    """A draft credit memo with the invoice's terms, and its lines, unsaved. Raises Refused for more than is left."""
    memo = Invoice(company=invoice.company, kind=DocumentKind.CREDIT_MEMO, customer=invoice.customer, credits=invoice)
    for name in CARRIED:
        setattr(memo, name, getattr(invoice, name))
    billed = list(lines_with_taxes().filter(invoice=invoice))
    try:
        lines = list(_lines(invoice, billed, wanted))
    except NotCreditable as error:
        raise Refused(str(error), code="more_than_left") from error
    if not lines:
        raise Refused("Nothing is left to credit on this invoice.", code="nothing_left")
    for position, line in enumerate(lines, start=1):
        line.invoice, line.position = memo, position
    total_invoice(memo, lines)
    _say_real_prices(lines)
    memo.discount_amount = sum((line.discount_share for line in lines), Decimal(0))
    return memo, lines


def left_of(billed: Sequence[InvoiceLine]) -> dict[int, CreditInput]:
    """By line id, what issued credit memos left of it: its `left`, and as its quantity what was not returned."""
    inputs = credit_inputs([InvoiceLine(credited_line=line) for line in billed])
    return {line.pk: each for line, each in zip(billed, inputs, strict=True)}


def _lines(invoice: Invoice, billed: Sequence[InvoiceLine], wanted: Wanted) -> Iterator[InvoiceLine]:
    left = left_of(billed)
    if isinstance(wanted, EarlyDiscount):
        wanted = discount_earned(invoice)
        if not wanted:
            raise Refused(f"No early-payment discount was earned on {invoice}.", code="no_discount")
    if isinstance(wanted, Decimal):
        yield from _by_amount(invoice, billed, left, wanted)
    elif wanted is None:
        yield from _all_left(invoice, billed, left)
    else:
        if unknown := set(wanted) - set(left):
            raise Refused(f"Line {min(unknown)} is not on this invoice.", code="unknown_line")
        for line in billed:
            if line.pk in wanted:
                yield _by_line(line, left[line.pk], wanted[line.pk], invoice)


def _all_left(
    invoice: Invoice, billed: Sequence[InvoiceLine], left: Mapping[int, CreditInput]
) -> Iterator[InvoiceLine]:
    """Every line with all that is left of it; one whose money was all credited has nothing left."""
    if invoice.total and not sum(each.left.total for each in left.values()):
        return
    for line in billed:
        rest = left[line.pk]
        if rest.left_quantity and (rest.left.net or not line.net):
            yield _credit_line(line, rest.left_quantity)


def _by_line(line: InvoiceLine, left: CreditInput, wanted: Decimal | LowerPrice, invoice: Invoice) -> InvoiceLine:
    if not isinstance(wanted, LowerPrice):
        return _credit_line(line, wanted)
    off = line.unit_price - wanted.unit_price
    if wanted.unit_price < 0 or off <= 0:
        raise Refused(f"The new price of line {line.position} is not below its old one.", code="price_not_lower")
    if not 0 < wanted.quantity <= left.left_quantity:
        raise NotCreditable(f"Line {line.position}: a lower price is for at most {left.left_quantity:f} of it.")
    net = round_money(wanted.quantity * off * (100 - line.discount_percent) / 100, invoice.currency)
    if not net:
        raise Refused(f"The lower price of line {line.position} makes no difference.", code="price_not_lower")
    totals = credit_price(left.left, net, invoice.currency, prices_include_tax=invoice.prices_include_tax)
    return _money_line(line, totals, wanted.quantity, off, line.discount_percent)


def _by_amount(
    invoice: Invoice, billed: Sequence[InvoiceLine], left: Mapping[int, CreditInput], amount: Decimal
) -> Iterator[InvoiceLine]:
    """An amount spread over the lines; all that is left is credited as lines are, with their quantities."""
    if round_money(amount, invoice.currency) != amount:
        raise Refused(f"{amount} has more places than {invoice.currency} has.", code="bad_amounts")
    rest = sum((each.left.total for each in left.values()), Decimal(0))
    if not 0 < amount <= rest:
        words = format_money(rest, invoice.currency)
        raise Refused(f"{words} of {invoice} is left to credit. Credit that or less.", code="more_than_left")
    if amount == rest:
        yield from _all_left(invoice, billed, left)
        return
    lefts = [left[line.pk].left for line in billed]
    shares = credit_amount(lefts, amount, invoice.currency, prices_include_tax=invoice.prices_include_tax)
    for line, totals in zip(billed, shares, strict=True):
        if totals.net or totals.total:
            yield _money_line(line, totals, Decimal(1), totals.net, Decimal(0))


def _credit_line(billed: InvoiceLine, quantity: Decimal) -> InvoiceLine:
    return InvoiceLine(
        kind=billed.kind,
        product=billed.product,
        item_code=billed.item_code,
        description=billed.description,
        quantity=quantity,
        unit=billed.unit,
        unit_price=billed.unit_price,
        discount_percent=billed.discount_percent,
        tax=billed.tax,
        credited_line=billed,
    )


def _money_line(
    billed: InvoiceLine, totals: LineTotals, quantity: Decimal, unit_price: Decimal, discount_percent: Decimal
) -> InvoiceLine:
    """A line that gives money back and takes no goods."""
    line = _credit_line(billed, quantity)
    line.unit_price, line.discount_percent, line.is_amount_only = unit_price, discount_percent, True
    line.unit = billed.unit if discount_percent or quantity != 1 else ""
    write_totals(line, totals)
    return line


def _say_real_prices(lines: Sequence[InvoiceLine]) -> None:
    """Where money of a line was credited before, what is left of it costs less than its price says."""
    billed_ids = [line.credited_line_id for line in lines if not line.is_amount_only]
    cheaper = InvoiceLine.objects.filter(
        credited_line__in=billed_ids, is_amount_only=True, invoice__status=DocumentStatus.ISSUED
    )
    lowered = set(cheaper.values_list("credited_line", flat=True))
    for line in lines:
        if line.credited_line_id in lowered and not line.is_amount_only:
            line.unit_price, line.discount_percent = round_rate(line.net / line.quantity), Decimal(0)
