"""By how much what is billed may pass what was ordered: the most specific of a company's rows that says it.

Of a product for a customer before of the product, before of the customer, before of the company.
"""

from decimal import Decimal
from typing import NamedTuple

from billing.models import Tolerance
from office.models import Company

RANKED = "(t.product_id IS NOT NULL)::int * 2 + (t.customer_id IS NOT NULL)::int"


def most_specific(column: str) -> str:
    """An SQL aggregate over rows `t`: the percent of the most specific of them that has one."""
    return f"(array_agg(t.{column} ORDER BY {RANKED} DESC) FILTER (WHERE t.{column} IS NOT NULL))[1]"


TERMS = f"""
    SELECT pairs.company_id, pairs.customer_id, pairs.product_id,
        coalesce({most_specific("quantity_percent")}, 0) AS quantity,
        coalesce({most_specific("price_percent")}, 0) AS price,
        coalesce({most_specific("amount_percent")}, 0) AS amount
    FROM (SELECT DISTINCT company_id, customer_id, product_id FROM ordered) AS pairs
    LEFT JOIN tolerance t ON t.company_id = pairs.company_id
        AND (t.customer_id IS NULL OR t.customer_id = pairs.customer_id)
        AND (t.product_id IS NULL OR t.product_id = pairs.product_id)
    GROUP BY pairs.company_id, pairs.customer_id, pairs.product_id
"""  # noqa: S608  our own words
"""For each customer and product of the rows `ordered`, the percents that hold."""

KEPT = """
    SELECT company_id, customer_id, product_id, quantity_percent, price_percent, amount_percent
    FROM billing_tolerance WHERE company_id = %(company_id)s
"""
"""The tolerances of the company."""
PROPOSED = f"""{KEPT} AND (customer_id IS NOT NULL OR product_id IS NOT NULL)
    UNION ALL SELECT %(company_id)s, NULL::bigint, NULL::bigint, %(quantity_percent)s::numeric,
        %(price_percent)s::numeric, %(amount_percent)s::numeric
"""
"""The same with other percents for all customers and products."""


class Percents(NamedTuple):
    """By how much all customers and products may pass what was ordered; None says nothing."""

    quantity_percent: Decimal | None = None
    price_percent: Decimal | None = None
    amount_percent: Decimal | None = None


def percents_of(company: Company) -> Percents:
    """What holds for all customers and products."""
    row = Tolerance.objects.filter(company=company, customer=None, product=None).first()
    return Percents(*(getattr(row, name) for name in Percents._fields)) if row else Percents()
