"""Who pays for whom, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from customers.models import Customer
from customers.operations.declare_payer import declare_payer
from customers.payers import payer_of
from office.api.fields import IdIn, Input
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest


class PayerIn(Input):
    """Who pays what a customer owes."""

    payer = IdIn(allow_null=True, help_text="Null: they pay for themselves.")


class PayerOut(serializers.Serializer):
    """Who pays for a customer, and for whom they pay."""

    payer = CustomerRef(allow_null=True)
    pays_for = CustomerRef(many=True)


class PayerView(ApiView):
    """The payer of a customer."""

    locks = "customers.Customer"
    permission = {"get": "customers.view_customer", "put": "customers.update_customer"}

    @extend_schema(operation_id="get_payer", responses=PayerOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """Who pays for a customer, and for whom they pay."""
        return _shown(get_customer_for(request.user, customer_id))

    @extend_schema(operation_id="declare_payer", request=PayerIn, responses=PayerOut)
    def put(self, request: ApiRequest, customer_id: int) -> Response:
        """Say who pays what a customer owes."""
        customer = get_customer_for(request.user, customer_id)
        wanted = checked(PayerIn, request.data)["payer"]
        payer = get_customer_for(request.user, wanted) if wanted else None
        declare_payer(customer.pk, payer.pk if payer else None, by=request.user)
        return _shown(customer)


def _shown(customer: Customer) -> Response:
    declared = payer_of(customer)
    payees = customer.declared_payees.filter(ended_at=None).select_related("customer")
    facts = {"payer": declared and declared.payer, "pays_for": [row.customer for row in payees]}
    return Response(PayerOut(facts).data)
