"""Which customers a member of staff sees; whatever belongs to another customer is "not found" for them."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import (
    AccountApplication,
    ChangeRequest,
    Contact,
    CreditHold,
    Customer,
    CustomerAccount,
    Mandate,
    PrivacyRequest,
)
from ledger.models import OpenItem
from office.access import companies_for, found
from office.models import Company, Team, User


def customers_for(user: User) -> QuerySet[Customer]:
    """The customers of a person's companies; only those they or their team own in sales, where limited to these."""
    seen = Customer.objects.filter(company__in=companies_for(user))
    if not user.only_own_customers:
        return seen
    team = Team.objects.filter(members=user, company=OuterRef("company")).filter(members=OuterRef("sales_owner"))
    return seen.filter(Q(sales_owner=user) | Exists(team))


def owners_seen(user: User, company: Company) -> list[int] | None:
    """Whose customers of a company a person sees: their own and their team's, by who owns them in sales; None: all."""
    if not user.only_own_customers:
        return None
    teams = Team.objects.filter(members=user, company=company)
    return sorted({user.pk, *User.objects.filter(teams__in=teams).values_list("pk", flat=True)})


def rows_for(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of rows that each have a company and a customer, those of the customers whom a person sees."""
    rows = rows.filter(company__in=companies_for(user))
    return rows.filter(customer__in=customers_for(user).values("pk")) if user.only_own_customers else rows


def items_for(user: User) -> QuerySet[OpenItem]:
    """The open items of the customers whom a person sees; the book knows these by their ids only."""
    items = OpenItem.objects.filter(company_id__in=companies_for(user).values("pk"))
    return items.filter(customer_id__in=customers_for(user).values("pk")) if user.only_own_customers else items


def get_customer_for(user: User, customer_id: int) -> Customer:
    """The customer, or Http404 where this person may not see one of that id."""
    return found(
        customers_for(user).filter(pk=customer_id).select_related("company", "group", "parent", "merged_into"),
        "customer",
    )


def parent_named_by(user: User, parent_id: int | None, customer: Customer | None = None) -> int | None:
    """The parent that a person gives a customer. One that the customer has and the person does not see stays: they
    cannot name it. Raises Http404 for another whom they do not see."""
    has = customer.parent_id if customer else None
    if has and parent_id in (None, has) and not customers_for(user).filter(pk=has).exists():
        return has
    if parent_id:
        get_customer_for(user, parent_id)
    return parent_id


def accounts_for(user: User) -> QuerySet[CustomerAccount]:
    """The bank accounts of a person's customers."""
    return rows_for(user, CustomerAccount.objects.all())


def get_account_for(user: User, account_id: int) -> CustomerAccount:
    """The account, or Http404 where this person may not see one of that id."""
    return found(
        accounts_for(user).filter(pk=account_id).select_related("company", "customer", "replaces"), "bank account"
    )


def mandates_for(user: User) -> QuerySet[Mandate]:
    """The mandates of a person's customers."""
    return rows_for(user, Mandate.objects.all())


def get_mandate_for(user: User, mandate_id: int) -> Mandate:
    """The mandate, or Http404 where this person may not see one of that id."""
    return found(
        mandates_for(user).filter(pk=mandate_id).select_related("company", "customer", "account", "given"), "mandate"
    )


def holds_for(user: User) -> QuerySet[CreditHold]:
    """The holds of a person's customers, those released among them."""
    return rows_for(user, CreditHold.objects.all())


def get_hold_for(user: User, hold_id: int) -> CreditHold:
    """The hold, or Http404 where this person may not see one of that id."""
    return found(holds_for(user).filter(pk=hold_id).select_related("company", "customer"), "hold")


def change_requests_for(user: User) -> QuerySet[ChangeRequest]:
    """What a person's customers ask to be changed, and what became of it."""
    return rows_for(user, ChangeRequest.objects.all())


def get_change_request_for(user: User, request_id: int) -> ChangeRequest:
    """What a customer asked, or Http404 where this person may not see one of that id."""
    rows = change_requests_for(user).select_related("company", "customer", "contact", "decided_by")
    return found(rows.filter(pk=request_id), "request")


def applications_for(user: User) -> QuerySet[AccountApplication]:
    """The applications for an account of a person's customers."""
    return rows_for(user, AccountApplication.objects.all())


def get_application_for(user: User, application_id: int) -> AccountApplication:
    """The application, or Http404 where this person may not see one of that id."""
    rows = applications_for(user).select_related("company", "customer", "wanted_terms", "asked_by", "decided_by")
    return found(rows.filter(pk=application_id), "application")


def get_contact_for(user: User, customer_id: int, contact_id: int) -> Contact:
    """A person of a customer, or Http404 where this person may not see one of that id."""
    customer = get_customer_for(user, customer_id)
    return found(customer.contacts.filter(pk=contact_id).select_related("customer__company"), "person")


def privacy_requests_for(user: User) -> QuerySet[PrivacyRequest]:
    """What persons ask of their data, of a person's customers."""
    return rows_for(user, PrivacyRequest.objects.all())


def get_privacy_request_for(user: User, request_id: int) -> PrivacyRequest:
    """What somebody asks of their data, or Http404 where this person may not see one of that id."""
    rows = privacy_requests_for(user).select_related("company", "customer__company", "contact__customer", "closed_by")
    return found(rows.filter(pk=request_id), "request")
