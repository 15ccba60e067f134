"""What a customer's person may choose without asking anybody, and the address at which they stop reminders."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from customers.bounces import standing_bounces
from customers.models import Contact, Customer, EInvoiceFormat
from office.languages import LANGUAGES

SALT = "customers.own_choices"
NEEDS: dict[str, tuple[str, ...]] = {
    EInvoiceFormat.FACTURX: (),
    EInvoiceFormat.PEPPOL_UBL: ("electronic_address",),
    EInvoiceFormat.XRECHNUNG_UBL: ("electronic_address", "buyer_reference"),
    EInvoiceFormat.XRECHNUNG_CII: ("electronic_address", "buyer_reference"),
}
"""What we have to know of a customer to write each kind, so that no document of theirs is stopped by its rules."""


def einvoice_kinds(customer: Customer) -> list[str]:
    """The kinds of e-invoice that the company can write for a customer; without its own tax id and address, none."""
    company = customer.company
    if not (company.tax_id and company.street and company.city):
        return []
    return [kind for kind, needs in NEEDS.items() if all(getattr(customer, name) for name in needs)]


def languages() -> list[str]:
    """The languages in which papers are written."""
    return list(LANGUAGES)


def is_last_reminded(contact: Contact) -> bool:
    """Whether nobody else of the customer gets reminders at an address that works."""
    others = Contact.objects.filter(customer=contact.customer_id, is_active=True, gets_reminders=True)
    others = others.exclude(pk=contact.pk).exclude(email="")
    return not others.exclude(pk__in=standing_bounces().values("contact_id")).exists()


def stop_address(contact: Contact) -> str:
    """Where a contact stops reminders without log-in, by one click of their mail program too."""
    return settings.SITE_URL.rstrip("/") + reverse("own:stop", args=[signing.dumps(contact.pk, salt=SALT)])


def contact_of(token: str) -> Contact | None:
    """The contact whose reminders an address stops."""
    try:
        contact_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Contact.objects.filter(pk=contact_id, is_active=True).select_related("customer__company").first()
