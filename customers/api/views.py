"""Customers, for programs."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from customers.access import customers_for, get_customer_for, parent_named_by
from customers.api.serializers import (
    CustomerChange,
    CustomerIn,
    CustomerKeptIn,
    CustomerOut,
    CustomerPage,
    CustomerQuery,
    GroupIn,
    GroupOut,
    GroupsOut,
    OpenItemQuery,
    OpenItemsOut,
    details_from,
)
from customers.bounces import people_of
from customers.exposure import exposures_of
from customers.holds import add_standing_holds, with_hold
from customers.limits import over_limit, with_limit_used
from customers.models import Customer, CustomerGroup
from customers.operations.add_customer_group import add_customer_group
from customers.operations.create_customer import create_customer
from customers.operations.update_customer import update_customer
from customers.queries import with_owed
from customers.search import fold
from ledger.balances import open_items_on, owed_on
from office.api.bulk import BulkAnswer, in_bulk, many
from office.api.fields import Query
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import Company, User
from office.web.lists.filters import search_rows
from office.web.requests import ApiRequest


class CustomersView(ApiView):
    """All customers, and adding one."""

    permission = {"get": "customers.view_customer", "post": "customers.create_customer"}

    @extend_schema(operation_id="list_customers", parameters=[CustomerQuery], responses=CustomerPage)
    def get(self, request: ApiRequest) -> Response:
        """The customers of a company with what they owe."""
        query = checked(CustomerQuery, request.query_params.dict())
        company = company_of(request)
        customers = search_rows(customers_for(request.user).filter(company=company), ("search_text",), _words(query))
        if "tag" in query:
            customers = customers.filter(tags__contains=[query["tag"]])
        if query.get("held"):
            customers = with_hold(customers).filter(is_held=True)
        if query.get("over_limit"):
            customers = over_limit(with_limit_used(customers, company, company.today()))
        rows, following = page_of(with_owed(customers, company.today()), query, "customers")
        return Response(CustomerPage({"results": with_standing(rows, company), "next": following}).data)

    @extend_schema(operation_id="create_customer", request=CustomerIn, responses={201: CustomerOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a customer."""
        return _created(request, checked(CustomerIn, request.data))


class ManyCustomersView(ApiView):
    """Many customers at once."""

    permission = {"post": "customers.create_customer"}

    @extend_schema(operation_id="keep_customers", request=many(CustomerKeptIn), responses=BulkAnswer)
    @in_bulk
    def post(self, request: ApiRequest, row: Any) -> Response:
        """Add the customers whose row names no `id`, and change those whose row does, as read at `version`."""
        data = checked(CustomerKeptIn, row)
        customer_id, version = data.pop("id", None), data.pop("version", None)
        if customer_id is None:
            return _created(request, data)
        if not request.user.has_perm("customers.update_customer"):
            raise PermissionDenied("You may add customers, and not change them.")
        return _changed(request, customer_id, version, data)


class CustomerView(ApiView):
    """One customer."""

    locks = "customers.Customer"
    is_versioned = True
    permission = {"get": "customers.view_customer", "put": "customers.update_customer"}

    @extend_schema(operation_id="get_customer", responses=CustomerOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """A customer with what they owe, their people and addresses."""
        return Response(CustomerOut(shown(request.user, customer_id)).data)

    @extend_schema(operation_id="update_customer", request=CustomerChange, responses=CustomerOut)
    def put(self, request: ApiRequest, customer_id: int) -> Response:
        """Change a customer that was read at `version`. Contacts left out stay; addresses are replaced."""
        get_customer_for(request.user, customer_id)
        data = checked(CustomerChange, request.data)
        return _changed(request, customer_id, data.pop("version"), data)


class GroupsView(ApiView):
    """Groups of customers, and adding one."""

    permission = {"get": "customers.view_customer", "post": "customers.update_customer"}

    @extend_schema(operation_id="list_customer_groups", parameters=[Query], responses=GroupsOut)
    def get(self, request: ApiRequest) -> Response:
        """A company's groups."""
        checked(Query, request.query_params.dict())
        return Response(GroupsOut({"results": CustomerGroup.objects.filter(company=company_of(request))}).data)

    @extend_schema(operation_id="add_customer_group", request=GroupIn, responses={201: GroupOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a group."""
        name = checked(GroupIn, request.data)["name"]
        return Response(GroupOut(add_customer_group(company_of(request), name, by=request.user)).data, 201)


class OpenItemsView(ApiView):
    """What a customer owes, item by item."""

    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="list_open_items", parameters=[OpenItemQuery], responses=OpenItemsOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """A customer's open items on a day, by due day; credits are below zero."""
        customer = get_customer_for(request.user, customer_id)
        on = checked(OpenItemQuery, request.query_params.dict()).get("on") or customer.company.today()
        items = open_items_on(customer.company_id, on, customer_id=customer.pk)
        owed = owed_on(customer.company_id, on, customer_id=customer.pk)
        totals = [{"currency": currency, "owed": amount} for currency, amount in sorted(owed.items())]
        return Response(OpenItemsOut({"on": on, "results": items, "totals": totals}).data)


def _created(request: ApiRequest, data: dict[str, Any]) -> Response:
    is_another = data.pop("is_another_customer")
    details = details_from(data)
    parent_named_by(request.user, details.parent_id)
    customer = create_customer(company_of(request), details, by=request.user, is_another=is_another)
    return Response(CustomerOut(shown(request.user, customer.pk)).data, 201)


def _changed(request: ApiRequest, customer_id: int, version: int, data: dict[str, Any]) -> Response:
    customer, is_another = get_customer_for(request.user, customer_id), data.pop("is_another_customer")
    data["parent_id"] = parent_named_by(request.user, data.get("parent_id"), customer)
    update_customer(customer.pk, details_from(data), version=version, by=request.user, is_another=is_another)
    return Response(CustomerOut(shown(request.user, customer_id)).data)


def shown(user: User, customer_id: int) -> Customer:
    """A customer with what they owe today, as this person may see them."""
    company = get_customer_for(user, customer_id).company
    customer = with_owed(customers_for(user).filter(pk=customer_id), company.today()).get()
    with_standing([customer], company)
    return dressed(customer, people=people_of(customer))


def with_standing(customers: Iterable[Customer], company: Company) -> list[Customer]:
    """The customers with their holds, and with what counts against their limits today."""
    held = add_standing_holds(customers)
    exposures = exposures_of(company, held, company.today())
    return [dressed(customer, exposure=exposures[customer.pk]) for customer in held]


def _words(query: dict) -> str:
    return fold(query.get("q", ""))
