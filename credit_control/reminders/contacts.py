"""Whom a reminder reaches: the people as they are now, never as they once were."""

from collections import defaultdict
from collections.abc import Collection

from customers.bounces import standing_bounces
from customers.models import Contact
from customers.readers import why_not_to


def people_reminded(customer_ids: Collection[int]) -> tuple[dict[int, list[Contact]], set[int]]:
    """The contacts who get reminders and whose address works, by customer; and the customers with one that does not."""
    contacts = Contact.objects.filter(customer__in=customer_ids, is_active=True, gets_reminders=True).exclude(email="")
    bounced = set(standing_bounces().filter(customer_id__in=customer_ids).values_list("contact_id", flat=True))
    people, stopped = defaultdict(list), set()
    for contact in contacts.order_by("pk"):
        if contact.pk in bounced:
            stopped.add(contact.customer_id)
        else:
            people[contact.customer_id].append(contact)
    return dict(people), stopped


def why_not_remind(contact: Contact) -> str:
    """Why a reminder must not go to this contact; empty where it may."""
    if contact.is_active and not contact.gets_reminders:
        return "Not sent: this person gets no reminders any more."
    return why_not_to(contact)
