"""Ladders of reminders, how they are treated, and due days that are put off, for programs."""

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.models import (
    Channel,
    CreditPolicy,
    DueDayChange,
    LadderChoice,
    ReminderLadder,
    ReminderMode,
    ReminderStep,
    Tone,
    policy_of,
)
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.set_credit_policy import FIELDS, set_credit_policy
from credit_control.operations.set_reminder_ladders import (
    FIRST_DAY,
    LAST_DAY,
    MOST,
    StepDetails,
    choose_ladder,
    save_reminder_ladder,
)
from customers.access import get_customer_for
from ledger.models import OpenItem
from office.api.fields import AmountIn, AmountOut, IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

READ, SETTINGS = "credit_control.view_reminder", "office.change_company_settings"


class StepIn(Input):
    """A step of a ladder."""

    days = serializers.IntegerField(min_value=FIRST_DAY, max_value=LAST_DAY)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.MAIL)
    tone = serializers.ChoiceField(choices=Tone.choices)
    has_letter = serializers.BooleanField(default=True)


class LadderIn(Input):
    """A ladder."""

    name = serializers.CharField(max_length=100)
    steps = StepIn(many=True, allow_empty=False, max_length=MOST)  # type: ignore[call-arg]  # of the list


class LadderChoiceIn(Input):
    """Which ladder holds; for a group or customer where one is named."""

    ladder = IdIn(required=False, allow_null=True, help_text="Null: nobody is reminded.")
    group = IdIn(required=False)
    customer = IdIn(required=False)
    clear = serializers.BooleanField(default=False, help_text="The wider choice holds.")


class StepOut(serializers.ModelSerializer):
    """A step."""

    class Meta:
        model = ReminderStep
        fields = ["days", "channel", "tone", "has_letter"]


class LadderOut(serializers.ModelSerializer):
    """A ladder."""

    steps = StepOut(many=True)

    class Meta:
        model = ReminderLadder
        fields = ["id", "name", "steps"]


class LadderChoiceOut(serializers.ModelSerializer):
    """For whom which ladder holds."""

    class Meta:
        model = LadderChoice
        fields = ["group", "customer", "ladder"]


class LaddersOut(serializers.Serializer):
    """All ladders, and for whom each holds."""

    ladders = LadderOut(many=True)
    choices = LadderChoiceOut(many=True)


class CreditPolicyIn(Input):
    """What is to change of the policy; what is left out stays."""

    reminders = serializers.ChoiceField(choices=ReminderMode.choices, required=False)
    reminder_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    most_unattended = serializers.IntegerField(min_value=0, max_value=50_000, required=False)
    smallest_reminder = AmountIn(required=False)
    waits_for_bank = serializers.BooleanField(required=False)
    promise_days = serializers.IntegerField(min_value=0, max_value=366, required=False)
    promise_grace_days = serializers.IntegerField(min_value=0, max_value=31, required=False)
    own_promise_days = serializers.IntegerField(min_value=0, max_value=90, required=False)
    paid_notice_days = serializers.IntegerField(min_value=0, max_value=90, required=False)
    plan_months = serializers.IntegerField(min_value=1, max_value=60, required=False)
    plan_offer_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    plan_is_interest_free = serializers.BooleanField(required=False)
    plan_notice_days = serializers.IntegerField(min_value=0, max_value=31, required=False)
    plan_grace_days = serializers.IntegerField(min_value=0, max_value=31, required=False)
    own_plan_parts = serializers.IntegerField(min_value=0, max_value=60, required=False)
    plan_cancel_days = serializers.IntegerField(
        min_value=0, max_value=366, required=False, allow_null=True, help_text="Null: no plan ends by itself."
    )


class CreditPolicyOut(serializers.ModelSerializer):
    """The policy."""

    smallest_reminder = AmountOut("company.currency")

    class Meta:
        model = CreditPolicy
        fields = FIELDS


class DueDayIn(Input):
    """The day agreed on, and why."""

    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class DueDayOut(serializers.ModelSerializer):
    """When the item is due now."""

    class Meta:
        model = DueDayChange
        fields = ["id", "item", "before", "due_on", "reason"]


class LaddersView(ApiView):
    """Ladders."""

    permission = {"get": READ, "post": SETTINGS}

    @extend_schema(operation_id="list_reminder_ladders", parameters=[Query], responses=LaddersOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's ladders."""
        checked(Query, request.query_params.dict())
        choices = LadderChoice.objects.filter(company=company_of(request)).order_by("pk")
        return Response(LaddersOut({"ladders": _ladders(request), "choices": choices}).data)

    @extend_schema(operation_id="add_reminder_ladder", request=LadderIn, responses={201: LadderOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a ladder."""
        return Response(LadderOut(_saved(request, None)).data, 201)


class LadderView(ApiView):
    """One ladder."""

    permission = {"put": SETTINGS}

    @extend_schema(operation_id="change_reminder_ladder", request=LadderIn, responses=LadderOut)
    def put(self, request: ApiRequest, ladder_id: int) -> Response:
        """Change a ladder; what was reminded of at a step stays so."""
        if not _ladders(request).filter(pk=ladder_id).exists():
            raise Http404("No such ladder.")
        return Response(LadderOut(_saved(request, ladder_id)).data)


class LadderChoicesView(ApiView):
    """For whom a ladder holds."""

    permission = {"put": SETTINGS}

    @extend_schema(operation_id="choose_reminder_ladder", request=LadderChoiceIn, responses={204: None})
    def put(self, request: ApiRequest) -> Response:
        """Say which ladder holds."""
        data = checked(LadderChoiceIn, request.data)
        if "customer" in data:
            get_customer_for(request.user, data["customer"])
        choose_ladder(
            company_of(request),
            data.get("ladder"),
            by=request.user,
            group_id=data.get("group"),
            customer_id=data.get("customer"),
            clear=data["clear"],
        )
        return Response(status=204)


class CreditPolicyView(ApiView):
    """How promises and reminders are treated."""

    locks = "office.Company"
    permission = {"get": READ, "put": SETTINGS}

    @extend_schema(operation_id="get_credit_policy", parameters=[Query], responses=CreditPolicyOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's policy."""
        checked(Query, request.query_params.dict())
        return Response(CreditPolicyOut(policy_of(company_of(request))).data)

    @extend_schema(operation_id="set_credit_policy", request=CreditPolicyIn, responses=CreditPolicyOut)
    def put(self, request: ApiRequest) -> Response:
        """Change the policy."""
        wanted = checked(CreditPolicyIn, request.data)
        return Response(CreditPolicyOut(set_credit_policy(company_of(request), wanted, by=request.user)).data)


class DueDayView(ApiView):
    """When an item is due."""

    permission = {"post": "credit_control.put_off_due_day"}

    @extend_schema(operation_id="put_off_due_day", request=DueDayIn, responses={201: DueDayOut})
    @idempotent
    def post(self, request: ApiRequest, item_id: int) -> Response:
        """Agree on another day; reminders go by it, the book keeps the document's."""
        item = OpenItem.objects.filter(pk=item_id, amount__gt=0).first()
        if item is None:
            raise Http404("No such item.")
        get_customer_for(request.user, item.customer_id)
        return Response(
            DueDayOut(put_off_due_day(item.pk, by=request.user, **checked(DueDayIn, request.data))).data, 201
        )


def _ladders(request: ApiRequest) -> QuerySet[ReminderLadder]:
    return ReminderLadder.objects.filter(company=company_of(request)).prefetch_related("steps")


def _saved(request: ApiRequest, ladder_id: int | None) -> ReminderLadder:
    data = checked(LadderIn, request.data)
    steps = [StepDetails(**step) for step in data["steps"]]
    return save_reminder_ladder(company_of(request), data["name"], steps, by=request.user, ladder_id=ladder_id)
