"""The collectors' list, for programs."""

from itertools import islice

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.models import ContactNote, NoteKind
from credit_control.operations.assign_collector import assign_collector
from credit_control.operations.note_contact import NoteDetails, note_contact
from credit_control.worklist.reading import worklist
from customers.access import customers_for, get_customer_for, owners_seen
from office.api.fields import AmountOut, IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.paging import USUAL
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

WORK = "credit_control.work_list"


class WorklistQuery(Query):
    """Which part of the list."""

    after = serializers.IntegerField(min_value=0, default=0, help_text="How many to pass over: what `next` said.")
    limit = serializers.IntegerField(min_value=1, max_value=200, default=USUAL, help_text="Customers on a page.")


class WorkOut(serializers.Serializer):
    """A customer of whom something is late; amounts in the company's currency."""

    customer = serializers.IntegerField(source="customer_id")
    name = serializers.CharField()
    number = serializers.CharField()
    currency = serializers.CharField()
    overdue = AmountOut()
    disputed = AmountOut()
    promised = AmountOut()
    unapplied = AmountOut(help_text="Paid or credited, and settles nothing yet.")
    at_risk = AmountOut()
    days_late = serializers.IntegerField()
    usual_days = serializers.IntegerField(allow_null=True)
    collector = serializers.IntegerField(source="collector_id", allow_null=True)
    next_contact_on = serializers.DateField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why now, in words.")


class WorklistOut(serializers.Serializer):
    """A page of the list, the next customers first."""

    results = WorkOut(many=True)
    next = serializers.IntegerField(allow_null=True)


class NoteIn(Input):
    """What was said."""

    customer = IdIn()
    words = serializers.CharField(max_length=1000)
    kind = serializers.ChoiceField(choices=NoteKind.choices, default=NoteKind.CALL)
    person = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    next_contact_on = serializers.DateField(required=False, allow_null=True, default=None)


class NoteOut(serializers.ModelSerializer):
    """A note."""

    class Meta:
        model = ContactNote
        fields = ["id", "customer", "kind", "person", "words", "next_contact_on", "created_at"]


class AssignIn(Input):
    """Which customers are whose."""

    customers = serializers.ListField(child=IdIn(), allow_empty=False, max_length=1000)
    collector = IdIn(allow_null=True, help_text="Null: nobody's.")


class AssignOut(serializers.Serializer):
    """How many changed."""

    changed = serializers.IntegerField()


class WorklistView(ApiView):
    """The list."""

    permission = {"get": WORK}

    @extend_schema(operation_id="list_work", parameters=[WorklistQuery], responses=WorklistOut)
    def get(self, request: ApiRequest) -> Response:
        """Whom to ask next, and why."""
        query, company = checked(WorklistQuery, request.query_params.dict()), company_of(request)
        owners = owners_seen(request.user, company)
        works = worklist(company, company.today(), owner_ids=owners)
        end = query["after"] + query["limit"]
        shown = {"results": list(islice(works, query["after"], end)), "next": end if end < len(works) else None}
        return Response(WorklistOut(shown).data)


class NotesView(ApiView):
    """Notes."""

    permission = {"post": WORK}

    @extend_schema(operation_id="note_contact", request=NoteIn, responses={201: NoteOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Note what was said with a customer, and when to ask again."""
        data = checked(NoteIn, request.data)
        customer = get_customer_for(request.user, data.pop("customer"))
        return Response(NoteOut(note_contact(customer.pk, NoteDetails(**data), by=request.user)).data, 201)


class AssignView(ApiView):
    """Whose a customer is."""

    permission = {"put": WORK}

    @extend_schema(operation_id="assign_collector", request=AssignIn, responses=AssignOut)
    def put(self, request: ApiRequest) -> Response:
        """Give customers to a collector, or to nobody."""
        data, company = checked(AssignIn, request.data), company_of(request)
        seen = list(customers_for(request.user).filter(pk__in=data["customers"]).values_list("pk", flat=True))
        changed = assign_collector(company, seen, data["collector"], by=request.user)
        return Response(AssignOut({"changed": changed}).data)
