from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from customers.models.customer import Customer
from office.models import OutgoingMail
from office.persons import HIDDEN, person_email, person_name, person_phone, sees_persons


def may_be_person(customer: Customer) -> bool:
    """Whether a customer may be a private person: nothing is known of them that only a business has."""
    return not (customer.tax_id or customer.registry_number)


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

    searched_masked = {"name": (), "email": (), "phone": ()}

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["id", "customer"], name="contact_of_one_customer")]
        indexes = [models.Index(Lower("email"), condition=~Q(email=""), name="contact_by_email")]
        permissions = [("see_personal_data", "See names, e-mail addresses, telephones and addresses of persons")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name as whoever reads may see it."""
        return person_name(self.name)

    @property
    def shown_email(self) -> str:
        """The e-mail address as whoever reads may see it."""
        return person_email(self.email)

    @property
    def shown_phone(self) -> str:
        """The telephone number as whoever reads may see it."""
        return person_phone(self.phone)


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

    @property
    def shown(self) -> str:
        """The address on one line, as whoever reads may see it: of who may be a person, town and country."""
        if not may_be_person(self.customer) or sees_persons():
            return str(self)
        return ", ".join(part for part in (HIDDEN, self.city, self.country) if part)

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
