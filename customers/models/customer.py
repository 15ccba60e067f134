from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from ledger.fields import AmountField, CurrencyField
from office.models import Company, User


class Customer(models.Model):
    """Somebody who owes a company money, or may come to."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="customers")
    number = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.TextField(editable=False, help_text="Folded number, name, tax id, tags and contacts.")
    currency = CurrencyField()
    language = models.CharField(max_length=10, default="en")
    tax_id = models.CharField("VAT or tax id", max_length=40, blank=True)
    net_days = models.PositiveSmallIntegerField("days to pay", default=30)
    credit_limit = AmountField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    sales_owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_customers",
    )
    note = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="customer_number_once_per_company"),
            models.CheckConstraint(
                name="customer_credit_limit_not_negative",
                condition=Q(credit_limit=None) | Q(credit_limit__gte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "sort_name", "id"], name="customer_by_name"),
            GinIndex(fields=["tags"], name="customer_by_tag"),
        ]
        permissions = [
            ("create_customer", "Add customers"),
            ("update_customer", "Change customers and their contacts"),
            ("import_customers", "Import customers from a file"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
