"""Which programs are told what happens, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from office.operations.manage_webhooks import (
    LONGEST_OVERLAP_HOURS,
    LONGEST_URL,
    EndpointDetails,
    add_endpoint,
    change_endpoint,
    end_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
    send_again,
    send_test,
)
from office.web.requests import ApiRequest
from office.webhooks.access import deliveries_of, endpoints_for, get_delivery_for, get_endpoint_for
from office.webhooks.events import KINDS

MANAGE = "office.manage_webhooks"


class EventKindOut(serializers.Serializer):
    """A kind of event that may be heard."""

    name = serializers.CharField()
    words = serializers.CharField()


class EventKindsOut(serializers.Serializer):
    """All of them."""

    results = EventKindOut(many=True)


class WebhookOut(serializers.ModelSerializer):
    """A program that is told; `kinds` empty: everything. Paused: it waits, for 30 days at most."""

    kinds = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = WebhookEndpoint
        fields = [
            *("id", "name", "url", "kinds", "made_at", "paused_at", "pause_reason", "failing_since"),
            "old_secret_until",
        ]


class WebhookPage(serializers.Serializer):
    """A page of programs that are told."""

    results = WebhookOut(many=True)
    next = serializers.CharField(allow_null=True)


class WebhookIn(Input):
    """A program and where it listens."""

    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=LONGEST_URL, help_text="https:// and reached from the internet.")
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, help_text="Empty: everything."
    )

    def details(self, data: dict[str, Any]) -> EndpointDetails:
        """As operations take it."""
        return EndpointDetails(data["url"], data["name"], data["kinds"])


class SecretField(serializers.CharField):
    """A secret that its receiver made, so that no answer holds one."""

    def __init__(self) -> None:
        super().__init__(max_length=100, help_text="whsec_ and 24 to 64 random bytes in Base64. Never told again.")


class NewWebhookIn(WebhookIn):
    """A new program, with the secret by which it checks what it gets."""

    secret = SecretField()


class RotateIn(Input):
    """A new secret, and for how long the one before it signs as well."""

    secret = SecretField()
    overlap_hours = serializers.IntegerField(min_value=0, max_value=LONGEST_OVERLAP_HOURS, default=24)


class AgainIn(Input):
    """What is sent once more: these, or what was given up since a moment, or all since then."""

    deliveries = serializers.ListField(child=IdIn(), required=False, allow_null=True, default=None, max_length=1000)
    since = serializers.DateTimeField(required=False, allow_null=True, default=None)
    all = serializers.BooleanField(required=False, default=False, help_text="Also what arrived.")


class AgainOut(serializers.Serializer):
    """How many leave again."""

    deliveries = serializers.IntegerField()


class WebhookDeliveryOut(serializers.ModelSerializer):
    """An event on its way."""

    kind = serializers.CharField(source="event.kind")
    message_id = serializers.SerializerMethodField(help_text="Its webhook-id.")
    sequence = serializers.IntegerField(source="event_id")
    object_id = serializers.IntegerField(source="event.subject_id")
    number = serializers.CharField(source="event.subject_number")
    occurred_at = serializers.DateTimeField(source="event.occurred_at")

    class Meta:
        model = WebhookDelivery
        fields = [
            *("id", "kind", "message_id", "sequence", "object_id", "number", "occurred_at"),
            *("state", "attempts", "due_at", "finished_at"),
        ]

    def get_message_id(self, delivery: WebhookDelivery) -> str:
        return f"msg_{delivery.event.uid.hex}"


class TryOut(serializers.ModelSerializer):
    """One try."""

    class Meta:
        model = WebhookAttempt
        fields = ["at", "status", "words", "milliseconds"]


class WebhookDeliveryWithTries(WebhookDeliveryOut):
    """The same with each try, the latest first."""

    tries = serializers.SerializerMethodField()

    class Meta(WebhookDeliveryOut.Meta):
        fields = [*WebhookDeliveryOut.Meta.fields, "tries"]

    @extend_schema(responses=TryOut(many=True))
    def get_tries(self, delivery: WebhookDelivery) -> list[dict[str, Any]]:
        return list(TryOut(delivery.tries.order_by("-at"), many=True).data)


class WebhookDeliveryPage(serializers.Serializer):
    """A page of deliveries."""

    results = WebhookDeliveryOut(many=True)
    next = serializers.CharField(allow_null=True)


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state = serializers.ChoiceField(DeliveryState.choices, required=False)


class EventKindsView(ApiView):
    """What may be heard."""

    permission = {"get": MANAGE}

    @extend_schema(operation_id="list_webhook_events", responses=EventKindsOut)
    def get(self, request: ApiRequest) -> Response:
        """The kinds of events."""
        return Response(EventKindsOut({"results": list(KINDS.values())}).data)


class WebhooksView(ApiView):
    """Programs that are told."""

    permission = {"get": MANAGE, "post": MANAGE}

    @extend_schema(operation_id="list_webhooks", parameters=[PageQuery], responses=WebhookPage)
    def get(self, request: ApiRequest) -> Response:
        """Those of the company."""
        query = checked(PageQuery, request.query_params.dict())
        rows = endpoints_for(request.user).filter(company=company_of(request))
        found, following = page_of(rows, query, "webhooks")
        return Response(WebhookPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="add_webhook", request=NewWebhookIn, responses={201: WebhookOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Tell a program from now on."""
        data = checked(NewWebhookIn, request.data)
        details = WebhookIn().details(data)
        made, _ = add_endpoint(company_of(request), details, secret=data["secret"], by=request.user)
        return Response(WebhookOut(made).data, 201)


class WebhookView(ApiView):
    """One program that is told."""

    locks = "office.WebhookEndpoint"
    permission = {"get": MANAGE, "put": MANAGE, "delete": MANAGE}

    @extend_schema(operation_id="get_webhook", responses=WebhookOut)
    def get(self, request: ApiRequest, endpoint_id: int) -> Response:
        """What it hears and how that goes."""
        return Response(WebhookOut(get_endpoint_for(request.user, endpoint_id)).data)

    @extend_schema(operation_id="change_webhook", request=WebhookIn, responses=WebhookOut)
    def put(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Change what it hears, or where."""
        shown, data = get_endpoint_for(request.user, endpoint_id), checked(WebhookIn, request.data)
        return Response(WebhookOut(change_endpoint(shown.pk, WebhookIn().details(data), by=request.user)).data)

    @extend_schema(operation_id="end_webhook", responses={204: None})
    def delete(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Tell it nothing more."""
        end_endpoint(get_endpoint_for(request.user, endpoint_id).pk, by=request.user)
        return Response(status=204)


class RotateView(ApiView):
    """Its secret."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="rotate_webhook_secret", request=RotateIn, responses=WebhookOut)
    @idempotent
    def post(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Sign by a new secret; the one before it signs as well for some hours."""
        shown, data = get_endpoint_for(request.user, endpoint_id), checked(RotateIn, request.data)
        told = {"secret": data["secret"], "by": request.user}
        return Response(WebhookOut(rotate_secret(shown.pk, data["overlap_hours"], **told)[0]).data)


class TestView(ApiView):
    """A test."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="test_webhook", request=None, responses={202: None})
    @idempotent
    def post(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Send it an event of kind `test`."""
        send_test(get_endpoint_for(request.user, endpoint_id).pk, by=request.user)
        return Response(status=202)


class PauseView(ApiView):
    """Nothing for now."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="pause_webhook", request=None, responses=WebhookOut)
    @idempotent
    def post(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Send nothing for now; what happens meanwhile waits."""
        return Response(
            WebhookOut(pause_endpoint(get_endpoint_for(request.user, endpoint_id).pk, by=request.user)).data
        )


class ResumeView(ApiView):
    """Again."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="resume_webhook", request=None, responses=WebhookOut)
    @idempotent
    def post(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Send again, first what waited."""
        shown = get_endpoint_for(request.user, endpoint_id)
        return Response(WebhookOut(resume_endpoint(shown.pk, by=request.user)).data)


class DeliveriesView(ApiView):
    """What it was told."""

    permission = {"get": MANAGE}

    @extend_schema(operation_id="list_webhook_deliveries", parameters=[DeliveryQuery], responses=WebhookDeliveryPage)
    def get(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Its deliveries."""
        query = checked(DeliveryQuery, request.query_params.dict())
        rows = deliveries_of(get_endpoint_for(request.user, endpoint_id))
        rows = rows.filter(state=query["state"]) if query.get("state") else rows
        found, following = page_of(rows, query, "webhook-deliveries")
        return Response(WebhookDeliveryPage({"results": found, "next": following}).data)


class DeliveryView(ApiView):
    """One telling."""

    locks = "office.WebhookDelivery"
    permission = {"get": MANAGE}

    @extend_schema(operation_id="get_webhook_delivery", responses=WebhookDeliveryWithTries)
    def get(self, request: ApiRequest, endpoint_id: int, delivery_id: int) -> Response:
        """With each try."""
        return Response(WebhookDeliveryWithTries(get_delivery_for(request.user, endpoint_id, delivery_id)).data)


class SendAgainView(ApiView):
    """Once more."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="send_webhooks_again", request=AgainIn, responses=AgainOut)
    @idempotent
    def post(self, request: ApiRequest, endpoint_id: int) -> Response:
        """Send deliveries once more, under the ids they had."""
        shown, data = get_endpoint_for(request.user, endpoint_id), checked(AgainIn, request.data)
        count = send_again(
            shown.pk,
            by=request.user,
            delivery_ids=data["deliveries"],
            since=data["since"],
            only_failed=not data["all"],
        )
        return Response(AgainOut({"deliveries": count}).data)
