"""Doubtful items and what of each is likely lost, for programs: what a provision is posted by."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.doubtful import REASONS, DoubtQuestion, doubtful_items
from credit_control.models import ProvisionTable, SpecificProvision
from credit_control.operations.set_provisions import set_provision_rates, set_specific_provision
from customers.access import get_customer_for, owners_seen
from office.api.fields import AmountOut, IdIn, Input, Query, RateIn, RateOut
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

READ, ACT = "office.view_reports", "credit_control.set_provisions"


class DoubtQuery(Query):
    """As of which day; today where none is said."""

    on = serializers.DateField(required=False)


class DoubtSumsOut(serializers.Serializer):
    """Amounts in the item's currency, `company_` ones in the company's own."""

    currency = serializers.CharField()
    company_currency = serializers.CharField()
    open = AmountOut()
    disputed = AmountOut(help_text="What of it was in dispute; none of that is proposed.")
    undisputed = AmountOut()
    company_amount = AmountOut("company_currency", help_text="What is open, at the day's exchange rate.")
    proposed = AmountOut(help_text="What is likely lost of what is not in dispute.")
    company_proposed = AmountOut("company_currency")


class DoubtOut(DoubtSumsOut):
    """A doubtful item as of the day."""

    item = serializers.IntegerField(source="item_id")
    customer = serializers.IntegerField(source="customer_id")
    number = serializers.CharField(help_text="The customer's.")
    name = serializers.CharField()
    kind = serializers.CharField()
    document = serializers.CharField(source="reference")
    dated_on = serializers.DateField()
    due_on = serializers.DateField(help_text="As agreed by that day: put off, or an unpaid instalment's.")
    days_late = serializers.IntegerField()
    percent = RateOut()
    is_specific = serializers.BooleanField(help_text="The percentage was set by hand, not by the table of rates.")
    why_percent = serializers.CharField(help_text="The reason of a percentage that was set by hand.")
    why_doubtful = serializers.ListField(source="reasons", child=serializers.ChoiceField(list(REASONS.items())))


class DoubtTotalOut(DoubtSumsOut):
    """What the items of one currency come to."""

    count = serializers.IntegerField()


class DoubtReportOut(serializers.Serializer):
    """The doubtful items of a day, and their totals by currency."""

    on = serializers.DateField(source="question.on")
    company_currency = serializers.CharField(source="question.company.currency")
    results = DoubtOut(source="rows", many=True)
    totals = DoubtTotalOut(many=True)


class ProvisionRateIn(Input):
    """What is likely lost from so many days late on."""

    days_from = serializers.IntegerField(min_value=0, max_value=3650)
    percent = RateIn()


class ProvisionTableIn(Input):
    """A table of rates and the day from which it holds."""

    from_on = serializers.DateField()
    late_days = serializers.IntegerField(min_value=0, max_value=3650, default=90)
    rates = ProvisionRateIn(many=True)


class ProvisionRateOut(serializers.Serializer):
    """One rate."""

    days_from = serializers.IntegerField()
    percent = RateOut()


class ProvisionTableOut(serializers.ModelSerializer):
    """A table of rates."""

    rates = ProvisionRateOut(many=True)

    class Meta:
        model = ProvisionTable
        fields = ["id", "from_on", "late_days", "rates"]


class ProvisionTablesOut(serializers.Serializer):
    """Tables of rates, the newest first."""

    results = ProvisionTableOut(many=True)


class SpecificProvisionIn(Input):
    """What is likely lost of an item or, without one, of all the customer owes; null takes back what was said."""

    item = IdIn(required=False)
    percent = RateIn(allow_null=True)
    reason = serializers.CharField(max_length=300)


class SpecificProvisionOut(serializers.ModelSerializer):
    """What was judged."""

    percent = RateOut(allow_null=True)

    class Meta:
        model = SpecificProvision
        fields = ["id", "customer", "item", "percent", "reason", "set_on"]


class DoubtfulView(ApiView):
    """Doubtful items."""

    permission = {"get": READ}

    @extend_schema(operation_id="list_doubtful_items", parameters=[DoubtQuery], responses=DoubtReportOut)
    def get(self, request: ApiRequest) -> Response:
        """The items that were doubtful on a day, why, and what of each is likely lost; totals by currency."""
        query, company = checked(DoubtQuery, request.query_params.dict()), company_of(request)
        owner_ids = owners_seen(request.user, company)
        report = doubtful_items(DoubtQuestion(company, query.get("on") or company.today(), owner_ids))
        return Response(DoubtReportOut(report).data)


class ProvisionTablesView(ApiView):
    """Tables of what is likely lost by days late."""

    permission = {"get": READ, "post": ACT}

    @extend_schema(operation_id="list_provision_tables", parameters=[Query], responses=ProvisionTablesOut)
    def get(self, request: ApiRequest) -> Response:
        """The tables that held, hold and will hold."""
        checked(Query, request.query_params.dict())
        rows = ProvisionTable.objects.filter(company=company_of(request)).prefetch_related("rates")
        return Response(ProvisionTablesOut({"results": rows}).data)

    @extend_schema(operation_id="set_provision_rates", request=ProvisionTableIn, responses={201: ProvisionTableOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Set a table that holds from a day on."""
        data, company = checked(ProvisionTableIn, request.data), company_of(request)
        rates = [(row["days_from"], row["percent"]) for row in data["rates"]]
        made = set_provision_rates(
            company, data["from_on"], rates, late_days=data["late_days"], on=company.today(), by=request.user
        )
        return Response(ProvisionTableOut(made).data, 201)


class SpecificProvisionView(ApiView):
    """What is judged by hand."""

    permission = {"post": ACT}

    @extend_schema(
        operation_id="set_specific_provision", request=SpecificProvisionIn, responses={201: SpecificProvisionOut}
    )
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Say what is likely lost of an item or of all a customer owes, with a reason."""
        customer = get_customer_for(request.user, customer_id)
        data = checked(SpecificProvisionIn, request.data)
        made = set_specific_provision(
            customer,
            data["percent"],
            reason=data["reason"],
            on=company_of(request).today(),
            by=request.user,
            item_id=data.get("item"),
        )
        return Response(SpecificProvisionOut(made).data, 201)
