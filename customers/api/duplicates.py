"""Customers who may be one and the same, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from customers.duplicates import CERTAIN, LIKELY, pairs_of
from customers.models import NotTheSame
from customers.operations.tell_apart import dismiss_duplicate
from office.api.fields import IdIn, Input, WordsOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, seal, unseal
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

LIST = "duplicates"


class DuplicateOut(serializers.Serializer):
    """Two customers who may be one, and what they have alike."""

    first = CustomerRef()
    second = CustomerRef()
    strength = serializers.ChoiceField(choices=[CERTAIN, LIKELY])
    words = WordsOut()


class DuplicatePage(serializers.Serializer):
    """A page of them."""

    results = DuplicateOut(many=True)
    next = serializers.CharField(allow_null=True)


class DuplicateQuery(PageQuery):
    """Which of them."""

    q = serializers.CharField(required=False, max_length=200, help_text="Words of name, number, tax id or contact.")


class NotTheSameIn(Input):
    """Which two, and how it is known."""

    first = IdIn()
    second = IdIn()
    reason = serializers.CharField(max_length=300)


class NotTheSameOut(serializers.ModelSerializer):
    """That two who look like one are two."""

    first = CustomerRef()
    second = CustomerRef()
    said_by = serializers.CharField(source="said_by.name", allow_null=True, default=None)

    class Meta:
        model = NotTheSame
        fields = ["first", "second", "reason", "said_by", "said_at"]


class DuplicatesView(ApiView):
    """Pairs of customers who may be one."""

    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="list_duplicates", parameters=[DuplicateQuery], responses=DuplicatePage)
    def get(self, request: ApiRequest) -> Response:
        """The pairs of a company that nobody has said are two, the surest first."""
        query = checked(DuplicateQuery, request.query_params.dict())
        after = unseal(query["cursor"], LIST) if query.get("cursor") else ()
        most = query["limit"]
        found = pairs_of(company_of(request), request.user, search=query.get("q", ""), after=after, most=most + 1)
        following = seal(found[most - 1].place, LIST) if len(found) > most else None
        return Response(DuplicatePage({"results": found[:most], "next": following}).data)


class DismissDuplicateView(ApiView):
    """Saying that two are two."""

    permission = {"post": "customers.update_customer"}

    @extend_schema(operation_id="dismiss_duplicate", request=NotTheSameIn, responses={201: NotTheSameOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Remember that these two are two; they come up again once they have something more alike."""
        data = checked(NotTheSameIn, request.data)
        first, second = (get_customer_for(request.user, data[name]) for name in ("first", "second"))
        row = dismiss_duplicate(first.pk, second.pk, reason=data["reason"], by=request.user)
        return Response(NotTheSameOut(row).data, 201)
