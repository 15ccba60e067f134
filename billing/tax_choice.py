"""Which taxes a company has, and which of them a document carries."""

from datetime import date

from billing.models import Tax
from office.models import Company


def taxes_of(company: Company) -> dict[int, Tax]:
    """A company's taxes by id, with their rates; retired ones too, which drafts may still carry."""
    return Tax.objects.filter(company=company).prefetch_related("rates").in_bulk()


def offered_taxes(company: Company, on: date) -> list[Tax]:
    """The taxes that new lines may carry on a day, the highest first: it is the usual one."""
    holding = [tax for tax in taxes_of(company).values() if tax.is_active and tax.rates_on(on)]
    return sorted(holding, key=lambda tax: (-tax.percent_on(on), tax.name))
