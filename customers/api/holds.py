"""Holds, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for, get_hold_for, holds_for
from customers.api.serializers import CustomerRef
from customers.holds import in_hold_state
from customers.models import CreditHold, HoldCause
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import LONGEST_QUIET, release_hold
from office.api.approving import ApprovalOut
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

STATES = (("on_hold", "On hold"), ("released", "Released"))


class HoldIn(Input):
    """Whom to put on hold by hand, and why."""

    customer = IdIn()
    reason = serializers.CharField(max_length=300)


class ReleaseHoldIn(Input):
    """Why they are billed again."""

    reason = serializers.CharField(max_length=300)
    quiet_days = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_QUIET,
        help_text="So long no rule places it again; left out: as the company says.",
    )


class HoldOut(serializers.ModelSerializer):
    """A hold; by a rule where nobody placed it."""

    customer = CustomerRef()
    state = serializers.ChoiceField(choices=STATES)
    placed_by = serializers.CharField(source="placed_by.name", allow_null=True, default=None)
    released_by = serializers.CharField(source="released_by.name", allow_null=True, default=None)
    approved_by = serializers.CharField(source="approved_by.name", allow_null=True, default=None)

    class Meta:
        model = CreditHold
        fields = ["id", "customer", "state", "cause", "words", "placed_on", "placed_by", "placed_at", "released_on"]
        fields += ["released_by", "released_at", "release_reason", "approved_by", "quiet_until"]


class HoldPage(serializers.Serializer):
    """A page of holds."""

    results = HoldOut(many=True)
    next = serializers.CharField(allow_null=True)


class HoldQuery(PageQuery):
    """Which holds."""

    customer = IdIn(required=False)
    cause = serializers.ChoiceField(choices=HoldCause.choices, required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)


class HoldsView(ApiView):
    """Holds."""

    permission = {"get": "customers.view_customer", "post": "customers.place_hold"}

    @extend_schema(operation_id="list_holds", parameters=[HoldQuery], responses=HoldPage)
    def get(self, request: ApiRequest) -> Response:
        """The holds of the caller's customers, released ones too."""
        query = checked(HoldQuery, request.query_params.dict())
        where = {
            field: query[name] for name, field in {"customer": "customer_id", "cause": "cause"}.items() if name in query
        }
        rows = holds_for(request.user).filter(company=company_of(request), **where)
        if "state" in query:
            rows = in_hold_state(rows, query["state"])
        found, following = page_of(rows.select_related(*SHOWN), query, "holds")
        return Response(HoldPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="place_hold", request=HoldIn, responses={201: HoldOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Put a customer on hold: nothing more is billed to them."""
        data = checked(HoldIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        hold = place_hold(customer.pk, data["reason"], on=customer.company.today(), by=request.user)
        return Response(HoldOut(hold).data, 201)


class HoldView(ApiView):
    """One hold."""

    locks = "customers.CreditHold"
    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="get_hold", responses=HoldOut)
    def get(self, request: ApiRequest, hold_id: int) -> Response:
        """A hold."""
        return Response(HoldOut(get_hold_for(request.user, hold_id)).data)


class ReleaseHoldView(ApiView):
    """Releasing."""

    permission = {"post": "customers.ask_release"}

    @extend_schema(operation_id="release_hold", request=ReleaseHoldIn, responses={200: HoldOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, hold_id: int) -> Response:
        """Release a hold; 202 where somebody else has to say yes first."""
        hold = get_hold_for(request.user, hold_id)
        data = checked(ReleaseHoldIn, request.data)
        return Response(HoldOut(release_hold(hold.pk, **data, on=hold.company.today(), by=request.user)).data)


SHOWN = ("customer", "placed_by", "released_by", "approved_by")
