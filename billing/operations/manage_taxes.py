"""The tax rates a company bills."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from billing.models import AT_ANY_RATE, NEVER_CHARGED, Tax, TaxCategory
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User


@dataclass(frozen=True)
class TaxDetails:
    """A rate in percent with its EN 16931 category and, where none is charged, the reason that is printed.

    Without a reason the usual words stand for it, where the category has such (BR-AE-10, BR-IC-10, BR-G-10, BR-O-10).
    """

    name: str
    percent: Decimal
    category: str = TaxCategory.STANDARD
    reason: str = ""


USUAL_REASONS = {
    TaxCategory.REVERSE_CHARGE: "Reverse charge: the customer owes the tax.",
    TaxCategory.INTRA_COMMUNITY: "Intra-Community supply, exempt under Article 138 of Directive 2006/112/EC.",
    TaxCategory.EXPORT: "Export, exempt under Article 146 of Directive 2006/112/EC.",
    TaxCategory.OUTSIDE: "Not subject to tax.",
}


@transaction.atomic
def add_tax(company: Company, details: TaxDetails, *, by: User | None) -> Tax:
    """Add a rate. Raises Refused where the name is taken, or where category, rate and reason do not fit."""
    name = details.name.strip()
    if not name:
        raise Refused("A tax needs a name, as it is printed.", code="name_missing")
    if Tax.objects.filter(company=company, name=name).exists():
        raise Refused(f"There is a tax named {name} already.", code="name_taken")
    if details.category not in TaxCategory.values:
        raise Refused("That is no category of tax.", code="bad_category")
    if not 0 <= details.percent <= 100:
        raise Refused("A rate is between 0 and 100 percent.", code="bad_percent")
    is_standard = details.category == TaxCategory.STANDARD
    if details.category not in AT_ANY_RATE and is_standard != (details.percent > 0):
        raise Refused(
            "The standard category has a rate above zero; the others, but those of the Canary Islands, Ceuta and"
            " Melilla, have none.",
            code="bad_percent",
        )
    facts = {"percent": details.percent, "category": details.category, "reason": _reason(details)}
    tax = Tax.objects.create(company=company, name=name, **facts)
    record(by, "add_tax", tax, after=facts)
    return tax


def _reason(details: TaxDetails) -> str:
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


@transaction.atomic
def retire_tax(tax_id: int, *, by: User | None) -> Tax:
    """Offer a rate no more; documents that carry it keep it."""
    tax = Tax.objects.select_for_update(no_key=True).get(pk=tax_id)
    tax.is_active = False
    tax.save()
    record(by, "retire_tax", tax)
    return tax
