"""What customers ask to be changed, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import change_requests_for, get_change_request_for
from customers.api.serializers import CustomerRef
from customers.changes import STATES, differences
from customers.models import ChangeRequest, ChangeTopic
from customers.operations.decide_change import approve_change, refuse_change
from office.api.fields import Input, PersonNameOut, PersonTextOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest


class DifferenceOut(serializers.Serializer):
    """A field as it was when its change was asked, as it is now, and as it is wanted."""

    label = serializers.CharField()  # type: ignore[assignment]  # the field of that name, not a serializer's label
    before = PersonTextOut()
    now = PersonTextOut()
    wanted = PersonTextOut()
    is_stale = serializers.BooleanField(help_text="Somebody changed it meanwhile, to something else.")


class ChangeRequestOut(serializers.ModelSerializer):
    """What a contact asked to be changed; of a bank account the last digits."""

    customer = CustomerRef()
    contact = PersonNameOut(source="contact.name")
    before: serializers.Field[Any, Any, Any, Any] = serializers.DictField(child=PersonTextOut(), read_only=True)
    wanted: serializers.Field[Any, Any, Any, Any] = serializers.DictField(child=PersonTextOut(), read_only=True)

    class Meta:
        model = ChangeRequest
        fields = [
            "id",
            "customer",
            "contact",
            "topic",
            "before",
            "wanted",
            "asked_at",
            "status",
            "reason",
            "decided_at",
        ]


class ChangeRequestWhole(ChangeRequestOut):
    """A request with what is different now."""

    differences = serializers.SerializerMethodField()

    class Meta(ChangeRequestOut.Meta):
        fields = [*ChangeRequestOut.Meta.fields, "differences"]

    @extend_schema_field(DifferenceOut(many=True))
    def get_differences(self, request: ChangeRequest) -> list[dict]:
        """Field by field."""
        return list(DifferenceOut(differences(request), many=True).data)


class ChangeRequestPage(serializers.Serializer):
    """A page of them."""

    results = ChangeRequestOut(many=True)
    next = serializers.CharField(allow_null=True)


class ChangeRequestQuery(PageQuery):
    """Which of them."""

    status = serializers.ChoiceField(choices=STATES, required=False)
    topic = serializers.ChoiceField(choices=ChangeTopic.choices, required=False)


class ApproveIn(Input):
    """Whether it is meant although somebody changed it meanwhile."""

    anyway = serializers.BooleanField(default=False)


class RefuseIn(Input):
    """Why it stays as it is."""

    reason = serializers.CharField(max_length=300, help_text="The customer reads it.")


class ChangeRequestsView(ApiView):
    """What customers ask to be changed."""

    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="list_change_requests", parameters=[ChangeRequestQuery], responses=ChangeRequestPage)
    def get(self, request: ApiRequest) -> Response:
        """What the customers of a company ask to be changed."""
        query = checked(ChangeRequestQuery, request.query_params.dict())
        rows = change_requests_for(request.user).filter(company=company_of(request))
        rows = rows.filter(**{name: query[name] for name in ("status", "topic") if name in query})
        found, following = page_of(rows.select_related("customer", "contact"), query, "change_requests")
        return Response(ChangeRequestPage({"results": found, "next": following}).data)


class ChangeRequestView(ApiView):
    """One of them."""

    locks = "customers.ChangeRequest"
    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="get_change_request", responses=ChangeRequestWhole)
    def get(self, request: ApiRequest, request_id: int) -> Response:
        """What a contact asked, and what is different now."""
        return _shown(request.user, request_id)


class ApproveChangeView(ApiView):
    """Approving."""

    permission = {"post": "customers.decide_changes"}

    @extend_schema(operation_id="approve_change", request=ApproveIn, responses=ChangeRequestWhole)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Make the change; a bank account then waits for a second person."""
        asked = get_change_request_for(request.user, request_id)
        approve_change(asked.pk, **checked(ApproveIn, request.data), by=request.user)
        return _shown(request.user, request_id)


class RefuseChangeView(ApiView):
    """Refusing."""

    permission = {"post": "customers.decide_changes"}

    @extend_schema(operation_id="refuse_change", request=RefuseIn, responses=ChangeRequestWhole)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Leave things as they are; the customer reads why."""
        asked = get_change_request_for(request.user, request_id)
        refuse_change(asked.pk, **checked(RefuseIn, request.data), by=request.user)
        return _shown(request.user, request_id)


def _shown(user: User, request_id: int) -> Response:
    return Response(ChangeRequestWhole(get_change_request_for(user, request_id)).data)
