from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from billing.models import Product, Tolerance
from customers.models import Customer
from ledger.money import round_rate
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies


@dataclass(frozen=True)
class ToleranceDetails:
    """By how many percent quantity, price and the amount of a whole order may be passed; empty: as around it."""

    quantity_percent: Decimal | None = None
    price_percent: Decimal | None = None
    amount_percent: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        return (self.quantity_percent, self.price_percent, self.amount_percent) == (None, None, None)


@transaction.atomic
@changes_policies
def set_tolerance(
    company: Company,
    details: ToleranceDetails,
    *,
    customer: Customer | None = None,
    product: Product | None = None,
    by: User | None,
) -> Tolerance | None:
    """Say by how much what is billed may pass what was ordered: of all, a customer, a product, or both of them.

    Without any percent the company says nothing of its own there any more. Raises Refused for what is no percentage,
    for an amount of one product, and for papers of another company.
    """
    if any(each is not None and each.company_id != company.pk for each in (customer, product)):
        raise Refused("That is of another company.", code="other_company")
    if product and details.amount_percent is not None:
        raise Refused("The amount is of a whole order: leave the product empty.", code="amount_of_product")
    for percent in vars(details).values():
        if percent is not None and not (0 <= percent <= 100 and percent == round_rate(percent)):
            raise Refused("A tolerance is 0 to 100 percent.", code="bad_percent")
    rows = Tolerance.objects.filter(company=company, customer=customer, product=product)
    kept = rows.first()
    before = _facts(kept)
    if details.is_empty:
        if kept is None:
            raise Refused("Type at least one percentage.", code="nothing_set")
        kept.delete()
        kept = None
    else:
        kept, _ = rows.update_or_create(
            company=company, customer=customer, product=product, defaults=vars(details).copy()
        )
    whose = {"customer": customer or "all", "product": product or "all"}
    record(by, "set_tolerance", company, before=before, after={**whose, **_facts(kept)})
    return kept


def _facts(row: Tolerance | None) -> dict[str, str]:
    """The percents that a row sets."""
    named = {name: getattr(row, f"{name}_percent", None) for name in ("quantity", "price", "amount")}
    return {name: f"{percent.normalize():f}" for name, percent in named.items() if percent is not None}
