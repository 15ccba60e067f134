"""The links to accounts, as staff see them."""

from django.db.models import QuerySet
from django.urls import reverse

from billing.shown_links import LATEST, ShownLink, with_openings
from credit_control.models import AccountLink
from customers.access import customers_for
from customers.models import Customer
from office.access import found
from office.models import User


def account_links_for(user: User) -> QuerySet[AccountLink]:
    """The links to the accounts of a person's customers."""
    return AccountLink.objects.filter(customer__in=customers_for(user))


def get_account_link_for(user: User, link_id: int) -> AccountLink:
    """The link, or Http404 where this person may not see one of that id."""
    return found(account_links_for(user).filter(pk=link_id).select_related("contact", "customer"), "link")


def shown_account_links(user: User, customer: Customer, most: int = LATEST) -> list[ShownLink]:
    """The newest links to a customer's account."""
    links = with_openings(account_links_for(user).filter(customer=customer)).order_by("-pk")[:most]
    return [_shown(link) for link in links]


def _shown(link: AccountLink) -> ShownLink:
    urls = (reverse(f"credit_control:{act}_account_link", args=[link.pk]) for act in ("revoke", "renew"))
    return ShownLink(link, "all accounts" if link.is_combined else "the account", *urls)
