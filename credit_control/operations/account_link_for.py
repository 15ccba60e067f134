from django.db import transaction

from credit_control.account.offered import live_link_of
from credit_control.models import AccountLink
from credit_control.operations.mint_account_link import mint_account_link
from customers.models import Contact


@transaction.atomic
def account_link_for(contact_id: int) -> AccountLink:
    """A contact's live link to their account, made where they have none; it is mailed to nobody."""
    contacts = Contact.objects.select_for_update(no_key=True, of=("self",)).select_related("customer__company")
    contact = contacts.get(pk=contact_id)
    if link := live_link_of(contact):
        return link
    mint_account_link(contact.customer, contact)  # nobody is told its token
    return AccountLink.objects.filter(contact=contact).latest("pk")
