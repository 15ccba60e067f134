"""The taxes a company bills, and their rates through time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.models import AT_ANY_RATE, NEVER_CHARGED, DatedRate, RateKind, Tax, TaxCategory
from ledger.models import Account
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.written import plain_day

MOST_PARTS = 5


@dataclass(frozen=True)
class RateDetails:
    """A rate in percent with its EN 16931 category and, where none is charged, the reason that is printed.

    Without a name it is printed under its tax's; without a reason the usual words stand for it, where the category has
    such (BR-AE-10, BR-IC-10, BR-G-10, BR-O-10). Without days it holds always, or until the next of its part begins.
    """

    percent: Decimal
    category: str = TaxCategory.STANDARD
    reason: str = ""
    name: str = ""
    kind: str = RateKind.ADDED
    account_id: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class TaxDetails:
    """A tax by name, with the rate of each of its parts."""

    name: str
    rates: Sequence[RateDetails]
    needs_certificate: bool = False


USUAL_REASONS: dict[str, str] = {
    TaxCategory.REVERSE_CHARGE: "Reverse charge: the customer owes the tax.",
    TaxCategory.INTRA_COMMUNITY: "Intra-Community supply, exempt under Article 138 of Directive 2006/112/EC.",
    TaxCategory.EXPORT: "Export, exempt under Article 146 of Directive 2006/112/EC.",
    TaxCategory.OUTSIDE: "Not subject to tax.",
}


@transaction.atomic
def add_tax(company: Company, details: TaxDetails, *, by: User | None) -> Tax:
    """Add a tax. Raises Refused where the name is taken, or where a rate's category, percent and reason do not fit."""
    name = details.name.strip()
    if not name:
        raise Refused("A tax needs a name, as it is printed.", code="name_missing")
    if Tax.objects.filter(company=company, name=name).exists():
        raise Refused(f"There is a tax named {name} already.", code="name_taken")
    if not 1 <= len(details.rates) <= MOST_PARTS:
        raise Refused(f"A tax has one to {MOST_PARTS} rates at a time.", code="bad_parts")
    tax = Tax.objects.create(company=company, name=name, needs_certificate=details.needs_certificate)
    for part, rate in enumerate(details.rates, start=1):
        _write_rate(tax, part, rate)
    record(by, "add_tax", tax, after={"rates": ", ".join(map(_in_words, tax.rates.all()))})
    return tax


@transaction.atomic
def add_rate(tax_id: int, part: int, details: RateDetails, *, by: User | None) -> DatedRate:
    """Give a part of a tax another rate from a day on, or a tax another part; what is issued keeps its rate.

    Raises Refused where a rate of that part begins on that day already, and as add_tax does.
    """
    tax = Tax.objects.select_for_update(no_key=True).get(pk=tax_id)
    parts = set(tax.rates.values_list("part", flat=True))
    if not (part in parts or part == len(parts) + 1 <= MOST_PARTS):
        raise Refused("That is no part of this tax.", code="bad_parts")
    if tax.rates.filter(part=part, valid_from=details.valid_from).exists():
        since = plain_day(details.valid_from) if details.valid_from else "ever"
        raise Refused(
            f"A rate of this part holds since {since} already. Choose another first day.",
            code="begins_twice",
        )
    rate = _write_rate(tax, part, details)
    record(by, "add_rate", tax, after={"rate": _in_words(rate)})
    return rate


@transaction.atomic
def remove_rate(rate_id: int, *, by: User | None) -> None:
    """Take back a rate that was added by mistake; what is issued keeps it. Raises Refused for a tax's only one."""
    rate = DatedRate.objects.select_for_update(of=["tax"], no_key=True).select_related("tax").get(pk=rate_id)
    if not rate.tax.rates.exclude(pk=rate.pk).exists():
        raise Refused("It is the tax's only rate. Retire the tax instead.", code="only_rate")
    record(by, "remove_rate", rate.tax, before={"rate": _in_words(rate)})
    rate.delete()


@transaction.atomic
def retire_tax(tax_id: int, *, by: User | None) -> Tax:
    """Offer a tax no more; documents that carry it keep it."""
    tax = Tax.objects.select_for_update(no_key=True).get(pk=tax_id)
    tax.is_active = False
    tax.save()
    record(by, "retire_tax", tax)
    return tax


def _write_rate(tax: Tax, part: int, details: RateDetails) -> DatedRate:
    _check(details)
    if details.account_id and not Account.objects.filter(company_id=tax.company_id, pk=details.account_id).exists():
        raise Refused("That account is not one of this company's.", code="unknown_account")
    details = replace(details, reason=_reason(details), name=details.name.strip() or tax.name)
    return DatedRate.objects.create(tax=tax, part=part, **asdict(details))


def _check(details: RateDetails) -> None:
    if details.category not in TaxCategory.values:
        raise Refused("That is no category of tax.", code="bad_category")
    if details.kind not in RateKind.values:
        raise Refused("That is no kind of rate.", code="bad_kind")
    if not 0 <= details.percent <= 100:
        raise Refused("A rate is between 0 and 100 percent.", code="bad_percent")
    is_standard = details.category == TaxCategory.STANDARD
    if details.category not in AT_ANY_RATE and is_standard != (details.percent > 0):
        raise Refused(
            "The standard category has a rate above zero; the others, but those of the Canary Islands, Ceuta and"
            " Melilla, have none.",
            code="bad_percent",
        )
    if details.valid_from and details.valid_until and details.valid_until < details.valid_from:
        raise Refused("Its last day is before its first.", code="bad_days")


def _reason(details: RateDetails) -> str:
    reason = details.reason.strip()
    if details.category not in NEVER_CHARGED:
        if reason:
            raise Refused("A reason is for where no tax is charged. Leave it empty here.", code="reason_not_wanted")
        return ""
    reason = reason or USUAL_REASONS.get(details.category, "")
    if not reason:
        raise Refused(
            "Say why it is exempt, such as the article of the law: the invoice has to print it.", code="reason_missing"
        )
    return reason


def _in_words(rate: DatedRate) -> str:
    return f"{rate.name} {rate.percent.normalize():f} % from {rate.valid_from or 'ever'}"
