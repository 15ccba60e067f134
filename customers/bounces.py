"""Addresses from which mail came back."""

from django.db.models import Exists, OuterRef, QuerySet

from customers.models import Contact, Customer
from office.models import MailStatus, OutgoingMail


def standing_bounces() -> QuerySet[OutgoingMail]:
    """The mails that came back from an address that the contact still has, and to which none left since."""
    has_it = Contact.objects.filter(pk=OuterRef("contact_id"), email=OuterRef("to_email"), is_active=True)
    since = OutgoingMail.objects.filter(
        contact_id=OuterRef("contact_id"),
        to_email=OuterRef("to_email"),
        status=MailStatus.SENT,
        finished_at__gt=OuterRef("bounced_at"),
    )
    return OutgoingMail.objects.filter(Exists(has_it), ~Exists(since), status=MailStatus.BOUNCED)


def with_bounced_address(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """The customers of whom somebody's address does not work."""
    return customers.filter(pk__in=standing_bounces().values("customer_id"))


def people_of(customer: Customer) -> list[Contact]:
    """A customer's contacts, each with the latest mail that came back from the address they have."""
    people = list(customer.contacts.all())
    mails = standing_bounces().filter(contact_id__in=[contact.pk for contact in people]).defer("kept_message")
    bounces = {mail.contact_id: mail for mail in mails.order_by("bounced_at")}
    for contact in people:
        contact.bounce = bounces.get(contact.pk)
    return people
