"""Expected loss posted at months' ends, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.access import get_provision_posting_for, provision_postings_for, require_whole_book
from credit_control.models import ProvisionPart, ProvisionPosting
from credit_control.operations.provide_month import provide_month
from office.api.fields import AmountOut, Input, Query, RateOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

READ, ACT = "office.view_reports", "credit_control.post_provisions"


class ProvisionMonthIn(Input):
    """A month by one of its days."""

    month = serializers.DateField()


class ProvisionPostingOut(serializers.ModelSerializer):
    """What was posted at a month's end, in the company's currency; below zero it was released."""

    expected_loss = AmountOut("company.currency", source="required", help_text="What was expected to be lost.")
    stood = AmountOut("company.currency", help_text="What stood on the provision account before.")
    difference = AmountOut("company.currency", help_text="What was posted.")

    class Meta:
        model = ProvisionPosting
        fields = ["id", "on", "table", "expected_loss", "stood", "difference", "at"]


class ProvisionPartOut(serializers.ModelSerializer):
    """All that was so late in a currency or, judged by hand, one item."""

    rate = RateOut(allow_null=True)
    open = AmountOut()
    disputed = AmountOut()
    percent = RateOut()
    expected = AmountOut()
    company_expected = AmountOut("posting.company.currency")

    class Meta:
        model = ProvisionPart
        fields = [
            "days_from",
            "days_to",
            "item",
            "count",
            "currency",
            "rate",
            "open",
            "disputed",
            "percent",
            "expected",
            "company_expected",
        ]


class WholeProvisionPostingOut(ProvisionPostingOut):
    """A posting with what it is made up of."""

    parts = ProvisionPartOut(many=True)

    class Meta(ProvisionPostingOut.Meta):
        fields = [*ProvisionPostingOut.Meta.fields, "parts"]


class ProvisionPostingPage(serializers.Serializer):
    """A page of postings."""

    results = ProvisionPostingOut(many=True)
    next = serializers.CharField(allow_null=True)


class ProvisionPostingsView(ApiView):
    """Postings of expected loss."""

    permission = {"get": READ, "post": ACT}

    @extend_schema(operation_id="list_provision_postings", parameters=[PageQuery], responses=ProvisionPostingPage)
    def get(self, request: ApiRequest) -> Response:
        """What was posted at months' ends."""
        query = checked(PageQuery, request.query_params.dict())
        rows = provision_postings_for(request.user).filter(company=company_of(request)).select_related("company")
        found, following = page_of(rows, query, "provision-postings")
        return Response(ProvisionPostingPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="provide_month", request=ProvisionMonthIn, responses={201: WholeProvisionPostingOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Post what the provision account lacks at a month's end of what is expected to be lost."""
        require_whole_book(request.user)
        month = checked(ProvisionMonthIn, request.data)["month"]
        posting = provide_month(company_of(request), month, by=request.user)
        return Response(WholeProvisionPostingOut(posting).data, 201)


class ProvisionPostingView(ApiView):
    """One posting."""

    locks = "credit_control.ProvisionPosting"
    permission = {"get": READ}

    @extend_schema(operation_id="read_provision_posting", parameters=[Query], responses=WholeProvisionPostingOut)
    def get(self, request: ApiRequest, posting_id: int) -> Response:
        """What was posted, and of what it is made up."""
        checked(Query, request.query_params.dict())
        return Response(WholeProvisionPostingOut(get_provision_posting_for(request.user, posting_id)).data)
