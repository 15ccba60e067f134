"""Papers and files that print the name and address of somebody who may be a private person."""

from django.core.exceptions import PermissionDenied

from customers.models import Customer
from customers.models.people import may_be_person
from office.persons import sees_persons

UNSEEN = "This paper prints a person's name and address, which your role does not see."


def sees_paper(customer: Customer) -> bool:
    """Whether whoever reads may see what a paper of this customer prints."""
    return sees_persons() or not may_be_person(customer)


def require_sees_paper(customer: Customer) -> None:
    """Raise PermissionDenied where a paper of this customer prints what whoever reads may not see."""
    if not sees_paper(customer):
        raise PermissionDenied(UNSEEN)
