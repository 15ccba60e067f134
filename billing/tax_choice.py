"""Which taxes a company has, and which of them suits a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db.models import Prefetch, prefetch_related_objects
from stdnum.eu import vat

from billing.models import Product, ProductKind, Tax, TaxCategory, TaxExemption
from customers.models import AddressKind, Customer
from office.models import Company

EU = {code.upper() for code in vat.MEMBER_STATES} - {"XI"}  # Northern Ireland bills as the United Kingdom


class Place(Enum):
    """Where a customer is, as a seller in the EU has to see it (Directive 2006/112/EC, Articles 44, 138, 146, 196)."""

    HOME = "home"
    EU_BUSINESS = "a business in another member state"
    OUTSIDE_EU = "outside the EU"


WITH_EXEMPTIONS = Prefetch("tax_exemptions", TaxExemption.objects.select_related("tax"))
"""What of customers to fetch where many are to be taxed."""
INSTEAD: dict[tuple[Place, str], tuple[TaxCategory, ...]] = {
    (Place.EU_BUSINESS, ProductKind.GOODS): (TaxCategory.INTRA_COMMUNITY, TaxCategory.REVERSE_CHARGE),
    (Place.EU_BUSINESS, ProductKind.SERVICE): (TaxCategory.REVERSE_CHARGE, TaxCategory.INTRA_COMMUNITY),
    (Place.OUTSIDE_EU, ProductKind.GOODS): (TaxCategory.EXPORT, TaxCategory.OUTSIDE),
    (Place.OUTSIDE_EU, ProductKind.SERVICE): (TaxCategory.OUTSIDE, TaxCategory.EXPORT),
}
"""The categories that stand instead of a charged tax, the fitting one first."""


@dataclass(frozen=True)
class Situation:
    """What of a customer decides their tax on a day: where they are, and a certificate of exemption that holds."""

    place: Place
    exempt_tax_id: int | None
    on: date

    @property
    def is_free(self) -> bool:
        """Whether something speaks for charging no tax."""
        return self.place != Place.HOME or self.exempt_tax_id is not None

    @property
    def in_words(self) -> str:
        """Why no tax is charged."""
        return "exempt by a certificate" if self.exempt_tax_id else self.place.value

    def tax_for(self, product: Product, taxes: Mapping[int, Tax]) -> Tax | None:
        """The tax of a product for this customer: its usual one, unless certificate or place asks for another.

        Where nothing is charged anyway, such as on exempt training, it stays so for its own reason.
        """
        usual = taxes.get(product.tax_id) if product.tax_id else None
        if usual is None or not usual.percent_on(self.on):
            return usual
        if self.exempt_tax_id:
            return taxes[self.exempt_tax_id]
        for category in INSTEAD.get((self.place, product.kind), ()):
            suited = (tax for tax in taxes.values() if tax.is_active and self._is_of(tax, category))
            if found := next(suited, None):
                return found
        return usual

    def _is_of(self, tax: Tax, category: str) -> bool:
        return not tax.needs_certificate and [rate.category for rate in tax.rates_on(self.on)] == [category]


def situation_of(customer: Customer, on: date) -> Situation:
    """How a customer is to be taxed on a day. A number that has not the form of a VAT id proves no business."""
    holding = (each for each in customer.tax_exemptions.all() if each.tax.is_active and each.holds_on(on))
    latest = next(holding, None)
    return Situation(_place_of(customer), latest.tax_id if latest else None, on)


def situations_of(asked: Sequence[tuple[Customer, date]]) -> list[Situation]:
    """The same for many customers and days, in one look at their certificates."""
    prefetch_related_objects([customer for customer, _ in asked], WITH_EXEMPTIONS)
    return [situation_of(customer, on) for customer, on in asked]


def _place_of(customer: Customer) -> Place:
    home = customer.company.country
    country = next((each.country for each in customer.addresses.all() if each.kind == AddressKind.BILLING), "")
    if home not in EU or not country or country == home:
        return Place.HOME
    if country not in EU:
        return Place.OUTSIDE_EU
    return Place.EU_BUSINESS if vat.is_valid(customer.tax_id) else Place.HOME


def taxes_of(company: Company) -> dict[int, Tax]:
    """A company's taxes by id, with their rates; retired ones too, which drafts may still carry."""
    return Tax.objects.filter(company=company).prefetch_related("rates").in_bulk()


def offered_taxes(company: Company, on: date) -> list[Tax]:
    """The taxes that new lines may carry on a day, the highest first: it is the usual one."""
    holding = [tax for tax in taxes_of(company).values() if tax.is_active and tax.rates_on(on)]
    return sorted(holding, key=lambda tax: (-tax.percent_on(on), tax.name))
