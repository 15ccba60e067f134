"""Medical codes of documents, for programs of those who may see them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_invoice_for
from billing.medical import Service
from billing.medical_facts import codes_for
from billing.operations.set_medical_codes import set_medical_codes
from office.api.fields import Input
from office.api.views import ApiView, checked
from office.models import User
from office.web.requests import ApiRequest

CODE: dict[str, Any] = {"max_length": 20}


class ServiceIn(Input):
    """What was done on a line."""

    position = serializers.IntegerField(min_value=1, max_value=32767, help_text="The line's, from 1.")
    serviced_on = serializers.DateField()
    procedure = serializers.CharField(**CODE, help_text="CPT or HCPCS.")
    modifiers = serializers.ListField(child=serializers.CharField(**CODE), default=list, max_length=20)
    pointers = serializers.ListField(
        child=serializers.CharField(**CODE), default=list, max_length=20, help_text="A is the first diagnosis."
    )


class MedicalIn(Input):
    """All that a draft says, in place of what it said before."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="Of the draft as it was read.")
    diagnoses = serializers.ListField(child=serializers.CharField(**CODE), max_length=100, help_text="ICD-10-CM.")
    services = serializers.ListField(child=ServiceIn(), max_length=2000)


class ServiceOut(serializers.Serializer):
    """What was done on a line."""

    position = serializers.IntegerField()
    serviced_on = serializers.DateField()
    procedure = serializers.CharField()
    modifiers = serializers.ListField(child=serializers.CharField())
    pointers = serializers.ListField(child=serializers.CharField())


class MedicalOut(serializers.Serializer):
    """The medical codes of a document."""

    version = serializers.IntegerField()
    diagnoses = serializers.ListField(child=serializers.CharField())
    services = ServiceOut(many=True)


class MedicalView(ApiView):
    """The medical codes of one document."""

    locks = "billing.Invoice"
    is_versioned = True
    permission = {"get": "billing.see_medical_codes", "put": "billing.set_medical_codes"}

    @extend_schema(operation_id="get_medical_codes", responses=MedicalOut)
    def get(self, request: ApiRequest, invoice_id: int) -> Response:
        """The diagnoses of a document, and what was done on its lines."""
        return _shown(request.user, invoice_id)

    @extend_schema(operation_id="set_medical_codes", request=MedicalIn, responses=MedicalOut)
    def put(self, request: ApiRequest, invoice_id: int) -> Response:
        """Say what was done on the lines of a draft that was read at `version`, and for which diagnoses."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(MedicalIn, request.data)
        services = [Service(**service) for service in data["services"]]
        set_medical_codes(invoice.pk, data["diagnoses"], services, version=data["version"], by=request.user)
        return _shown(request.user, invoice_id)


def _shown(user: User, invoice_id: int) -> Response:
    invoice = get_invoice_for(user, invoice_id)
    diagnoses, services = codes_for(user, invoice)
    facts = {"version": invoice.version, "diagnoses": diagnoses, "services": services}
    return Response(MedicalOut(facts).data)
