"""The taxes of a line: the rates that hold for it, and what is kept of them on it."""

from datetime import date
from decimal import Decimal

from billing.calculations import ZERO, RateKind, TaxPart, TaxRate
from billing.models import DatedRate, InvoiceLine
from ledger.refusals import Refused
from office.written import plain_day


def rates_of(line: InvoiceLine, day: date) -> tuple[TaxRate, ...]:
    """The rates of a line on a day; a deposit is taken off as it was taxed. Raises Refused where its tax has none."""
    if line.deducts:
        return tuple(part.rate for part in kept_parts(line.deducts))
    if line.tax is None:
        return ()
    rates = line.tax.rates_on(day)
    if not rates:
        raise Refused(
            f"{line.tax} has no rate on {plain_day(day)}. Choose another tax for line {line.position}, or give it one.",
            code="no_rate_on_day",
        )
    return tuple(_rate(rate) for rate in rates)


KINDS: dict[str, RateKind] = {"added": "added", "on_top": "on_top", "withheld": "withheld"}
"""What a rate is taken of, as calculations say it."""


def _rate(rate: DatedRate) -> TaxRate:
    return TaxRate(rate.name, rate.percent, rate.category, KINDS[rate.kind], rate.reason, rate.account_id)


def write_parts(line: InvoiceLine, parts: tuple[TaxPart, ...]) -> None:
    """Keep a line's taxes on it, each by itself and in one word as they are printed beside the line."""
    charged = [part.rate for part in parts if part.rate.kind != "withheld"]
    line.tax_name = " + ".join(part.rate.name for part in parts)[:NAME_LENGTH]
    line.tax_category = charged[0].category if charged else ""
    line.tax_percent = sum((rate.percent for rate in charged), ZERO)
    line.tax_reason = next((rate.reason for rate in charged if rate.reason), "")
    line.tax_parts = [_as_kept(part) for part in parts]


NAME_LENGTH = InvoiceLine._meta.get_field("tax_name").max_length


def _as_kept(part: TaxPart) -> dict[str, str | int | None]:
    rate = part.rate
    return {
        "name": rate.name,
        "percent": f"{rate.percent.normalize():f}",
        "category": rate.category,
        "kind": rate.kind,
        "reason": rate.reason,
        "account": rate.account_id,
        "base": str(part.base),
        "amount": str(part.amount),
    }


def kept_parts(line: InvoiceLine) -> tuple[TaxPart, ...]:
    """The taxes kept on a line. Lines issued before there could be several have one, told by their columns."""
    if line.tax_id and not line.tax_parts:
        rate = TaxRate(line.tax_name, line.tax_percent, line.tax_category, reason=line.tax_reason)
        return (TaxPart(rate, line.taxable, line.tax_amount),)
    return tuple(_from_kept(part) for part in line.tax_parts)


def _from_kept(part: dict) -> TaxPart:
    rate = TaxRate(
        part["name"],
        Decimal(part["percent"]),
        part["category"],
        part["kind"],
        part["reason"],
        part["account"],
    )
    return TaxPart(rate, Decimal(part["base"]), Decimal(part["amount"]))
