from django.db import models
from django.db.models import F, Q

from billing.models.taxes import Tax
from billing.units import unit_word
from customers.models import Customer, CustomerGroup
from ledger.fields import CurrencyField, RateField
from ledger.models import Account
from office.models import Company


class ProductKind(models.TextChoices):
    GOODS = "goods", "Goods"
    SERVICE = "service", "Service"


class ProductGroup(models.Model):
    """Products whose sales go to one account of the book."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="product_groups")
    name = models.CharField(max_length=100)
    sales_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="product_group_name_once_per_company"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something a company sells: what a line says of it, in which unit, and how it is usually taxed."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="products")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, help_text="What a line says of it; empty: its name.")
    kind = models.CharField(max_length=10, choices=ProductKind, default=ProductKind.GOODS)
    unit = models.CharField(max_length=3, default="C62", help_text="UN/ECE Recommendation 20 code.")
    tax = models.ForeignKey(Tax, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(ProductGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="products")
    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.TextField(editable=False, help_text="Folded code, name and description.")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, help_text="Counts the changes, of prices too; a stale one fails.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="product_code_once_per_company"),
            models.CheckConstraint(name="product_has_a_code", condition=~Q(code="")),
        ]
        indexes = [models.Index(fields=["company", "sort_name", "id"], name="product_by_name")]
        permissions = [
            ("manage_products", "Add, change and retire products and their groups"),
            ("import_products", "Import products and prices from a file"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def line_text(self) -> str:
        """What a line says of it."""
        return self.description or self.name

    @property
    def unit_word(self) -> str:
        """What a line prints for its unit."""
        return unit_word(self.unit)


class PriceList(models.Model):
    """Prices in one currency, with or without tax. The default one of a currency holds where no other does."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="price_lists")
    name = models.CharField(max_length=100)
    currency = CurrencyField()
    prices_include_tax = models.BooleanField(default=False)
    is_default = models.BooleanField("default of its currency", default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-is_active", "name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="price_list_name_once_per_company"),
            models.UniqueConstraint(
                fields=["company", "currency"],
                condition=Q(is_default=True),
                name="price_list_default_once_per_currency",
            ),
            models.CheckConstraint(
                name="price_list_default_is_active",
                condition=Q(is_default=False) | Q(is_active=True),
            ),
        ]
        permissions = [("manage_prices", "Change price lists, prices and who gets them")]

    def __str__(self) -> str:
        return self.name


def _not_backwards(name: str) -> models.CheckConstraint:
    is_in_order = Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from"))
    return models.CheckConstraint(name=name, condition=is_in_order)


class Price(models.Model):
    """A product's price on a list from a quantity on, on the days from one to another, both included."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="prices")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="prices")
    from_quantity = RateField(default=1)
    unit_price = RateField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["price_list__name", "from_quantity", F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "product", "from_quantity", "valid_from"],
                nulls_distinct=False,
                name="price_once_per_list_product_break_and_day",
            ),
            models.CheckConstraint(name="price_break_above_zero", condition=Q(from_quantity__gt=0)),
            models.CheckConstraint(name="price_not_negative", condition=Q(unit_price__gte=0)),
            _not_backwards("price_validity_not_backwards"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_price.normalize():f} from {self.from_quantity.normalize():f}"


class PriceListUse(models.Model):
    """Who gets a list's prices: one customer or one group, on the days from one to another, both included."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="uses")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="price_list_uses"
    )
    group = models.ForeignKey(
        CustomerGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="price_list_uses"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="price_list_use_names_customer_or_group",
                condition=Q(customer=None, group__isnull=False) | Q(customer__isnull=False, group=None),
            ),
            models.UniqueConstraint(
                fields=["price_list", "customer", "group", "valid_from"],
                nulls_distinct=False,
                name="price_list_use_once_per_day",
            ),
            _not_backwards("price_list_use_not_backwards"),
        ]

    def __str__(self) -> str:
        return f"{self.price_list} for {self.customer or self.group}"
