"""Late charges, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.access import get_late_charge_for, late_charges_for
from credit_control.late_charges import STATES, with_state
from credit_control.models import LateCharge, LateChargeLine
from credit_control.operations.claim_late_charges import claim_late_charges
from credit_control.operations.claim_many import MOST, start_claiming
from credit_control.operations.waive_late_charge import waive_late_charge
from credit_control.proposals import late_customers, proposals_for
from customers.access import customers_for, get_customer_for
from customers.api.serializers import CustomerRef
from office.api.approving import ApprovalOut
from office.api.fields import AmountOut, IdIn, Input, Query, RateOut
from office.api.idempotency import idempotent
from office.api.paging import USUAL, PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest

WHERE = {"customer": "customer_id", "state": "state", "from": "claimed_on__gte", "to": "claimed_on__lte"}
READ, CLAIM = "credit_control.view_latecharge", "credit_control.claim_late_charges"


class LateChargeIn(Input):
    """Who is charged, and up to the end of which day."""

    customer = IdIn()
    on = serializers.DateField(required=False, help_text="Left out: today.")


class LateChargesIn(Input):
    """Who is charged, by the workers, and up to the end of which day."""

    customers = serializers.ListField(child=IdIn(), allow_empty=False, max_length=MOST)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class WaiveLateChargeIn(Input):
    """Why it is waived, and on which day."""

    reason = serializers.CharField(max_length=300)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class LateChargeLineOut(serializers.ModelSerializer):
    """Interest for the days after `from_on` to `to_on`, a fee, or what earlier claims took too little or too much."""

    document = serializers.CharField(source="item.reference")
    currency = serializers.CharField(source="item.currency")
    principal = AmountOut("item.currency")
    percent = RateOut()
    amount = AmountOut("item.currency")

    class Meta:
        model = LateChargeLine
        fields = [
            "item",
            "document",
            "kind",
            "from_on",
            "to_on",
            "principal",
            "percent",
            "period",
            "amount",
            "currency",
        ]


class LateChargeRow(serializers.ModelSerializer):
    """A late charge in a list."""

    customer = CustomerRef()
    interest = AmountOut()
    fee = AmountOut()
    total = AmountOut()
    open = AmountOut()
    state = serializers.ChoiceField(choices=STATES)
    rule = serializers.CharField(source="rule.name")

    class Meta:
        model = LateCharge
        fields = ["id", "number", "customer", "state", "claimed_on", "currency", "interest", "fee", "total", "open"]
        fields += ["rule", "day_count", "waived_on", "waive_reason"]


class LateChargeOut(LateChargeRow):
    """A late charge with its lines."""

    lines = LateChargeLineOut(many=True)

    class Meta(LateChargeRow.Meta):
        fields = [*LateChargeRow.Meta.fields, "lines"]


class LateChargePage(serializers.Serializer):
    """A page of late charges."""

    results = LateChargeRow(many=True)
    next = serializers.CharField(allow_null=True)


class LateChargeQuery(PageQuery):
    """Which late charges."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the days between which they were claimed, whose names are words of Python's."""
        return super().get_fields() | {name: serializers.DateField(required=False) for name in ("from", "to")}


class LateChargeProposalOut(serializers.Serializer):
    """What a customer would be charged in a currency; with `why_not` they are not."""

    customer = CustomerRef()
    currency = serializers.CharField()
    interest = AmountOut()
    fee = AmountOut()
    total = AmountOut()
    disputed = AmountOut()
    free = AmountOut(help_text="Credit that is not applied yet, and so does not lower what is late.")
    why_not = serializers.CharField()
    lines = LateChargeLineOut(many=True)


class LateChargesOut(serializers.Serializer):
    """What was charged, and what was not and why."""

    results = LateChargeOut(many=True)
    left_out = LateChargeProposalOut(many=True)


class LateChargePreviewQuery(Query):
    """Up to which day, and after which customer."""

    on = serializers.DateField(required=False, help_text="Left out: today.")
    customer = IdIn(required=False, help_text="Only this one.")
    after = IdIn(required=False, help_text="Only customers with a higher id: what `next` of the page before said.")
    limit = serializers.IntegerField(min_value=1, max_value=200, default=USUAL, help_text="Customers on a page.")


class LateChargePreviewOut(serializers.Serializer):
    """Who would be charged what, and who would not and why."""

    results = LateChargeProposalOut(many=True)
    next = serializers.IntegerField(allow_null=True)


class LateChargeRunOut(serializers.Serializer):
    """The run that charges them."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    status = serializers.CharField()


class LateChargesView(ApiView):
    """Late charges."""

    permission = {"get": READ, "post": CLAIM}

    @extend_schema(operation_id="list_late_charges", parameters=[LateChargeQuery], responses=LateChargePage)
    def get(self, request: ApiRequest) -> Response:
        """The late charges of the caller's customers."""
        query = checked(LateChargeQuery, request.query_params.dict())
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = with_state(late_charges_for(request.user).filter(company=company_of(request))).filter(**where)
        found, following = page_of(rows.select_related("customer", "rule"), query, "late-charges")
        return Response(LateChargePage({"results": found, "next": following}).data)

    @extend_schema(operation_id="claim_late_charges", request=LateChargeIn, responses={201: LateChargesOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Charge a customer what they owe for paying late up to the end of a day; again, it adds nothing."""
        data = checked(LateChargeIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        on = data.get("on") or customer.company.today()
        charges, left_out = claim_late_charges(customer.company, [customer.pk], on=on, by=request.user)
        whole = [_whole(request.user, charge.pk) for charge in charges]
        return Response(LateChargesOut({"results": whole, "left_out": left_out}).data, 201)


class PreviewView(ApiView):
    """What a claim would do."""

    permission = {"get": CLAIM}

    @extend_schema(
        operation_id="preview_late_charges", parameters=[LateChargePreviewQuery], responses=LateChargePreviewOut
    )
    def get(self, request: ApiRequest) -> Response:
        """Who would be charged what, and who would not and why; nothing is entered."""
        query, company = checked(LateChargePreviewQuery, request.query_params.dict()), company_of(request)
        on = query.get("on") or company.today()
        seen = customers_for(request.user).filter(company=company, pk__gt=query.get("after", 0)).order_by("pk")
        if "customer" in query:
            seen = seen.filter(pk=query["customer"])
        late = set(late_customers(company, on))
        ids = [pk for pk in seen.values_list("pk", flat=True) if pk in late]
        page = ids[: query["limit"]]
        results = proposals_for(company, seen.filter(pk__in=page).select_related("company"), on)
        following = page[-1] if len(ids) > len(page) else None
        return Response(LateChargePreviewOut({"results": results, "next": following}).data)


class RunView(ApiView):
    """Charging many."""

    permission = {"post": CLAIM}

    @extend_schema(operation_id="claim_many_late_charges", request=LateChargesIn, responses={202: LateChargeRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the workers charge many customers."""
        company, data = company_of(request), checked(LateChargesIn, request.data)
        seen = customers_for(request.user).filter(pk__in=data["customers"]).values_list("pk", flat=True)
        run = start_claiming(company, list(seen), on=data.get("on") or company.today(), by=request.user)
        return Response(LateChargeRunOut(run).data, 202)


class LateChargeView(ApiView):
    """One late charge."""

    locks = "credit_control.LateCharge"
    permission = {"get": READ}

    @extend_schema(operation_id="get_late_charge", responses=LateChargeOut)
    def get(self, request: ApiRequest, charge_id: int) -> Response:
        """A late charge with its lines."""
        return Response(LateChargeOut(_whole(request.user, charge_id)).data)


class WaiveView(ApiView):
    """Waiving."""

    permission = {"post": "credit_control.waive_late_charge"}

    @extend_schema(
        operation_id="waive_late_charge", request=WaiveLateChargeIn, responses={200: LateChargeOut, 202: ApprovalOut}
    )
    @idempotent
    def post(self, request: ApiRequest, charge_id: int) -> Response:
        """Waive a late charge: nothing of it is asked for any more."""
        charge = get_late_charge_for(request.user, charge_id)
        data: dict[str, Any] = checked(WaiveLateChargeIn, request.data)
        on = data.get("on") or charge.company.today()
        waive_late_charge(charge.pk, on=on, by=request.user, reason=data["reason"])
        return Response(LateChargeOut(_whole(request.user, charge.pk)).data)


def _whole(user: User, charge_id: int) -> LateCharge:
    get_late_charge_for(user, charge_id)
    rows = with_state(late_charges_for(user)).select_related("customer", "rule").prefetch_related("lines__item")
    return rows.get(pk=charge_id)
