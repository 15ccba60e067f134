from django.db import models
from django.db.models import Q

from billing.models.catalogue import Product
from customers.models import Customer
from ledger.fields import RateField
from office.models import Company


class Tolerance(models.Model):
    """By how much, in percent, what is billed may pass what was ordered.

    Of a company, of one of its customers or products, or of a product for a customer; a percent that is empty is that
    of the next wider row. Orders and their lines may say otherwise.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tolerances")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="tolerances")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="tolerances")
    quantity_percent = RateField(null=True, blank=True)
    price_percent = RateField(null=True, blank=True)
    amount_percent = RateField(null=True, blank=True, help_text="Of an order as a whole.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "customer", "product"],
                name="tolerance_once_per_customer_and_product",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="tolerance_between_0_and_100",
                condition=(Q(quantity_percent=None) | Q(quantity_percent__gte=0, quantity_percent__lte=100))
                & (Q(price_percent=None) | Q(price_percent__gte=0, price_percent__lte=100))
                & (Q(amount_percent=None) | Q(amount_percent__gte=0, amount_percent__lte=100)),
            ),
            models.CheckConstraint(
                name="tolerance_of_an_order_names_no_product",
                condition=Q(product=None) | Q(amount_percent=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Tolerance for {self.customer or 'all'}, {self.product or 'all'}"
