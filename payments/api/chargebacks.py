"""Chargebacks, for programs."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, FileIn, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest
from payments.access import chargebacks_for, get_chargeback_for, get_receipt_for
from payments.models import Chargeback, ChargebackFile, ChargebackStatus
from payments.operations.decide_chargeback import add_evidence, answer_chargeback, decide_chargeback
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback


class ChargebackIn(Input):
    """What a bank says when it takes a card payment back."""

    receipt = IdIn()
    respond_by = serializers.DateField()
    reason_code = serializers.CharField(max_length=20, help_text="The card network's own, such as 10.4 or 4853.")
    reason = serializers.CharField(max_length=300)
    opened_on = serializers.DateField(required=False, help_text="Left out: today.")
    amount = AmountIn(required=False, help_text="Left out: all of the payment.")
    case_reference = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    bank_fee = AmountIn(default=Decimal(0), min_value=0)
    customer_fee = AmountIn(default=Decimal(0), min_value=0, help_text="An open item of its own.")


class EvidenceIn(Input):
    """A file that proves our case."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64: PDF, PNG, JPG, CSV, XLSX or ODS.")


class OutcomeIn(Input):
    """How the bank decided."""

    outcome = serializers.ChoiceField(choices=[("won", "won"), ("lost", "lost")])
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class EvidenceOut(serializers.ModelSerializer):
    """A piece of evidence."""

    class Meta:
        model = ChargebackFile
        fields = ["id", "name", "media_type", "size", "sha256", "added_at"]


class ChargebackOut(serializers.ModelSerializer):
    """A case; `kept_receipt` is the rest of a payment of which a part was taken back."""

    customer = CustomerRef()
    amount = AmountOut()
    bank_fee = AmountOut()
    files = EvidenceOut(many=True)

    class Meta:
        model = Chargeback
        fields = ["id", "number", "customer", "receipt", "status", "opened_on", "respond_by", "amount", "currency"]
        fields += ["reason_code", "reason", "case_reference", "bank_fee", "kept_receipt", "won_receipt"]
        fields += ["answered_on", "decided_on", "outcome_note", "files"]


class ChargebackPage(serializers.Serializer):
    """A page of cases."""

    results = ChargebackOut(many=True)
    next = serializers.CharField(allow_null=True)


class ChargebackQuery(PageQuery):
    """Which cases."""

    status = serializers.ChoiceField(choices=ChargebackStatus.choices, required=False)
    respond_to = serializers.DateField(required=False, help_text="To be answered on that day or before.")


WHERE = {"status": "status", "respond_to": "respond_by__lte"}


class ChargebacksView(ApiView):
    """All cases, and opening one."""

    permission = {"get": "payments.view_receipt", "post": "payments.manage_chargebacks"}

    @extend_schema(operation_id="list_chargebacks", parameters=[ChargebackQuery], responses=ChargebackPage)
    def get(self, request: ApiRequest) -> Response:
        """The chargebacks of a company."""
        query = checked(ChargebackQuery, request.query_params.dict())
        rows = chargebacks_for(request.user).filter(company=company_of(request))
        rows = rows.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
        found, following = page_of(rows.select_related("customer").prefetch_related("files"), query, "chargebacks")
        return Response(ChargebackPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="open_chargeback", request=ChargebackIn, responses={201: ChargebackOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Take a card payment back as its bank did: what it had settled is open again."""
        data = checked(ChargebackIn, request.data)
        receipt = get_receipt_for(request.user, data.pop("receipt"))
        data.setdefault("opened_on", receipt.company.today())
        chargeback = open_chargeback(receipt.pk, ChargebackDetails(**data), by=request.user)
        return _shown(request.user, chargeback.pk, 201)


class ChargebackView(ApiView):
    """One case."""

    locks = "payments.Chargeback"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_chargeback", responses=ChargebackOut)
    def get(self, request: ApiRequest, chargeback_id: int) -> Response:
        """A case and its evidence."""
        return _shown(request.user, chargeback_id)


class EvidenceView(ApiView):
    """Evidence."""

    permission = {"post": "payments.manage_chargebacks"}

    @extend_schema(operation_id="add_evidence", request=EvidenceIn, responses={201: ChargebackOut})
    @idempotent
    def post(self, request: ApiRequest, chargeback_id: int) -> Response:
        """Keep a file as evidence."""
        chargeback = get_chargeback_for(request.user, chargeback_id)
        add_evidence(chargeback.pk, **checked(EvidenceIn, request.data), by=request.user)
        return _shown(request.user, chargeback_id, 201)


class AnswerChargebackView(ApiView):
    """Answering."""

    permission = {"post": "payments.manage_chargebacks"}

    @extend_schema(operation_id="answer_chargeback", request=None, responses=ChargebackOut)
    @idempotent
    def post(self, request: ApiRequest, chargeback_id: int) -> Response:
        """Say that our evidence went to the bank."""
        chargeback = get_chargeback_for(request.user, chargeback_id)
        answer_chargeback(chargeback.pk, on=chargeback.company.today(), by=request.user)
        return _shown(request.user, chargeback_id)


class DecideChargebackView(ApiView):
    """The end of a case."""

    permission = {"post": "payments.manage_chargebacks"}

    @extend_schema(operation_id="decide_chargeback", request=OutcomeIn, responses=ChargebackOut)
    @idempotent
    def post(self, request: ApiRequest, chargeback_id: int) -> Response:
        """Say how the bank decided; won, the money is recorded again."""
        chargeback = get_chargeback_for(request.user, chargeback_id)
        data = checked(OutcomeIn, request.data)
        on = data.get("on") or chargeback.company.today()
        won = data["outcome"] == "won"
        decide_chargeback(chargeback.pk, won=won, on=on, by=request.user, note=data["note"])
        return _shown(request.user, chargeback_id)


def _shown(user: User, chargeback_id: int, status: int = 200) -> Response:
    return Response(ChargebackOut(get_chargeback_for(user, chargeback_id)).data, status)
