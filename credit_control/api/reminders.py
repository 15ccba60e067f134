"""Reminders, for programs."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.access import get_reminder_for, reminders_for
from credit_control.models import Reminder, ReminderItem, Tone
from credit_control.operations.remind_many import MOST, start_reminding
from credit_control.operations.send_reminders import send_reminders
from credit_control.reminders.coming import with_mail
from credit_control.reminders.proposals import Proposal, customers_at_a_step, proposals_for
from customers.access import customers_for, get_customer_for
from customers.api.serializers import CustomerRef
from customers.models import Customer
from office.api.fields import AmountOut, IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.paging import USUAL, PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

WHERE = {"customer": "customer_id", "tone": "tone", "from": "reminded_on__gte", "to": "reminded_on__lte"}
READ, SEND = "credit_control.view_reminder", "credit_control.send_reminders"


class ReminderIn(Input):
    """Whom to remind, and of which items."""

    customer = IdIn()
    items = serializers.ListField(
        child=IdIn(), required=False, max_length=1000, help_text="Left out: all that are at a step."
    )


class RemindersIn(Input):
    """Whom the workers are to remind."""

    customers = serializers.ListField(child=IdIn(), allow_empty=False, max_length=MOST)


class ReminderItemOut(serializers.ModelSerializer):
    """An item that was reminded of, and at which step; `dropped` says why it was left out of the mail."""

    document = serializers.CharField(source="item.reference")
    currency = serializers.CharField(source="item.currency")
    amount = AmountOut("item.currency")

    class Meta:
        model = ReminderItem
        fields = ["item", "document", "days", "currency", "amount", "dropped"]


class ReminderOut(serializers.ModelSerializer):
    """A reminder, and what became of its mail."""

    customer = CustomerRef()
    items = ReminderItemOut(many=True)
    mail = serializers.CharField(allow_null=True)

    class Meta:
        model = Reminder
        fields = ["id", "customer", "reminded_on", "channel", "tone", "mail", "items"]


class ReminderPage(serializers.Serializer):
    """A page of reminders."""

    results = ReminderOut(many=True)
    next = serializers.CharField(allow_null=True)


class ReminderQuery(PageQuery):
    """Which reminders."""

    customer = IdIn(required=False)
    tone = serializers.ChoiceField(choices=Tone.choices, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the days, whose names are words of Python's."""
        return super().get_fields() | {name: serializers.DateField(required=False) for name in ("from", "to")}


class AskedOut(serializers.Serializer):
    """An item that would be asked for."""

    item = serializers.IntegerField(source="item.pk")
    document = serializers.CharField(source="item.reference")
    due_on = serializers.DateField()
    days = serializers.IntegerField(source="step.days")
    currency = serializers.CharField(source="item.currency")
    amount = AmountOut("item.currency")


class HeldItemOut(serializers.Serializer):
    """An item that waits, and why."""

    item = serializers.IntegerField(source="item.pk")
    document = serializers.CharField(source="item.reference")
    why = serializers.CharField()


class ReminderProposalOut(serializers.Serializer):
    """What a customer would be sent; with `why_not` they are not."""

    customer = CustomerRef()
    tone = serializers.SerializerMethodField()
    channel = serializers.SerializerMethodField()
    asked = AskedOut(many=True)
    held = HeldItemOut(many=True)
    why_not = serializers.CharField()
    is_wrong = serializers.BooleanField()

    def get_tone(self, row: Proposal) -> str:
        """In which words; empty where nothing is asked for."""
        return row.step.tone if row.asked else ""

    def get_channel(self, row: Proposal) -> str:
        """By which way; empty where nothing is asked for."""
        return row.step.channel if row.asked else ""


class ReminderPreviewQuery(Query):
    """After which customer."""

    customer = IdIn(required=False, help_text="Only this one.")
    after = serializers.IntegerField(
        min_value=0, default=0, help_text="How many customers to pass over: what `next` of the page before said."
    )
    limit = serializers.IntegerField(min_value=1, max_value=200, default=USUAL, help_text="Customers on a page.")


class ReminderPreviewOut(serializers.Serializer):
    """Who would be sent what, and who would not and why."""

    results = ReminderProposalOut(many=True)
    next = serializers.IntegerField(allow_null=True)


class RemindersOut(serializers.Serializer):
    """What was written, and what was not and why."""

    results = ReminderOut(many=True)
    left_out = ReminderProposalOut(many=True)


class ReminderRunOut(serializers.Serializer):
    """The run that reminds them."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    status = serializers.CharField()


class RemindersView(ApiView):
    """Reminders."""

    permission = {"get": READ, "post": SEND}

    @extend_schema(operation_id="list_reminders", parameters=[ReminderQuery], responses=ReminderPage)
    def get(self, request: ApiRequest) -> Response:
        """The reminders of the caller's customers."""
        query = checked(ReminderQuery, request.query_params.dict())
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = with_mail(reminders_for(request.user).filter(company=company_of(request), **where))
        found, following = page_of(_with_items(rows), query, "reminders")
        return Response(ReminderPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="send_reminder", request=ReminderIn, responses={201: RemindersOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Remind a customer of what is at a step today; again, it sends nothing."""
        data = checked(ReminderIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        company = customer.company
        reminders, left_out = send_reminders(
            company, [customer.pk], on=company.today(), by=request.user, only=data.get("items")
        )
        rows = _with_items(with_mail(Reminder.objects.filter(pk__in=[each.pk for each in reminders])))
        return Response(RemindersOut({"results": rows, "left_out": left_out}).data, 201)


class PreviewView(ApiView):
    """What reminding would do."""

    permission = {"get": SEND}

    @extend_schema(operation_id="preview_reminders", parameters=[ReminderPreviewQuery], responses=ReminderPreviewOut)
    def get(self, request: ApiRequest) -> Response:
        """Who would be sent what today, and who would not and why; nothing is sent."""
        query, company = checked(ReminderPreviewQuery, request.query_params.dict()), company_of(request)
        today, seen = company.today(), set(customers_for(request.user).values_list("pk", flat=True))
        ids = [pk for pk in customers_at_a_step(company, today) if pk in seen & {query.get("customer", pk)}]
        page = ids[query["after"] : query["after"] + query["limit"]]
        customers = Customer.objects.filter(pk__in=page).select_related("company")
        following = query["after"] + query["limit"]
        shown = {
            "results": proposals_for(company, customers, today),
            "next": following if following < len(ids) else None,
        }
        return Response(ReminderPreviewOut(shown).data)


class RunView(ApiView):
    """Reminding many."""

    permission = {"post": SEND}

    @extend_schema(operation_id="send_reminders", request=RemindersIn, responses={202: ReminderRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the workers remind many customers."""
        company, data = company_of(request), checked(RemindersIn, request.data)
        seen = customers_for(request.user).filter(pk__in=data["customers"]).values_list("pk", flat=True)
        run = start_reminding(company, list(seen), on=company.today(), by=request.user)
        return Response(ReminderRunOut(run).data, 202)


class ReminderView(ApiView):
    """One reminder."""

    locks = "credit_control.Reminder"
    permission = {"get": READ}

    @extend_schema(operation_id="get_reminder", responses=ReminderOut)
    def get(self, request: ApiRequest, reminder_id: int) -> Response:
        """A reminder, and what became of its mail."""
        get_reminder_for(request.user, reminder_id)
        return Response(ReminderOut(_with_items(with_mail(reminders_for(request.user))).get(pk=reminder_id)).data)


def _with_items(rows: QuerySet[Reminder]) -> QuerySet[Reminder]:
    return rows.select_related("customer").prefetch_related("items__item")
