from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from customers.models.customer import Customer
from office.models import OutgoingMail


class Contact(models.Model):
    """A person at a customer, and which of our papers they get."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    gets_invoices = models.BooleanField(default=True)
    gets_statements = models.BooleanField(default=True)
    gets_reminders = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    bounce: OutgoingMail | None = None
    """The mail that came back from this address, where `people_of` looked for one."""

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["id", "customer"], name="contact_of_one_customer")]
        indexes = [models.Index(Lower("email"), condition=~Q(email=""), name="contact_by_email")]

    def __str__(self) -> str:
        return self.name


class AddressKind(models.TextChoices):
    BILLING = "billing", "Billing"
    DELIVERY = "delivery", "Delivery"


class Address(models.Model):
    """Where invoices, or goods, go. A customer has at most one billing address."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=10, choices=AddressKind, default=AddressKind.BILLING)
    name = models.CharField("addressee", max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code.")

    class Meta:
        verbose_name_plural = "addresses"
        ordering = ["id"]
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(kind="billing"),
                name="address_one_for_billing",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(
            part
            for part in (
                self.street,
                f"{self.postal_code} {self.city}".strip(),
                self.country,
            )
            if part
        )
