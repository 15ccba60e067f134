"""Payment terms, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.models import PaymentTerms, TermsPart
from customers.operations.manage_terms import (
    MOST_PARTS,
    PartDetails,
    TermsDetails,
    add_terms,
    retire_terms,
    set_second_person,
)
from office.api.fields import Input, Query, RateIn, RateOut
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class TermsPartIn(Input):
    """An instalment: its share beside the others', and the steps by which its due day is found."""

    net_days = serializers.IntegerField(min_value=0, max_value=3650)
    weight = RateIn(required=False, help_text="Left out: 1.")
    at_end_of_month = serializers.BooleanField(default=False)
    day_of_month = serializers.IntegerField(min_value=1, max_value=31, required=False)


class TermsIn(Input):
    """Payment terms, and what paying early takes off."""

    name = serializers.CharField(max_length=60)
    parts = TermsPartIn(many=True, min_length=1, max_length=MOST_PARTS)  # type: ignore[call-arg]  # of the list
    discount_percent = RateIn(required=False)
    discount_days = serializers.IntegerField(min_value=0, max_value=3650, required=False)
    needs_second_person = serializers.BooleanField(
        default=False, help_text="Whether choosing them on a document for a customer who has others asks somebody else."
    )


class SecondPersonIn(Input):
    """Whether choosing payment terms asks a second person."""

    needs_second_person = serializers.BooleanField()


class TermsPartOut(serializers.ModelSerializer):
    """An instalment."""

    weight = RateOut()

    class Meta:
        model = TermsPart
        fields = ["position", "weight", "net_days", "at_end_of_month", "day_of_month"]


class TermsOut(serializers.ModelSerializer):
    """Payment terms."""

    discount_percent = RateOut()
    parts = TermsPartOut(many=True)

    class Meta:
        model = PaymentTerms
        fields = ["id", "name", "is_active", "discount_percent", "discount_days", "needs_second_person", "parts"]


class TermsListOut(serializers.Serializer):
    """A company's payment terms."""

    results = TermsOut(many=True)


class TermsListView(ApiView):
    """The payment terms that documents can have."""

    permission = {"get": "customers.view_customer", "post": "office.change_company_settings"}

    @extend_schema(operation_id="list_terms", parameters=[Query], responses=TermsListOut)
    def get(self, request: ApiRequest) -> Response:
        """A company's payment terms."""
        checked(Query, request.query_params.dict())
        terms = PaymentTerms.objects.filter(company=company_of(request)).prefetch_related("parts")
        return Response(TermsListOut({"results": terms}).data)

    @extend_schema(operation_id="add_terms", request=TermsIn, responses={201: TermsOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add payment terms."""
        data = dict(checked(TermsIn, request.data))
        details = TermsDetails(parts=[PartDetails(**part) for part in data.pop("parts")], **data)
        return Response(TermsOut(add_terms(company_of(request), details, by=request.user)).data, 201)


class RetireTermsView(ApiView):
    """Retiring payment terms."""

    permission = {"post": "office.change_company_settings"}

    @extend_schema(operation_id="retire_terms", request=None, responses=TermsOut)
    @idempotent
    def post(self, request: ApiRequest, terms_id: int) -> Response:
        """Offer payment terms no more; who has them keeps them."""
        return Response(TermsOut(retire_terms(_terms(request, terms_id).pk, by=request.user)).data)


class SecondPersonView(ApiView):
    """Whether choosing payment terms asks a second person."""

    permission = {"post": "office.change_company_settings"}

    @extend_schema(operation_id="set_second_person", request=SecondPersonIn, responses=TermsOut)
    @idempotent
    def post(self, request: ApiRequest, terms_id: int) -> Response:
        """Ask a second person from now on where somebody chooses these terms, or none any more."""
        terms = _terms(request, terms_id)
        needs = checked(SecondPersonIn, request.data)["needs_second_person"]
        return Response(TermsOut(set_second_person(company_of(request), terms.pk, needs, by=request.user)).data)


def _terms(request: ApiRequest, terms_id: int) -> PaymentTerms:
    terms = PaymentTerms.objects.filter(company=company_of(request), pk=terms_id).first()
    if terms is None:
        raise Http404("No such terms.")
    return terms
