from django.db import transaction
from django.utils import timezone

from billing.links import hash_of, new_token
from credit_control.models import AccountLink
from credit_control.statements.links import LIFETIME
from customers.models import Contact, Customer
from office.audit import record
from office.models import User


@transaction.atomic
def mint_account_link(customer: Customer, contact: Contact, *, is_combined: bool = False) -> str:
    """Make a contact one more link to their account; other links go on. Only the answer holds the token."""
    token = new_token()
    AccountLink.objects.create(
        customer=customer,
        contact=contact,
        is_combined=is_combined,
        token_hash=hash_of(token),
        expires_at=timezone.now() + LIFETIME,
    )
    record(None, "mint_account_link", customer, after={"contact": contact})
    return token


@transaction.atomic
def revoke_account_links(customer: Customer, *, by: User | None) -> int:
    """Stop all links to a customer's account at once, and say how many."""
    stopped = AccountLink.objects.filter(customer=customer, revoked_at=None).update(revoked_at=timezone.now())
    if stopped:
        record(by, "revoke_account_links", customer, after={"links": stopped})
    return stopped
