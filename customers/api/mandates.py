"""Customers' mandates, for programs."""

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from customers.access import get_customer_for, get_mandate_for, mandates_for
from customers.mandate_pdf import file_name, kept_mandate_pdf
from customers.mandates import STATES, with_state
from customers.models import GivenMandate, Mandate, MandateScheme, MandateUse
from customers.models.mandates import LONGEST_REFERENCE
from customers.operations.decide_mandate import approve_mandate, decline_mandate
from customers.operations.manage_mandates import MandateDetails, add_mandate, amend_mandate, revoke_mandate
from customers.persons import require_sees_paper
from office.api.errors import Unavailable
from office.api.fields import IdIn, Input, PersonNameOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.papers import PdfUnavailable
from office.web.requests import ApiRequest


class MandateIn(Input):
    """A mandate as it was signed."""

    account = IdIn(source="account_id")
    scheme = serializers.ChoiceField(choices=MandateScheme.choices)
    signed_on = serializers.DateField()
    reference = serializers.CharField(
        max_length=LONGEST_REFERENCE, required=False, help_text="Left out: made of the customer's number."
    )
    use = serializers.ChoiceField(choices=MandateUse.choices, default=MandateUse.RECURRING)


class AmendmentIn(Input):
    """The account that the mandate is for now, and why."""

    account = IdIn()
    reason = serializers.CharField(max_length=300, allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class RevocationIn(Input):
    """Why, and from when, nothing more is collected."""

    reason = serializers.CharField(max_length=300, allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class MandateQuery(PageQuery):
    """Which mandates."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)


class DeclineMandateIn(Input):
    """Why nothing is collected under it."""

    reason = serializers.CharField(max_length=300, allow_blank=True, help_text="The customer reads it.")


class GivenOut(serializers.ModelSerializer):
    """How a customer gave a mandate by themselves, and what was decided about it."""

    contact = PersonNameOut(source="contact.name")
    words = serializers.ListField(child=serializers.CharField(), source="printed.words", help_text="As they read them.")

    class Meta:
        model = GivenMandate
        fields = ["contact", "given_at", "address_prefix", "words", "status", "reason", "decided_at"]


class MandateOut(serializers.ModelSerializer):
    """A mandate, and whether it holds today."""

    state = serializers.ChoiceField(choices=STATES)
    account_number = serializers.CharField(source="account.masked_number", help_text="By its last four characters.")

    given = GivenOut(source="given_online", allow_null=True, help_text="Of one that its customer gave online.")

    class Meta:
        model = Mandate
        fields = ["id", "customer_id", "account_id", "account_number", "scheme", "reference", "signed_on", "use"]
        fields += ["last_used_on", "revoked_on", "revoked_reason", "state", "given"]


class MandatePage(serializers.Serializer):
    """Some mandates, and the cursor of the next page."""

    results = MandateOut(many=True)
    next = serializers.CharField(allow_null=True)


class MandatesView(ApiView):
    """All mandates."""

    permission = {"get": "customers.view_accounts"}

    @extend_schema(operation_id="list_mandates", parameters=[MandateQuery], responses=MandatePage)
    def get(self, request: ApiRequest) -> Response:
        """The mandates of a company, with whether they hold today."""
        query = checked(MandateQuery, request.query_params.dict())
        company = company_of(request)
        rows = with_state(mandates_for(request.user).filter(company=company), company.today())
        if "customer" in query:
            rows = rows.filter(customer=query["customer"])
        if "state" in query:
            rows = rows.filter(state=query["state"])
        found, following = page_of(rows.select_related("account", "given__contact"), query, "mandates")
        return Response(MandatePage({"results": found, "next": following}).data)


class CustomerMandatesView(ApiView):
    """Adding a mandate."""

    permission = {"post": "customers.manage_mandates"}

    @extend_schema(operation_id="add_mandate", request=MandateIn, responses={201: MandateOut})
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Keep a mandate of a customer."""
        customer = get_customer_for(request.user, customer_id)
        details = MandateDetails(**checked(MandateIn, request.data))
        return _shown(request.user, add_mandate(customer, details, by=request.user).pk, 201)


class MandateView(ApiView):
    """One mandate."""

    locks = "customers.Mandate"
    permission = {"get": "customers.view_accounts"}

    @extend_schema(operation_id="get_mandate", responses=MandateOut)
    def get(self, request: ApiRequest, mandate_id: int) -> Response:
        """A mandate, and whether it holds today."""
        return _shown(request.user, mandate_id)


class AmendMandateView(ApiView):
    """Putting a mandate to another account."""

    permission = {"post": "customers.manage_mandates"}

    @extend_schema(operation_id="amend_mandate", request=AmendmentIn, responses=MandateOut)
    @idempotent
    def post(self, request: ApiRequest, mandate_id: int) -> Response:
        """Put a live mandate to another account; the next collection tells the bank."""
        mandate = get_mandate_for(request.user, mandate_id)
        data = checked(AmendmentIn, request.data)
        on = data.get("on") or mandate.company.today()
        amend_mandate(mandate.pk, data["account"], on=on, reason=data["reason"], by=request.user)
        return _shown(request.user, mandate_id)


class RevokeMandateView(ApiView):
    """Revoking a mandate."""

    permission = {"post": "customers.manage_mandates"}

    @extend_schema(operation_id="revoke_mandate", request=RevocationIn, responses=MandateOut)
    @idempotent
    def post(self, request: ApiRequest, mandate_id: int) -> Response:
        """Let nothing more be collected under a mandate."""
        mandate = get_mandate_for(request.user, mandate_id)
        data = checked(RevocationIn, request.data)
        on = data.get("on") or mandate.company.today()
        revoke_mandate(mandate.pk, on=on, reason=data["reason"], by=request.user)
        return _shown(request.user, mandate_id)


class ApproveMandateView(ApiView):
    """Approving a mandate that its customer gave online."""

    permission = {"post": "customers.decide_mandates"}

    @extend_schema(operation_id="approve_mandate", request=None, responses=MandateOut)
    @idempotent
    def post(self, request: ApiRequest, mandate_id: int) -> Response:
        """Let debits be collected under it, and from its account."""
        approve_mandate(get_mandate_for(request.user, mandate_id).pk, by=request.user)
        return _shown(request.user, mandate_id)


class DeclineMandateView(ApiView):
    """Declining a mandate that its customer gave online."""

    permission = {"post": "customers.decide_mandates"}

    @extend_schema(operation_id="decline_mandate", request=DeclineMandateIn, responses=MandateOut)
    @idempotent
    def post(self, request: ApiRequest, mandate_id: int) -> Response:
        """Collect nothing under it; the customer reads why."""
        mandate = get_mandate_for(request.user, mandate_id)
        decline_mandate(mandate.pk, **checked(DeclineMandateIn, request.data), by=request.user)
        return _shown(request.user, mandate_id)


class MandatePdfView(ApiView):
    """A mandate as its customer gave it online."""

    permission = {"get": "customers.view_accounts"}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="get_mandate_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, mandate_id: int) -> HttpResponse:
        """The mandate as it was mailed to them."""
        given = get_mandate_for(request.user, mandate_id).given_online
        if given is None:
            raise Http404("No such mandate was given online.")
        require_sees_paper(given.mandate.customer)
        try:
            content = bytes(kept_mandate_pdf(given).content)
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        headers = {"Content-Disposition": f'attachment; filename="{file_name(given)}"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)


def _shown(user: User, mandate_id: int, status: int = 200) -> Response:
    company = get_mandate_for(user, mandate_id).company
    mandate = (
        with_state(mandates_for(user), company.today()).select_related("account", "given__contact").get(pk=mandate_id)
    )
    return Response(MandateOut(mandate).data, status)
