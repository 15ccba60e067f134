"""Applications for an account, for programs."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import applications_for, get_application_for, get_customer_for
from customers.api.serializers import CustomerRef
from customers.applications import checklist_of
from customers.models import AccountApplication, ApplicationStatus, PointKey, application_policy_of
from customers.operations.manage_applications import (
    ApplicationDetails,
    apply_for_account,
    approve_application,
    decline_application,
    reopen_point,
    tick_point,
    waive_point,
)
from customers.operations.set_application_policy import set_application_policy
from office.api.approving import ApprovalOut
from office.api.fields import AmountIn, AmountOut, IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest


class ApplicationIn(Input):
    """What is asked; what is left out is not decided yet."""

    limit = AmountIn(required=False, allow_null=True, help_text="In the customer's currency.")
    terms_id = IdIn(required=False, allow_null=True)
    net_days = serializers.IntegerField(min_value=0, max_value=365, required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PointIn(Input):
    """Which point, and what is said of it."""

    point = serializers.ChoiceField(choices=PointKey.choices)
    note = serializers.CharField(max_length=300, help_text="What was seen, or why.")


class ApplicationDecisionIn(Input):
    """Why."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class PointOut(serializers.Serializer):
    """A point of the checklist."""

    key = serializers.ChoiceField(choices=PointKey.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # the field of that name, not a serializer's label
    is_required = serializers.BooleanField()
    state = serializers.ChoiceField(choices=["done", "waived", "missing"])
    words = serializers.CharField(source="shown_words", help_text="What is known, or was said.")
    said_by = serializers.CharField(source="said_by.name", allow_null=True, default=None)
    said_at = serializers.DateTimeField(allow_null=True)


class ApplicationOut(serializers.ModelSerializer):
    """An application for an account."""

    customer = CustomerRef()
    wanted_limit = AmountOut("customer.currency")
    asked_by = serializers.CharField(source="asked_by.name", allow_null=True, default=None)
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)

    class Meta:
        model = AccountApplication
        fields = ["id", "customer", "wanted_limit", "wanted_terms_id", "wanted_net_days", "note", "asked_by"]
        fields += ["asked_at", "status", "decided_by", "decided_at", "reason"]


class ApplicationWhole(ApplicationOut):
    """An application with its checklist as it stands now."""

    points = serializers.SerializerMethodField()

    class Meta(ApplicationOut.Meta):
        fields = [*ApplicationOut.Meta.fields, "points"]

    @extend_schema_field(PointOut(many=True))
    def get_points(self, application: AccountApplication) -> list[dict]:
        """Those that are required first."""
        return list(PointOut(checklist_of(application), many=True).data)


class ApplicationPage(serializers.Serializer):
    """A page of them."""

    results = ApplicationOut(many=True)
    next = serializers.CharField(allow_null=True)


class ApplicationQuery(PageQuery):
    """Which of them."""

    status = serializers.ChoiceField(choices=ApplicationStatus.choices, required=False)


class ApplicationPolicyIn(Input):
    """Which points are required."""

    required = serializers.ListField(child=serializers.ChoiceField(choices=PointKey.choices))  # type: ignore[assignment]


class ApplicationPolicyOut(serializers.Serializer):
    """Which points are required before an account is opened."""

    required = serializers.ListField(child=serializers.ChoiceField(choices=PointKey.choices))  # type: ignore[assignment]


class ApplicationsView(ApiView):
    """Applications."""

    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="list_account_applications", parameters=[ApplicationQuery], responses=ApplicationPage)
    def get(self, request: ApiRequest) -> Response:
        """The applications of a company's customers."""
        query = checked(ApplicationQuery, request.query_params.dict())
        rows = applications_for(request.user).filter(company=company_of(request))
        rows = rows.filter(status=query["status"]) if "status" in query else rows
        rows = rows.select_related("customer", "asked_by", "decided_by")
        found, following = page_of(rows, query, "account_applications")
        return Response(ApplicationPage({"results": found, "next": following}).data)


class ApplyView(ApiView):
    """Asking."""

    permission = {"post": "customers.create_customer"}

    @extend_schema(operation_id="apply_for_account", request=ApplicationIn, responses={201: ApplicationWhole})
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Ask that a customer's account be opened; nothing is billed to them before it is."""
        customer = get_customer_for(request.user, customer_id)
        details = ApplicationDetails(**checked(ApplicationIn, request.data))
        asked = apply_for_account(customer.pk, details, by=request.user)
        return _shown(request.user, asked.pk, 201)


class ApplicationView(ApiView):
    """One of them."""

    locks = "customers.AccountApplication"
    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="get_account_application", responses=ApplicationWhole)
    def get(self, request: ApiRequest, application_id: int) -> Response:
        """An application with its checklist."""
        return _shown(request.user, application_id)


def _of_point(name: str, operation: Callable[..., AccountApplication], word: str, words: str) -> type[ApiView]:
    """An endpoint that says something of a point; `word` is what the operation calls the note."""

    class PointView(ApiView):
        permission = {"post": "customers.manage_applications"}

        @extend_schema(operation_id=name, request=PointIn, responses=ApplicationWhole, description=words)
        @idempotent
        def post(self, request: ApiRequest, application_id: int) -> Response:
            asked = get_application_for(request.user, application_id)
            data: dict[str, Any] = checked(PointIn, request.data)
            operation(asked.pk, data["point"], by=request.user, **{word: data["note"]})
            return _shown(request.user, asked.pk)

    return PointView


TickPointView = _of_point("tick_point", tick_point, "note", "Say that a point was looked at, and what was seen.")
WaivePointView = _of_point("waive_point", waive_point, "reason", "Do without a point, and say why.")
ReopenPointView = _of_point("reopen_point", reopen_point, "reason", "Take back what was said of a point.")


class ApproveApplicationView(ApiView):
    """Opening the account."""

    permission = {"post": "customers.manage_applications"}

    @extend_schema(
        operation_id="approve_application",
        request=ApplicationDecisionIn,
        responses={200: ApplicationWhole, 202: ApprovalOut},
    )
    @idempotent
    def post(self, request: ApiRequest, application_id: int) -> Response:
        """Ask a second person to open the account: 202."""
        asked = get_application_for(request.user, application_id)
        reason = checked(ApplicationDecisionIn, request.data)["reason"]
        approve_application(asked.pk, on=asked.company.today(), by=request.user, reason=reason)
        return _shown(request.user, asked.pk)


class DeclineApplicationView(ApiView):
    """Not opening it."""

    permission = {"post": "customers.manage_applications"}

    @extend_schema(operation_id="decline_application", request=ApplicationDecisionIn, responses=ApplicationWhole)
    @idempotent
    def post(self, request: ApiRequest, application_id: int) -> Response:
        """Do not open the account, and say why."""
        asked = get_application_for(request.user, application_id)
        decline_application(asked.pk, reason=checked(ApplicationDecisionIn, request.data)["reason"], by=request.user)
        return _shown(request.user, asked.pk)


class ApplicationPolicyView(ApiView):
    """Which points are required."""

    locks = "office.Company"
    permission = {"get": "customers.view_customer", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_application_policy", parameters=[Query], responses=ApplicationPolicyOut)
    def get(self, request: ApiRequest) -> Response:
        """The points that a company requires."""
        checked(Query, request.query_params.dict())
        return Response(ApplicationPolicyOut(application_policy_of(company_of(request))).data)

    @extend_schema(operation_id="set_application_policy", request=ApplicationPolicyIn, responses=ApplicationPolicyOut)
    def put(self, request: ApiRequest) -> Response:
        """Change them."""
        required = checked(ApplicationPolicyIn, request.data)["required"]
        return Response(
            ApplicationPolicyOut(set_application_policy(company_of(request), required, by=request.user)).data
        )


def _shown(user: User, application_id: int, status: int = 200) -> Response:
    return Response(ApplicationWhole(get_application_for(user, application_id)).data, status)
