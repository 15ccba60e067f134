"""The tax rates a company bills."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from billing.models import Tax, TaxCategory
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User


@dataclass(frozen=True)
class TaxDetails:
    """A rate in percent with its EN 16931 category; only the standard category has a rate above zero."""

    name: str
    percent: Decimal
    category: str = TaxCategory.STANDARD


@transaction.atomic
def add_tax(company: Company, details: TaxDetails, *, by: User | None) -> Tax:
    """Add a rate. Raises Refused where the name is taken or category and rate do not fit."""
    name = details.name.strip()
    if not name:
        raise Refused("A tax needs a name, as it is printed.", code="name_missing")
    if Tax.objects.filter(company=company, name=name).exists():
        raise Refused(f"There is a tax named {name} already.", code="name_taken")
    if details.category not in TaxCategory.values:
        raise Refused("That is no category of tax.", code="bad_category")
    if not 0 <= details.percent <= 100:
        raise Refused("A rate is between 0 and 100 percent.", code="bad_percent")
    if (details.category == TaxCategory.STANDARD) != (details.percent > 0):
        raise Refused("The standard category has a rate above zero; the others have none.", code="bad_percent")
    tax = Tax.objects.create(company=company, name=name, percent=details.percent, category=details.category)
    record(by, "add_tax", tax, after={"percent": details.percent, "category": details.category})
    return tax


@transaction.atomic
def retire_tax(tax_id: int, *, by: User | None) -> Tax:
    """Offer a rate no more; documents that carry it keep it."""
    tax = Tax.objects.select_for_update(no_key=True).get(pk=tax_id)
    tax.is_active = False
    tax.save()
    record(by, "retire_tax", tax)
    return tax
