from django.db import transaction
from django.utils import timezone

from billing.links import LIFETIME, hash_of, new_token
from billing.models import DocumentLink, Invoice
from customers.models import Contact
from office.audit import record


@transaction.atomic
def mint_link(invoice: Invoice, contact: Contact) -> str:
    """Make a contact one more link to a document; its other links go on. Only the answer holds the token."""
    token = new_token()
    DocumentLink.objects.create(
        invoice=invoice, contact=contact, token_hash=hash_of(token), expires_at=timezone.now() + LIFETIME
    )
    record(None, "mint_link", invoice, after={"contact": contact})
    return token
