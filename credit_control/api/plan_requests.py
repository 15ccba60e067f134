"""What customers ask plans for, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.access import get_plan_request_for, plan_requests_for
from credit_control.models import AskedStatus, PlanRequest
from credit_control.operations.ask_plan import decline_plan_request
from customers.api.serializers import CustomerRef
from office.api.fields import AmountOut, Input, PersonNameOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class PlanRequestOut(serializers.ModelSerializer):
    """What a contact asks for; `plan` is the one that was offered for it."""

    customer = CustomerRef()
    contact = PersonNameOut(source="contact.name")
    amount = AmountOut()

    class Meta:
        model = PlanRequest
        fields = ["id", "customer", "contact", "amount", "currency", "parts", "first_on", "words", "asked_on"]
        fields += ["status", "plan", "answer", "closed_at"]


class PlanRequestPage(serializers.Serializer):
    """A page of them."""

    results = PlanRequestOut(many=True)
    next = serializers.CharField(allow_null=True)


class PlanRequestQuery(PageQuery):
    """Which of them."""

    status = serializers.ChoiceField(choices=AskedStatus.choices, required=False)


class DeclineRequestIn(Input):
    """Why not."""

    answer = serializers.CharField(max_length=300, help_text="The customer reads it.")


class PlanRequestsView(ApiView):
    """What customers ask plans for."""

    permission = {"get": "credit_control.view_paymentplan"}

    @extend_schema(operation_id="list_plan_requests", parameters=[PlanRequestQuery], responses=PlanRequestPage)
    def get(self, request: ApiRequest) -> Response:
        """The plans that customers of a company ask for. To answer one, offer the customer a plan."""
        query = checked(PlanRequestQuery, request.query_params.dict())
        rows = plan_requests_for(request.user).filter(company=company_of(request))
        rows = rows.filter(status=query["status"]) if "status" in query else rows
        found, following = page_of(rows.select_related("customer", "contact"), query, "plan_requests")
        return Response(PlanRequestPage({"results": found, "next": following}).data)


class PlanRequestView(ApiView):
    """One of them."""

    locks = "credit_control.PlanRequest"
    permission = {"get": "credit_control.view_paymentplan"}

    @extend_schema(operation_id="get_plan_request", responses=PlanRequestOut)
    def get(self, request: ApiRequest, request_id: int) -> Response:
        """What a contact asks for."""
        return Response(PlanRequestOut(get_plan_request_for(request.user, request_id)).data)


class DeclinePlanRequestView(ApiView):
    """Saying no."""

    permission = {"post": "credit_control.manage_plans"}

    @extend_schema(operation_id="decline_plan_request", request=DeclineRequestIn, responses=PlanRequestOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Decline it; the customer reads why."""
        asked = get_plan_request_for(request.user, request_id)
        decline_plan_request(asked.pk, **checked(DeclineRequestIn, request.data), by=request.user)
        return Response(PlanRequestOut(get_plan_request_for(request.user, request_id)).data)
