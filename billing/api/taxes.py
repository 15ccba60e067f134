"""Taxes, their rates and the certificates they ask for, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.models import DatedRate, RateKind, Tax, TaxCategory, TaxExemption
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption, end_exemption
from billing.operations.manage_taxes import (
    MOST_PARTS,
    RateDetails,
    TaxDetails,
    add_rate,
    add_tax,
    remove_rate,
    retire_tax,
)
from customers.access import customers_for, get_customer_for
from office.access import found
from office.api.fields import IdIn, Input, Query, RateIn, RateOut
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class RateInput(Input):
    """A rate; without days it holds always, or until the next of its part begins."""

    percent = RateIn()
    category = serializers.ChoiceField(choices=TaxCategory.choices, required=False)
    kind = serializers.ChoiceField(choices=RateKind.choices, required=False)
    name = serializers.CharField(max_length=60, required=False, help_text="As it is printed; left out: the tax's.")
    reason = serializers.CharField(max_length=200, required=False, help_text="Why no tax is charged.")
    account_id = IdIn(required=False)
    valid_from = serializers.DateField(required=False)
    valid_until = serializers.DateField(required=False)


class TaxInput(Input):
    """A tax with the rate of each of its parts."""

    name = serializers.CharField(max_length=60)
    rates = RateInput(many=True, min_length=1, max_length=MOST_PARTS)  # type: ignore[call-arg]  # of the list
    needs_certificate = serializers.BooleanField(default=False)


class NextRateInput(RateInput):
    """A rate for one of a tax's parts, or for one more."""

    part = serializers.IntegerField(min_value=1, max_value=MOST_PARTS)


class DatedRateOut(serializers.ModelSerializer):
    """A rate of a tax, and the days on which it may hold."""

    percent = RateOut()

    class Meta:
        model = DatedRate
        fields = ["id", "part", "name", "category", "percent", "kind", "reason", "account_id"]
        fields += ["valid_from", "valid_until"]


class TaxOut(serializers.ModelSerializer):
    """A tax that lines can carry, with all its rates."""

    rates = DatedRateOut(many=True)

    class Meta:
        model = Tax
        fields = ["id", "name", "is_active", "needs_certificate", "rates"]


class TaxesOut(serializers.Serializer):
    """A company's taxes."""

    results = TaxOut(many=True)


class ExemptionInput(Input):
    """A certificate of exemption."""

    tax_id = IdIn()
    certificate = serializers.CharField(max_length=60)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True)


class EndInput(Input):
    """The last day; left out: today."""

    last_day = serializers.DateField(required=False)


class ExemptionOut(serializers.ModelSerializer):
    """A certificate that a customer has shown."""

    class Meta:
        model = TaxExemption
        fields = ["id", "customer_id", "tax_id", "certificate", "valid_from", "valid_until"]


class ExemptionsOut(serializers.Serializer):
    """A customer's certificates."""

    results = ExemptionOut(many=True)


class TaxesView(ApiView):
    """The taxes that lines can carry."""

    permission = {"get": "billing.view_invoice", "post": "office.change_company_settings"}

    @extend_schema(operation_id="list_taxes", parameters=[Query], responses=TaxesOut)
    def get(self, request: ApiRequest) -> Response:
        """A company's taxes."""
        checked(Query, request.query_params.dict())
        taxes = Tax.objects.filter(company=company_of(request)).prefetch_related("rates")
        return Response(TaxesOut({"results": taxes}).data)

    @extend_schema(operation_id="add_tax", request=TaxInput, responses={201: TaxOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a tax with the rates of its parts."""
        data = checked(TaxInput, request.data)
        details = TaxDetails(data["name"], [RateDetails(**rate) for rate in data["rates"]], data["needs_certificate"])
        return Response(TaxOut(add_tax(company_of(request), details, by=request.user)).data, 201)


class TaxRatesView(ApiView):
    """The rates of a tax."""

    permission = {"post": "office.change_company_settings"}

    @extend_schema(operation_id="add_rate", request=NextRateInput, responses={201: TaxOut})
    @idempotent
    def post(self, request: ApiRequest, tax_id: int) -> Response:
        """Give a part of a tax another rate from a day on, or a tax another part."""
        tax = _tax_of(request, tax_id)
        data = dict(checked(NextRateInput, request.data))
        add_rate(tax.pk, data.pop("part"), RateDetails(**data), by=request.user)
        return Response(TaxOut(tax).data, 201)


class TaxRateView(ApiView):
    """One rate of a tax."""

    permission = {"delete": "office.change_company_settings"}

    @extend_schema(operation_id="remove_rate", responses={204: None})
    def delete(self, request: ApiRequest, rate_id: int) -> Response:
        """Take back a rate that was added by mistake."""
        rate = DatedRate.objects.filter(tax__company=company_of(request), pk=rate_id).first()
        if rate is None:
            raise Http404("No such rate.")
        remove_rate(rate.pk, by=request.user)
        return Response(status=204)


class RetireTaxView(ApiView):
    """Retiring a tax."""

    permission = {"post": "office.change_company_settings"}

    @extend_schema(operation_id="retire_tax", request=None, responses=TaxOut)
    @idempotent
    def post(self, request: ApiRequest, tax_id: int) -> Response:
        """Offer a tax no more; documents that carry it keep it."""
        return Response(TaxOut(retire_tax(_tax_of(request, tax_id).pk, by=request.user)).data)


class ExemptionsView(ApiView):
    """A customer's certificates of exemption."""

    permission = {"get": "customers.view_customer", "post": "billing.manage_exemptions"}

    @extend_schema(operation_id="list_exemptions", responses=ExemptionsOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """The certificates a customer has shown."""
        customer = get_customer_for(request.user, customer_id)
        return Response(ExemptionsOut({"results": customer.tax_exemptions.all()}).data)

    @extend_schema(operation_id="add_exemption", request=ExemptionInput, responses={201: ExemptionOut})
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Note a certificate."""
        customer = get_customer_for(request.user, customer_id)
        details = ExemptionDetails(**checked(ExemptionInput, request.data))
        return Response(ExemptionOut(add_exemption(customer.pk, details, by=request.user)).data, 201)


class EndExemptionView(ApiView):
    """Ending a certificate."""

    permission = {"post": "billing.manage_exemptions"}

    @extend_schema(operation_id="end_exemption", request=EndInput, responses=ExemptionOut)
    @idempotent
    def post(self, request: ApiRequest, exemption_id: int) -> Response:
        """Let a certificate hold until a day."""
        seen = TaxExemption.objects.filter(customer__in=customers_for(request.user), pk=exemption_id)
        exemption = seen.select_related("customer__company").first()
        if exemption is None:
            raise Http404("No such certificate.")
        last_day = checked(EndInput, request.data).get("last_day") or exemption.customer.company.today()
        return Response(ExemptionOut(end_exemption(exemption.pk, last_day=last_day, by=request.user)).data)


def _tax_of(request: ApiRequest, tax_id: int) -> Tax:
    return found(Tax.objects.filter(company=company_of(request), pk=tax_id), "tax")
