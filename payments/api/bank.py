"""What banks said, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from customers.access import get_customer_for
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.web.requests import ApiRequest
from payments.access import (
    bank_accounts_for,
    get_bank_account_for,
    get_bank_line_for,
    get_bank_statement_for,
    get_receipt_for,
    get_unread_line_for,
    require_bank,
)
from payments.api.bank_serializers import (
    BankFileIn,
    BankFileOut,
    BankLineOut,
    BankLinePage,
    BankLineQuery,
    BankStatementPage,
    CompleteIn,
    LeaveOutIn,
    MatchableLineOut,
    MatchIn,
    RetoldIn,
    RetoldOut,
    ReturnIn,
    SetAsideOut,
    UnreadLineOut,
    UnreadLinePage,
    UnreadQuery,
)
from payments.api.serializers import ReceiptOut
from payments.api.settlements import settling_of
from payments.api.views import shown
from payments.bank import left_of, with_joints
from payments.models import BankLine, BankStatement, UnreadLine
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line, take_back_set_aside
from payments.operations.receive_payment import Plan
from payments.operations.settle_unread_line import complete_unread_line, leave_out_unread_line, settle_retold_lines
from payments.operations.take_bank_file import take_and_match
from payments.operations.take_return import take_return
from payments.proposals import Suggestion, proposals_for, reasons_for

WHERE = {"booked_from": "booked_on__gte", "booked_to": "booked_on__lte", "account": "bank_account__iban"}


class BankFilesView(ApiView):
    """Reading bank files in."""

    permission = {"post": "payments.take_bank_file"}

    @extend_schema(operation_id="take_bank_file", request=BankFileIn, responses={201: BankFileOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep each line of a bank's file once, in whatever file it comes and however often."""
        require_bank(request.user)
        data = checked(BankFileIn, request.data)
        account = (
            get_bank_account_for(request.user, company_of(request), data["account"]) if "account" in data else None
        )
        taken = take_and_match(
            company_of(request),
            data["name"],
            data["content"],
            by=request.user,
            account_id=account.pk if account else None,
        )
        return Response(BankFileOut(taken).data, 201)


class BankStatementsView(ApiView):
    """Statements."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="list_bank_statements", parameters=[PageQuery], responses=BankStatementPage)
    def get(self, request: ApiRequest) -> Response:
        """The statements of all accounts, with whether they add up and join."""
        query = checked(PageQuery, request.query_params.dict())
        accounts = bank_accounts_for(request.user).filter(company=company_of(request))
        rows = with_joints(BankStatement.objects.filter(bank_account__in=accounts)).select_related("bank_account")
        found, following = page_of(rows, query, "bank-statements")
        return Response(BankStatementPage({"results": found, "next": following}).data)


class RetoldLinesView(ApiView):
    """Lines that another format may have told of."""

    permission = {"post": "payments.settle_unread_line"}

    @extend_schema(operation_id="settle_retold_lines", request=RetoldIn, responses=RetoldOut)
    @idempotent
    def post(self, request: ApiRequest, statement_id: int) -> Response:
        """Say of all of a statement's that wait whether they are the same as the lines they may be."""
        statement = get_bank_statement_for(request.user, statement_id)
        said = checked(RetoldIn, request.data)
        return Response(RetoldOut({"settled": settle_retold_lines(statement.pk, **said, by=request.user)}).data)


class BankLinesView(ApiView):
    """Lines."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="list_bank_lines", parameters=[BankLineQuery], responses=BankLinePage)
    def get(self, request: ApiRequest) -> Response:
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
    def get(self, request: ApiRequest) -> Response:
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
    def post(self, request: ApiRequest, unread_id: int) -> Response:
        """Make it a line of its account, with the amount and the day that a person read."""
        unread = get_unread_line_for(request.user, unread_id)
        line = complete_unread_line(unread.pk, **checked(CompleteIn, request.data), by=request.user)
        return Response(BankLineOut(BankLine.objects.select_related("bank_account").get(pk=line.pk)).data, 201)


class LeaveOutUnreadLineView(ApiView):
    """Leaving one out."""

    permission = {"post": "payments.settle_unread_line"}

    @extend_schema(operation_id="leave_out_unread_line", request=LeaveOutIn, responses=UnreadLineOut)
    @idempotent
    def post(self, request: ApiRequest, unread_id: int) -> Response:
        """Say why it is no line of its account."""
        unread = get_unread_line_for(request.user, unread_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return Response(UnreadLineOut(leave_out_unread_line(unread.pk, reason=reason, by=request.user)).data)


class BankLineView(ApiView):
    """One line."""

    locks = "payments.BankLine"
    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="get_bank_line", responses=MatchableLineOut)
    def get(self, request: ApiRequest, line_id: int) -> Response:
        """A line, what is left of it to match, and what it probably pays."""
        line = get_bank_line_for(request.user, line_id)
        proposals = [_shown(each, line.currency) for each in proposals_for(line)]
        return Response(MatchableLineOut(dressed(line, left=left_of(line), proposals=proposals)).data)


class MatchBankLineView(ApiView):
    """Matching a line."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="match_bank_line", request=MatchIn, responses={201: ReceiptOut})
    @idempotent
    def post(self, request: ApiRequest, line_id: int) -> Response:
        """Record so much of a line as a customer's receipt, and apply it."""
        line = get_bank_line_for(request.user, line_id)
        data = checked(MatchIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        plan, rate = Plan(**data["allocate"]), data.get("exchange_rate")
        receipt = match_bank_line(
            line.pk,
            customer,
            data["amount"],
            plan,
            by=request.user,
            exchange_rate=rate,
            reasons=reasons_for(line, customer.pk, {share.item_id: share.amount for share in plan.shares}),
            discounts=data["discounts"],
            settling=settling_of(data["settle"]),
            bank_fee=data["bank_fee"],
        )
        return shown(request.user, receipt.pk, 201)


class TakeReturnView(ApiView):
    """Taking a receipt back."""

    permission = {"post": "payments.reverse_receipt"}

    @extend_schema(operation_id="take_return", request=ReturnIn, responses={201: ReceiptOut})
    @idempotent
    def post(self, request: ApiRequest, line_id: int) -> Response:
        """Take back the receipt that a line of money out returns; what it had settled is open again."""
        line = get_bank_line_for(request.user, line_id)
        data = checked(ReturnIn, request.data)
        receipt = get_receipt_for(request.user, data["receipt"])
        take_return(line.pk, receipt.pk, by=request.user, charge=data["charge"])
        return shown(request.user, receipt.pk, 201)


class SetAsideView(ApiView):
    """Setting a line aside."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="set_aside_bank_line", request=LeaveOutIn, responses={201: SetAsideOut})
    @idempotent
    def post(self, request: ApiRequest, line_id: int) -> Response:
        """Say that what is left of a line is no customer's payment."""
        line = get_bank_line_for(request.user, line_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return Response(SetAsideOut(set_aside_bank_line(line.pk, reason=reason, by=request.user)).data, 201)


class TakeBackView(ApiView):
    """Undoing it."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="take_back_set_aside", request=None, responses=SetAsideOut)
    @idempotent
    def post(self, request: ApiRequest, line_id: int) -> Response:
        """Let a line be matched after all."""
        line = get_bank_line_for(request.user, line_id)
        return Response(SetAsideOut(take_back_set_aside(line.pk, by=request.user)).data)


def _shown(suggestion: Suggestion, currency: str) -> dict[str, Any]:
    proposal = suggestion.proposal
    shares = [
        {
            "item": share.debt.id,
            "reference": share.debt.reference,
            "amount": share.amount,
            "discount": share.discount,
            "currency": currency,
        }
        for share in proposal.shares
    ]
    facts = {"customer": suggestion.customer, "amount": proposal.amount, "rest": proposal.rest}
    return facts | {"currency": currency, "shares": shares, "reasons": proposal.reasons}
