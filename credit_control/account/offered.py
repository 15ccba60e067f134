"""Who reaches their account from the page of a document."""

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.customer_acts import CustomerAct, CustomerActs
from billing.customer_view import CustomerView
from billing.models import DocumentLink
from credit_control.models import AccountLink
from credit_control.statements.links import live_links
from customers.models import Contact

DETAILS, MANDATE = "details", "mandate"
"""What an address says that leads by the account's code to the customer's details or to direct debit, not to the
account's page."""


def may_see_account(contact: Contact) -> bool:
    """Whether a contact is told how the account stands anyway: who gets statements, and can be mailed a code."""
    return contact.is_active and contact.gets_statements and bool(contact.email)


def live_link_of(contact: Contact) -> AccountLink | None:
    """The contact's newest link to their account that opens."""
    return live_links().filter(contact=contact).first()


def account_acts(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """The ways from a document to the account and to their details, for who may see them: both ask for a code."""
    if not may_see_account(link.contact):
        return CustomerActs()
    url = reverse("account:from_document", args=[link.ref])
    account = CustomerAct(_("Your account"), "file-dollar", url)
    return CustomerActs([account, CustomerAct(_("Change your details"), "edit", f"{url}?to={DETAILS}")])
