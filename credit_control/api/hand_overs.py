"""Hand-overs to collection agencies, for programs."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from credit_control.access import get_hand_over_for, hand_overs_for
from credit_control.agency_file import agency_zip
from credit_control.hand_overs import STATES, with_state
from credit_control.models import HandedItem, HandOver, HandOverOutcome
from credit_control.operations.hand_to_agency import HandOverDetails, end_hand_over, hand_to_agency
from credit_control.web.downloads import download
from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from ledger.money import round_money
from office.api.fields import AmountOut, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest

WHERE = {"customer": "customer_id", "state": "state"}
READ, ACT = "credit_control.view_handover", "credit_control.hand_over"


class HandOverIn(Input):
    """What goes to whom."""

    customer = IdIn()
    agency = serializers.CharField(max_length=100)
    items = serializers.ListField(child=IdIn(), allow_empty=False, max_length=1000)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    was_warned = serializers.BooleanField(default=False, help_text="In another way than by a final notice.")


class EndHandOverIn(Input):
    """How it ended."""

    outcome = serializers.ChoiceField(choices=HandOverOutcome.choices)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class HandedItemOut(serializers.ModelSerializer):
    """An item that was handed over, and what of it is open now."""

    document = serializers.CharField(source="item.reference")
    currency = serializers.CharField(source="item.currency")
    amount = AmountOut("item.currency")
    open = serializers.SerializerMethodField()

    class Meta:
        model = HandedItem
        fields = ["item", "document", "currency", "amount", "open"]

    def get_open(self, row: HandedItem) -> str:
        """What of the item is open now."""
        return str(round_money(row.item.balance, row.item.currency))


class HandOverOut(serializers.ModelSerializer):
    """A hand-over; `open` is what of it is open now."""

    customer = CustomerRef()
    currency = serializers.CharField()
    amount = AmountOut()
    open = AmountOut()
    state = serializers.ChoiceField(choices=STATES)
    items = HandedItemOut(many=True)

    class Meta:
        model = HandOver
        fields = ["id", "customer", "agency", "state", "handed_on", "currency", "amount", "open", "note"]
        fields += ["ended_on", "end_note", "items"]


class HandOverPage(serializers.Serializer):
    """A page of hand-overs."""

    results = HandOverOut(many=True)
    next = serializers.CharField(allow_null=True)


class HandOverQuery(PageQuery):
    """Which hand-overs."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)


class HandOversView(ApiView):
    """Hand-overs."""

    permission = {"get": READ, "post": ACT}

    @extend_schema(operation_id="list_hand_overs", parameters=[HandOverQuery], responses=HandOverPage)
    def get(self, request: ApiRequest) -> Response:
        """The hand-overs of the caller's customers."""
        query = checked(HandOverQuery, request.query_params.dict())
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = with_state(hand_overs_for(request.user).filter(company=company_of(request))).filter(**where)
        rows = rows.select_related("customer").prefetch_related("items__item")
        found, following = page_of(rows, query, "hand-overs")
        return Response(HandOverPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="hand_over", request=HandOverIn, responses={201: HandOverOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Hand items to an agency; nobody here reminds of them any more."""
        data = checked(HandOverIn, request.data)
        customer = get_customer_for(request.user, data.pop("customer"))
        details = HandOverDetails(item_ids=data.pop("items"), **data)
        made = hand_to_agency(customer.pk, details, on=customer.company.today(), by=request.user)
        return Response(HandOverOut(_read(request.user, made.pk)).data, 201)


class HandOverView(ApiView):
    """One hand-over."""

    locks = "credit_control.HandOver"
    permission = {"get": READ}

    @extend_schema(operation_id="get_hand_over", responses=HandOverOut)
    def get(self, request: ApiRequest, hand_over_id: int) -> Response:
        """A hand-over with its items."""
        return Response(HandOverOut(_read(request.user, hand_over_id)).data)


class ZipRenderer(BaseRenderer):
    """Lets a caller ask for application/zip; the view makes the bytes."""

    media_type = "application/zip"
    format = "zip"
    render_style = "binary"
    charset = None


class FileView(ApiView):
    """The agency's file."""

    permission = {"get": ACT}
    renderer_classes = [ZipRenderer, JSONRenderer]

    @extend_schema(operation_id="get_agency_file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, hand_over_id: int) -> HttpResponse:
        """The claims as CSV, with documents and letters, in a ZIP."""
        made = get_hand_over_for(request.user, hand_over_id)
        return download(agency_zip(made, request.user), "application/zip", f"hand-over-{made.pk}.zip")


class EndView(ApiView):
    """The end of a hand-over."""

    permission = {"post": ACT}

    @extend_schema(operation_id="end_hand_over", request=EndHandOverIn, responses=HandOverOut)
    @idempotent
    def post(self, request: ApiRequest, hand_over_id: int) -> Response:
        """End a hand-over: what is open of it is ours to ask for again."""
        made = get_hand_over_for(request.user, hand_over_id)
        data = checked(EndHandOverIn, request.data)
        end_hand_over(made.pk, data["outcome"], on=made.company.today(), by=request.user, note=data["note"])
        return Response(HandOverOut(_read(request.user, made.pk)).data)


def _read(user: User, hand_over_id: int) -> HandOver:
    get_hand_over_for(user, hand_over_id)
    rows = with_state(hand_overs_for(user)).select_related("customer").prefetch_related("items__item")
    return rows.get(pk=hand_over_id)
