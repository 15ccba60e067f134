"""What is held on a person, for programs: to see and hand on, what they ask, and erasing them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import (
    get_contact_for,
    get_customer_for,
    get_privacy_request_for,
    privacy_requests_for,
)
from customers.api.serializers import CustomerRef
from customers.models import Contact, Customer, PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.operations.erase_person import erase_person
from customers.operations.export_person import tell_person
from customers.operations.note_privacy_request import (
    answer_privacy_request,
    decline_privacy_request,
    note_privacy_request,
)
from office.api.fields import Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest

ACT = "customers.manage_privacy"


class HeldDataOut(serializers.Serializer):
    """What of a kind is held on somebody: why, until when by which law, and each row."""

    what = serializers.CharField()
    why = serializers.CharField()
    kept_until = serializers.DateField(allow_null=True, help_text="Empty: goes when they are erased.")
    by_law = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())


class PersonOut(serializers.Serializer):
    """All that is held on somebody; papers are in the file that an administrator makes on the page."""

    held = HeldDataOut(many=True)


class ErasedOut(serializers.Serializer):
    """What went, and how."""

    what = serializers.CharField()
    count = serializers.IntegerField()
    how = serializers.CharField()


class KeptByLawOut(serializers.Serializer):
    """What stays, until when, and why."""

    what = serializers.CharField()
    count = serializers.IntegerField()
    until = serializers.DateField()
    why = serializers.CharField()
    law = serializers.CharField()


class PrivacyRequestIn(Input):
    """What somebody asks, when, and how they asked."""

    wish = serializers.ChoiceField(choices=PrivacyWish.choices)
    asked_on = serializers.DateField()
    note = serializers.CharField(max_length=300)


class DeclinePrivacyIn(Input):
    """Why not."""

    reason = serializers.CharField(max_length=300)


class PrivacyRequestOut(serializers.ModelSerializer):
    """What somebody asks of their data, and what became of it."""

    customer = CustomerRef()
    contact_id = serializers.IntegerField(allow_null=True, help_text="Empty: the customer is the person.")
    gone = ErasedOut(many=True)
    stays = KeptByLawOut(many=True)

    class Meta:
        model = PrivacyRequest
        fields = [
            *("id", "customer", "contact_id", "wish", "asked_on", "due_on", "note", "status", "answer"),
            *("gone", "stays", "closed_at"),
        ]


class PrivacyRequestPage(serializers.Serializer):
    """A page of them."""

    results = PrivacyRequestOut(many=True)
    next = serializers.CharField(allow_null=True)


class PrivacyRequestQuery(PageQuery):
    """Which of them."""

    status = serializers.ChoiceField(choices=PrivacyStatus.choices, required=False)
    wish = serializers.ChoiceField(choices=PrivacyWish.choices, required=False)


class PersonView(ApiView):
    """One of a customer's people."""

    permission = {"get": ACT, "post": ACT}

    @extend_schema(operation_id="get_person_data", responses=PersonOut)
    def get(self, request: ApiRequest, customer_id: int, contact_id: int) -> Response:
        """All that is held on them. That it was read is kept."""
        return _told(get_contact_for(request.user, customer_id, contact_id), request.user)

    @extend_schema(operation_id="note_person_request", request=PrivacyRequestIn, responses={201: PrivacyRequestOut})
    @idempotent
    def post(self, request: ApiRequest, customer_id: int, contact_id: int) -> Response:
        """Note that they ask for their data, or to be erased."""
        return _noted(get_contact_for(request.user, customer_id, contact_id), request)


class CustomerAsPersonView(ApiView):
    """A customer who is a person."""

    permission = {"get": ACT, "post": ACT}

    @extend_schema(operation_id="get_customer_data", responses=PersonOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """All that is held on them and all of their people. That it was read is kept."""
        return _told(get_customer_for(request.user, customer_id), request.user)

    @extend_schema(operation_id="note_customer_request", request=PrivacyRequestIn, responses={201: PrivacyRequestOut})
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Note that they ask for their data, or to be erased with all of their people."""
        return _noted(get_customer_for(request.user, customer_id), request)


class PrivacyRequestsView(ApiView):
    """What persons ask of their data."""

    permission = {"get": ACT}

    @extend_schema(operation_id="list_privacy_requests", parameters=[PrivacyRequestQuery], responses=PrivacyRequestPage)
    def get(self, request: ApiRequest) -> Response:
        """Who asked what, until when they wait, and what became of it."""
        query = checked(PrivacyRequestQuery, request.query_params.dict())
        rows = privacy_requests_for(request.user).filter(company=company_of(request)).select_related("customer")
        rows = rows.filter(**{name: query[name] for name in ("status", "wish") if name in query})
        found, following = page_of(rows, query, "privacy_requests")
        return Response(PrivacyRequestPage({"results": found, "next": following}).data)


class PrivacyRequestView(ApiView):
    """One of them."""

    locks = "customers.PrivacyRequest"
    permission = {"get": ACT}

    @extend_schema(operation_id="get_privacy_request", responses=PrivacyRequestOut)
    def get(self, request: ApiRequest, request_id: int) -> Response:
        """What they ask; once they are erased, what went and what stays."""
        return _shown(request.user, request_id)


class AnswerPrivacyView(ApiView):
    """Answering."""

    permission = {"post": ACT}

    @extend_schema(operation_id="answer_privacy_request", request=None, responses=PrivacyRequestOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Note that they were handed their data."""
        answer_privacy_request(get_privacy_request_for(request.user, request_id).pk, by=request.user)
        return _shown(request.user, request_id)


class DeclinePrivacyView(ApiView):
    """Declining."""

    permission = {"post": ACT}

    @extend_schema(operation_id="decline_privacy_request", request=DeclinePrivacyIn, responses=PrivacyRequestOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Do not do what was asked, with a reason."""
        asked = get_privacy_request_for(request.user, request_id)
        decline_privacy_request(asked.pk, **checked(DeclinePrivacyIn, request.data), by=request.user)
        return _shown(request.user, request_id)


class ErasePersonView(ApiView):
    """Erasing."""

    permission = {"post": ACT}

    @extend_schema(operation_id="erase_person", request=None, responses=PrivacyRequestOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Erase who asked for it, for good."""
        erase_person(get_privacy_request_for(request.user, request_id).pk, by=request.user)
        return _shown(request.user, request_id)


def _told(person: Contact | Customer, by: User) -> Response:
    return Response(PersonOut({"held": tell_person(person, by=by)}).data)


def _noted(person: Contact | Customer, request: ApiRequest) -> Response:
    noted = note_privacy_request(person, **checked(PrivacyRequestIn, request.data), by=request.user)
    return Response(PrivacyRequestOut(get_privacy_request_for(request.user, noted.pk)).data, 201)


def _shown(user: User, request_id: int) -> Response:
    return Response(PrivacyRequestOut(get_privacy_request_for(user, request_id)).data)
