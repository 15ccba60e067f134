"""Payment plans, for programs."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from credit_control.access import get_plan_for, plans_for
from credit_control.models import PaymentPlan, PlanAnswer
from credit_control.operations.accept_plan import accept_plan
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.change_plan import change_plan
from credit_control.operations.decline_plan import decline_plan
from credit_control.operations.offer_plan import LONGEST_NAME, LONGEST_NOTE, MOST_ITEMS, PlanDetails, offer_plan
from credit_control.operations.resend_plan import resend_plan
from credit_control.operations.withdraw_plan import withdraw_plan
from credit_control.plans.instalments import MOST
from credit_control.plans.letter import file_name, kept_plan_pdf
from credit_control.plans.reading import STATES, plans_now, with_state
from credit_control.plans.spread import Instalment
from credit_control.web.downloads import download
from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from customers.persons import require_sees_paper
from ledger.refusals import Refused
from office.api.errors import Unavailable
from office.api.fields import AmountIn, AmountOut, IdIn, Input, PersonNameOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import Company, User
from office.papers import PdfUnavailable
from office.web.requests import ApiRequest

WHERE = {"customer": "customer_id", "state": "state"}
READ, WRITE = "credit_control.view_paymentplan", "credit_control.manage_plans"


class InstalmentIn(Input):
    """What is to be paid by a day."""

    due_on = serializers.DateField()
    amount = AmountIn()


class PlanTermsIn(Input):
    """How it is paid, and on what terms."""

    instalments = InstalmentIn(many=True, max_length=MOST)  # type: ignore[call-arg]  # of the list
    is_interest_free = serializers.BooleanField(required=False, help_text="Left out: as the policy says.")
    valid_until = serializers.DateField(required=False, help_text="Left out: as the policy says.")
    agreed_by = serializers.CharField(
        required=False, max_length=LONGEST_NAME, help_text="Who agreed already: the plan stands at once."
    )
    note = serializers.CharField(required=False, max_length=LONGEST_NOTE, allow_blank=True)


class PlanIn(PlanTermsIn):
    """A plan for some of a customer's open items; it is the sum of what is open of them and not disputed."""

    customer = IdIn()
    currency = serializers.CharField(max_length=3, required=False, help_text="Left out: the customer's.")
    items = serializers.ListField(child=IdIn(), max_length=MOST_ITEMS)


class ChangePlanIn(PlanTermsIn):
    """What takes the place of a plan, over what is open of the same items."""

    reason = serializers.CharField(max_length=300)


class AcceptPlanIn(Input):
    """Who agreed, as they told us."""

    name = serializers.CharField(max_length=LONGEST_NAME)


class EndPlanIn(Input):
    """Why it ends."""

    reason = serializers.CharField(max_length=300)


class PlanDayOut(serializers.Serializer):
    """An instalment, and what of it is open."""

    position = serializers.IntegerField(source="instalment.position")
    due_on = serializers.DateField(source="instalment.due_on")
    currency = serializers.CharField(source="instalment.plan.currency")
    amount = AmountOut("instalment.plan.currency", source="instalment.amount")
    open = AmountOut("instalment.plan.currency", source="left")
    state = serializers.CharField(help_text="paid, open, late, or missed: late for more than the days of grace.")


class PlannedItemOut(serializers.Serializer):
    """What of an open item is planned."""

    item = serializers.IntegerField(source="item_id")
    document = serializers.CharField(source="item.reference")
    due_on = serializers.DateField(source="item.due_on", help_text="As the document says.")
    amount = AmountOut("item.currency")
    open = AmountOut("item.currency", source="item.balance")


class PlanOut(serializers.ModelSerializer):
    """A plan, and how it goes: read from the book."""

    customer = CustomerRef()
    amount = AmountOut()
    paid = AmountOut()
    open = AmountOut(source="left")
    state = serializers.ChoiceField(choices=STATES)
    instalments = PlanDayOut(many=True, source="now.days")
    items = PlannedItemOut(many=True, source="now.items")
    accepted_name = PersonNameOut()

    class Meta:
        model = PaymentPlan
        fields = ["id", "customer", "currency", "amount", "paid", "open", "state", "is_interest_free", "offered_on"]
        fields += ["valid_until", "accepted_on", "accepted_name", "accepted_how", "closed_on", "close_reason"]
        fields += ["replaces", "note", "instalments", "items"]


class PlanPage(serializers.Serializer):
    """A page of plans."""

    results = PlanOut(many=True)
    next = serializers.CharField(allow_null=True)


class PlanQuery(PageQuery):
    """Which plans."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)


class PlansView(ApiView):
    """Plans."""

    permission = {"get": READ, "post": WRITE}

    @extend_schema(operation_id="list_plans", parameters=[PlanQuery], responses=PlanPage)
    def get(self, request: ApiRequest) -> Response:
        """The plans of the caller's customers."""
        query, company = checked(PlanQuery, request.query_params.dict()), company_of(request)
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = with_state(plans_for(request.user).filter(company=company), company, company.today()).filter(**where)
        found, following = page_of(rows.select_related("customer", "company"), query, "plans")
        return Response(PlanPage({"results": _with_days(found, company), "next": following}).data)

    @extend_schema(operation_id="offer_plan", request=PlanIn, responses={201: PlanOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Offer a plan, or record one that was agreed; its items are not reminded of while it may be answered."""
        data = checked(PlanIn, request.data)
        customer = get_customer_for(request.user, data.pop("customer"))
        currency, items = data.pop("currency", "") or customer.currency, data.pop("items")
        details = _details(currency, items, data)
        plan = offer_plan(customer.pk, details, on=customer.company.today(), by=request.user)
        return Response(PlanOut(_read(request.user, plan)).data, 201)


class PlanView(ApiView):
    """One plan."""

    locks = "credit_control.PaymentPlan"
    permission = {"get": READ}

    @extend_schema(operation_id="get_plan", responses=PlanOut)
    def get(self, request: ApiRequest, plan_id: int) -> Response:
        """A plan, and how it goes."""
        return Response(PlanOut(_read(request.user, get_plan_for(request.user, plan_id))).data)


class ChangePlanView(ApiView):
    """Changing."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="change_plan", request=ChangePlanIn, responses={201: PlanOut})
    @idempotent
    def post(self, request: ApiRequest, plan_id: int) -> Response:
        """End a plan and offer another over what is open of its items, in one step; the answer is the new one."""
        plan = get_plan_for(request.user, plan_id)
        data = checked(ChangePlanIn, request.data)
        reason = data.pop("reason")
        details = _details(plan.currency, [], data)
        other = change_plan(plan.pk, details, on=plan.company.today(), by=request.user, reason=reason)
        return Response(PlanOut(_read(request.user, other)).data, 201)


class AcceptPlanView(ApiView):
    """Recording that a customer agreed."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="accept_plan", request=AcceptPlanIn, responses=PlanOut)
    @idempotent
    def post(self, request: ApiRequest, plan_id: int) -> Response:
        """Record that they agreed, as they told us: its days hold from now on."""
        plan = get_plan_for(request.user, plan_id)
        name = checked(AcceptPlanIn, request.data)["name"]
        accept_plan(plan.pk, name, how=PlanAnswer.STAFF, on=plan.company.today(), by=request.user)
        return Response(PlanOut(_read(request.user, plan)).data)


class DeclinePlanView(ApiView):
    """Recording that a customer declined."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="decline_plan", request=EndPlanIn, responses=PlanOut)
    @idempotent
    def post(self, request: ApiRequest, plan_id: int) -> Response:
        """Record that they do not want it; its items are reminded of again."""
        return _end(request, plan_id, decline_plan)


class WithdrawPlanView(ApiView):
    """Withdrawing an offer."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="withdraw_plan", request=EndPlanIn, responses=PlanOut)
    @idempotent
    def post(self, request: ApiRequest, plan_id: int) -> Response:
        """Take an offer back that nobody answered; its items are reminded of again."""
        return _end(request, plan_id, withdraw_plan)


class CancelPlanView(ApiView):
    """Cancelling."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="cancel_plan", request=EndPlanIn, responses=PlanOut)
    @idempotent
    def post(self, request: ApiRequest, plan_id: int) -> Response:
        """End an accepted plan: the documents' own due days hold again."""
        return _end(request, plan_id, cancel_plan)


class ResendPlanView(ApiView):
    """Mailing again."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="resend_plan", request=None, responses=PlanOut)
    @idempotent
    def post(self, request: ApiRequest, plan_id: int) -> Response:
        """Mail the offer, or what was agreed, once more."""
        plan = get_plan_for(request.user, plan_id)
        resend_plan(plan.pk, by=request.user)
        return Response(PlanOut(_read(request.user, plan)).data)


class PlanPdfView(ApiView):
    """The agreement."""

    permission = {"get": READ}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="get_plan_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, plan_id: int) -> HttpResponse:
        """The agreement as it was sent."""
        plan = get_plan_for(request.user, plan_id)
        require_sees_paper(plan.customer)
        try:
            content = bytes(kept_plan_pdf(plan).content)
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        return download(content, "application/pdf", file_name(plan))


def _end(request: ApiRequest, plan_id: int, act: Any) -> Response:
    plan = get_plan_for(request.user, plan_id)
    act(plan.pk, checked(EndPlanIn, request.data)["reason"], on=plan.company.today(), by=request.user)
    return Response(PlanOut(_read(request.user, plan)).data)


def _details(currency: str, items: list[int], data: dict[str, Any]) -> PlanDetails:
    instalments = [Instalment(each["due_on"], each["amount"]) for each in data.pop("instalments")]
    if not instalments:
        raise Refused("Say at least two instalments.", code="bad_count")
    return PlanDetails(currency, items, instalments, **data)


def _with_days(plans: list[PaymentPlan], company: Company) -> list[PaymentPlan]:
    now = plans_now(plans, company.today())
    return [dressed(plan, now=now[plan.pk]) for plan in plans]


def _read(user: User, plan: PaymentPlan) -> PaymentPlan:
    rows = with_state(plans_for(user), plan.company, plan.company.today()).select_related("customer", "company")
    return _with_days([rows.get(pk=plan.pk)], plan.company)[0]
