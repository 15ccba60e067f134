"""Making two customers one, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for
from customers.operations.merge_customers import merge_customers, what_merging_moves
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest


class MergeQuery(Input):
    """Who becomes part of the customer."""

    gone = IdIn()


class MergeIn(MergeQuery):
    """Who becomes part of the customer, and how one knows that they are the same."""

    reason = serializers.CharField(max_length=300)


class MovedOut(serializers.Serializer):
    """How many rows of a kind name the kept customer, and how many stay with the old record."""

    kind = serializers.CharField()
    moved = serializers.IntegerField()
    stayed = serializers.IntegerField()


class MergedOut(serializers.Serializer):
    """What moved, or would."""

    results = MovedOut(many=True)


class MergeView(ApiView):
    """A customer who was entered twice."""

    permission = {"get": "customers.merge_customers", "post": "customers.merge_customers"}

    @extend_schema(operation_id="try_merge", parameters=[MergeQuery], responses=MergedOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """What would move to this customer; nothing is changed."""
        kept = get_customer_for(request.user, customer_id)
        gone = get_customer_for(request.user, checked(MergeQuery, request.query_params.dict())["gone"])
        return Response(MergedOut({"results": what_merging_moves(gone.pk, kept.pk)}).data)

    @extend_schema(operation_id="merge_customers", request=MergeIn, responses=MergedOut)
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Make another customer part of this one, for good."""
        kept = get_customer_for(request.user, customer_id)
        data = checked(MergeIn, request.data)
        gone = get_customer_for(request.user, data["gone"])
        moved = merge_customers(gone.pk, kept.pk, reason=data["reason"], by=request.user)
        return Response(MergedOut({"results": moved}).data)
