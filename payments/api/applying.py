"""Applying many receipts at once, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from payments.access import receipts_for
from payments.operations.apply_receipts import MOST, prepare_applying, start_applying


class ApplyReceiptsIn(Input):
    """Which receipts."""

    receipts = serializers.ListField(child=IdIn(), allow_empty=False, max_length=MOST)


class ApplyingOut(serializers.Serializer):
    """The run that applies them."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    status = serializers.CharField()


class ApplyReceiptsView(ApiView):
    """Applying many."""

    permission = {"post": "payments.allocate"}

    @extend_schema(operation_id="apply_receipts", request=ApplyReceiptsIn, responses={202: ApplyingOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the workers apply receipts, each to what its customer has open for longest."""
        company, wanted = company_of(request), checked(ApplyReceiptsIn, request.data)["receipts"]
        run = prepare_applying(company, receipts_for(request.user).filter(pk__in=wanted), by=request.user)
        return Response(ApplyingOut(start_applying(run.pk, by=request.user)).data, 202)
