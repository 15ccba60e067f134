"""What customers say they paid, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.api.serializers import CustomerRef
from office.api.fields import AmountOut, Input, PersonNameOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from payments.access import get_paid_notice_for, paid_notices_for
from payments.models import PaidNotice
from payments.operations.close_paid_notice import close_paid_notice
from payments.paid_notices import STATES, with_state


class PaidNoticeOut(serializers.ModelSerializer):
    """What a contact says they paid on a document; nothing of it stands in the book."""

    customer = CustomerRef()
    contact = PersonNameOut(source="contact.name")
    amount = AmountOut()
    state = serializers.ChoiceField(choices=STATES, help_text="Paid: nothing of the document is open any more.")

    class Meta:
        model = PaidNotice
        fields = ["id", "customer", "invoice", "contact", "amount", "currency", "paid_on", "how", "reference"]
        fields += ["told_on", "state", "answer", "closed_at"]


class PaidNoticePage(serializers.Serializer):
    """A page of them."""

    results = PaidNoticeOut(many=True)
    next = serializers.CharField(allow_null=True)


class PaidNoticeQuery(PageQuery):
    """Which of them."""

    state = serializers.ChoiceField(choices=STATES, required=False)


class CloseNoticeIn(Input):
    """Whether the payment was found."""

    found = serializers.BooleanField()
    answer = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True, help_text="The customer reads it."
    )


class PaidNoticesView(ApiView):
    """What customers say they paid."""

    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="list_paid_notices", parameters=[PaidNoticeQuery], responses=PaidNoticePage)
    def get(self, request: ApiRequest) -> Response:
        """The payments that customers of a company told of."""
        query = checked(PaidNoticeQuery, request.query_params.dict())
        rows = with_state(paid_notices_for(request.user).filter(company=company_of(request)))
        rows = rows.filter(state=query["state"]) if "state" in query else rows
        found, following = page_of(rows.select_related("customer", "contact"), query, "paid_notices")
        return Response(PaidNoticePage({"results": found, "next": following}).data)


class PaidNoticeView(ApiView):
    """One of them."""

    locks = "payments.PaidNotice"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_paid_notice", responses=PaidNoticeOut)
    def get(self, request: ApiRequest, notice_id: int) -> Response:
        """What a customer told."""
        return Response(PaidNoticeOut(get_paid_notice_for(request.user, notice_id)).data)


class CloseNoticeView(ApiView):
    """Closing one."""

    permission = {"post": "payments.close_paid_notice"}

    @extend_schema(operation_id="close_paid_notice", request=CloseNoticeIn, responses=PaidNoticeOut)
    @idempotent
    def post(self, request: ApiRequest, notice_id: int) -> Response:
        """Say whether it was found."""
        notice = get_paid_notice_for(request.user, notice_id)
        close_paid_notice(notice.pk, **checked(CloseNoticeIn, request.data), by=request.user)
        return Response(PaidNoticeOut(get_paid_notice_for(request.user, notice_id)).data)
