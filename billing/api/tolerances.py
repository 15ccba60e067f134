"""By how much what is billed may pass what was ordered, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.models import Product, Tolerance
from billing.operations.set_tolerance import ToleranceDetails, set_tolerance
from customers.access import get_customer_for
from office.api.fields import IdIn, Input, Query
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class ToleranceOut(serializers.ModelSerializer):
    """Percents of a company, a customer, a product, or both; null: as for all around it."""

    class Meta:
        model = Tolerance
        fields = ["id", "customer", "product", "quantity_percent", "price_percent", "amount_percent"]


class TolerancesOut(serializers.Serializer):
    """All of them."""

    results = ToleranceOut(many=True)


class ToleranceIn(Input):
    """Percents, of whom and what; without any percent it is removed."""

    customer = IdIn(required=False, allow_null=True, default=None)
    product = IdIn(required=False, allow_null=True, default=None)
    quantity_percent = serializers.DecimalField(9, 6, required=False, allow_null=True, default=None)
    price_percent = serializers.DecimalField(9, 6, required=False, allow_null=True, default=None)
    amount_percent = serializers.DecimalField(9, 6, required=False, allow_null=True, default=None)


class TolerancesView(ApiView):
    """Tolerances."""

    locks = "office.Company"
    permission = {"get": "billing.view_order", "put": "office.change_company_settings"}

    @extend_schema(operation_id="list_tolerances", parameters=[Query], responses=TolerancesOut)
    def get(self, request: ApiRequest) -> Response:
        """What holds."""
        checked(Query, request.query_params.dict())
        return _answer(request)

    @extend_schema(operation_id="set_tolerance", request=ToleranceIn, responses=TolerancesOut)
    def put(self, request: ApiRequest) -> Response:
        """Set or remove one, and say what holds then."""
        data, company = checked(ToleranceIn, request.data), company_of(request)
        customer_id, product_id = data.pop("customer"), data.pop("product")
        customer = get_customer_for(request.user, customer_id) if customer_id else None
        product = Product.objects.filter(company=company, pk=product_id).first()
        if product_id and product is None:
            raise Http404("No such product.")
        set_tolerance(company, ToleranceDetails(**data), customer=customer, product=product, by=request.user)
        return _answer(request)


def _answer(request: ApiRequest) -> Response:
    rows = Tolerance.objects.filter(company=company_of(request)).order_by("pk")
    return Response(TolerancesOut({"results": rows}).data)
