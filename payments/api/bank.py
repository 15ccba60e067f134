"""What banks said, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.serializers import FileIn
from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, IdIn, Input, RateIn
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from payments.access import bank_accounts_for, get_bank_line_for, get_unread_line_for, require_bank
from payments.api.serializers import AllocateIn, ReceiptOut
from payments.api.views import shown
from payments.bank import left_of, with_joints
from payments.models import BankLine, BankStatement, SetAside, UnreadLine, UnreadOutcome
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line, take_back_set_aside
from payments.operations.receive_payment import Plan
from payments.operations.settle_unread_line import complete_unread_line, leave_out_unread_line
from payments.operations.take_bank_file import take_bank_file
from payments.proposals import Proposal, proposals_for


class BankFileIn(Input):
    """A file of a bank."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64: camt.052, 053 or 054, MT940, MT942, OFX, QFX or BAI2.")


class BankFileOut(serializers.Serializer):
    """What came of a file: how many of its lines are new, were known, could not be read, or are not booked yet."""

    file = serializers.IntegerField(source="file.pk")
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    unread = serializers.IntegerField()
    pending = serializers.IntegerField()
    unknown_accounts = serializers.ListField(child=serializers.CharField())


class BankStatementOut(serializers.ModelSerializer):
    """A statement; `is_gap` where the one before it closed with something else, `last_closing`."""

    account = serializers.CharField(source="bank_account.iban")
    opening = AmountOut()
    closing = AmountOut()
    last_closing = AmountOut()
    is_gap = serializers.BooleanField()

    class Meta:
        model = BankStatement
        fields = ["id", "file", "account", "number", "message", "currency", "from_on", "until_on", "opening"]
        fields += ["closing", "line_count", "pending_count", "adds_up", "is_gap", "last_closing", "notes"]


class BankLineOut(serializers.ModelSerializer):
    """A line of an account; money in is above zero."""

    account = serializers.CharField(source="bank_account.iban")
    amount = AmountOut()
    references = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = BankLine
        fields = ["id", "statement", "account", "booked_on", "value_on", "amount", "currency", "is_reversal", "text"]
        fields += ["references", "end_to_end_id", "mandate", "bank_reference", "party_name", "party_account"]
        fields += ["party_bank", "kind", "return_reason"]


class UnreadFieldOut(serializers.Serializer):
    """A field that could not be read."""

    place = serializers.CharField()
    name = serializers.CharField()
    found = serializers.CharField()


class UnreadLineOut(serializers.ModelSerializer):
    """A line with fields that could not be read, and what became of it."""

    account = serializers.CharField(source="bank_account.iban")
    unread = UnreadFieldOut(many=True)

    class Meta:
        model = UnreadLine
        fields = ["id", "statement", "account", "place", "unread", "outcome", "reason", "line", "settled_by"]


class BankStatementPage(serializers.Serializer):
    """A page of statements."""

    results = BankStatementOut(many=True)
    next = serializers.CharField(allow_null=True)


class BankLinePage(serializers.Serializer):
    """A page of lines."""

    results = BankLineOut(many=True)
    next = serializers.CharField(allow_null=True)


class UnreadLinePage(serializers.Serializer):
    """A page of lines that could not be read."""

    results = UnreadLineOut(many=True)
    next = serializers.CharField(allow_null=True)


class BankLineQuery(PageQuery):
    """Which lines."""

    booked_from = serializers.DateField(required=False)
    booked_to = serializers.DateField(required=False)
    account = serializers.CharField(required=False, max_length=40, help_text="The account's own number.")


class UnreadQuery(PageQuery):
    """Which lines that could not be read."""

    outcome = serializers.ChoiceField(choices=UnreadOutcome.choices, required=False)


class CompleteIn(Input):
    """What a line really says."""

    amount = AmountIn(help_text="Above zero for money in.")
    booked_on = serializers.DateField()


class LeaveOutIn(Input):
    """Why a line is left out."""

    reason = serializers.CharField(max_length=300)


WHERE = {"booked_from": "booked_on__gte", "booked_to": "booked_on__lte", "account": "bank_account__iban"}


class BankFilesView(ApiView):
    """Reading bank files in."""

    permission = {"post": "payments.take_bank_file"}

    @extend_schema(operation_id="take_bank_file", request=BankFileIn, responses={201: BankFileOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Keep each line of a bank's file once, in whatever file it comes and however often."""
        require_bank(request.user)
        data = checked(BankFileIn, request.data)
        taken = take_bank_file(company_of(request), data["name"], data["content"], by=request.user)
        return Response(BankFileOut(taken).data, 201)


class BankStatementsView(ApiView):
    """Statements."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="list_bank_statements", parameters=[PageQuery], responses=BankStatementPage)
    def get(self, request: Request) -> Response:
        """The statements of all accounts, with whether they add up and join."""
        query = checked(PageQuery, request.query_params.dict())
        accounts = bank_accounts_for(request.user).filter(company=company_of(request))
        rows = with_joints(BankStatement.objects.filter(bank_account__in=accounts)).select_related("bank_account")
        found, following = page_of(rows, query, "bank-statements")
        return Response(BankStatementPage({"results": found, "next": following}).data)


class BankLinesView(ApiView):
    """Lines."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="list_bank_lines", parameters=[BankLineQuery], responses=BankLinePage)
    def get(self, request: Request) -> Response:
        """What came in and went out on all accounts."""
        query = checked(BankLineQuery, request.query_params.dict())
        accounts = bank_accounts_for(request.user).filter(company=company_of(request))
        rows = BankLine.objects.filter(bank_account__in=accounts).select_related("bank_account")
        rows = rows.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
        found, following = page_of(rows, query, "bank-lines")
        return Response(BankLinePage({"results": found, "next": following}).data)


class UnreadLinesView(ApiView):
    """Lines that could not be read."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="list_unread_lines", parameters=[UnreadQuery], responses=UnreadLinePage)
    def get(self, request: Request) -> Response:
        """Lines with a field that could not be read, and what stood there."""
        query = checked(UnreadQuery, request.query_params.dict())
        accounts = bank_accounts_for(request.user).filter(company=company_of(request))
        rows = UnreadLine.objects.filter(bank_account__in=accounts).select_related("bank_account")
        rows = rows.filter(outcome=query["outcome"]) if "outcome" in query else rows
        found, following = page_of(rows, query, "unread-lines")
        return Response(UnreadLinePage({"results": found, "next": following}).data)


class CompleteUnreadLineView(ApiView):
    """Completing one."""

    permission = {"post": "payments.settle_unread_line"}

    @extend_schema(operation_id="complete_unread_line", request=CompleteIn, responses={201: BankLineOut})
    @idempotent
    def post(self, request: Request, unread_id: int) -> Response:
        """Make it a line of its account, with the amount and the day that a person read."""
        unread = get_unread_line_for(request.user, unread_id)
        line = complete_unread_line(unread.pk, **checked(CompleteIn, request.data), by=request.user)
        return Response(BankLineOut(BankLine.objects.select_related("bank_account").get(pk=line.pk)).data, 201)


class LeaveOutUnreadLineView(ApiView):
    """Leaving one out."""

    permission = {"post": "payments.settle_unread_line"}

    @extend_schema(operation_id="leave_out_unread_line", request=LeaveOutIn, responses=UnreadLineOut)
    @idempotent
    def post(self, request: Request, unread_id: int) -> Response:
        """Say why it is no line of its account."""
        unread = get_unread_line_for(request.user, unread_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return Response(UnreadLineOut(leave_out_unread_line(unread.pk, reason=reason, by=request.user)).data)


class ProposedShareOut(serializers.Serializer):
    """So much on an open item."""

    item = serializers.IntegerField()
    reference = serializers.CharField()
    amount = AmountOut()


class ProposalOut(serializers.Serializer):
    """Whose payment a line probably is, what it would settle, what would stay on account, and why."""

    customer = CustomerRef()
    amount = AmountOut()
    rest = AmountOut()
    shares = ProposedShareOut(many=True)
    reasons = serializers.ListField(child=serializers.CharField())


class MatchableLineOut(BankLineOut):
    """A line with what is left of it to match, and what it probably pays, the likeliest first."""

    left = AmountOut()
    proposals = ProposalOut(many=True)

    class Meta(BankLineOut.Meta):
        fields = [*BankLineOut.Meta.fields, "left", "proposals"]


class MatchIn(Input):
    """Whose payment it is, how much of it, and what it settles."""

    customer = IdIn()
    amount = AmountIn()
    exchange_rate = RateIn(required=False)
    allocate = AllocateIn(default=dict, help_text="What it settles; left out, it stays on account.")


class SetAsideOut(serializers.ModelSerializer):
    """That a line is no customer's payment."""

    class Meta:
        model = SetAside
        fields = ["id", "line", "reason", "by", "at", "withdrawn_by", "withdrawn_at"]


class BankLineView(ApiView):
    """One line."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="get_bank_line", responses=MatchableLineOut)
    def get(self, request: Request, line_id: int) -> Response:
        """A line, what is left of it to match, and what it probably pays."""
        line = get_bank_line_for(request.user, line_id)
        line.left = left_of(line)
        line.proposals = [_shown(proposal, line.currency) for proposal in proposals_for(line, line.left)]
        return Response(MatchableLineOut(line).data)


class MatchBankLineView(ApiView):
    """Matching a line."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="match_bank_line", request=MatchIn, responses={201: ReceiptOut})
    @idempotent
    def post(self, request: Request, line_id: int) -> Response:
        """Record so much of a line as a customer's receipt, and apply it."""
        line = get_bank_line_for(request.user, line_id)
        data = checked(MatchIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        plan, rate = Plan(**data["allocate"]), data.get("exchange_rate")
        receipt = match_bank_line(line.pk, customer, data["amount"], plan, by=request.user, exchange_rate=rate)
        return shown(request.user, receipt.pk, 201)


class SetAsideView(ApiView):
    """Setting a line aside."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="set_aside_bank_line", request=LeaveOutIn, responses={201: SetAsideOut})
    @idempotent
    def post(self, request: Request, line_id: int) -> Response:
        """Say that what is left of a line is no customer's payment."""
        line = get_bank_line_for(request.user, line_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return Response(SetAsideOut(set_aside_bank_line(line.pk, reason=reason, by=request.user)).data, 201)


class TakeBackView(ApiView):
    """Undoing it."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="take_back_set_aside", request=None, responses=SetAsideOut)
    @idempotent
    def post(self, request: Request, line_id: int) -> Response:
        """Let a line be matched after all."""
        line = get_bank_line_for(request.user, line_id)
        return Response(SetAsideOut(take_back_set_aside(line.pk, by=request.user)).data)


def _shown(proposal: Proposal, currency: str) -> dict[str, Any]:
    shares = [
        {"item": item.pk, "reference": item.reference, "amount": share, "currency": currency}
        for item, share in proposal.shares
    ]
    facts = {"customer": proposal.customer, "amount": proposal.amount, "rest": proposal.rest}
    return facts | {"currency": currency, "shares": shares, "reasons": proposal.reasons}
