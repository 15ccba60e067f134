"""The bank against the book, for programs. Accounts are named by their number."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from ledger.models import Account
from ledger.refusals import Refused
from office.api.fields import AmountOut, CurrencyRateIn, IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from payments.access import get_bank_account_for, get_bank_line_for, get_bank_month_for, get_tie_for
from payments.models import BankMonth, BankTie
from payments.operations.reconcile_bank import (
    book_bank_line,
    close_bank_month,
    reopen_bank_month,
    tie_bank_lines,
    untie_bank_line,
)
from payments.reconciling import reconciliation_of


class ReconciliationQuery(Query):
    """Which account, and until which day."""

    account = serializers.CharField(max_length=40)
    until = serializers.DateField(required=False)


class OnlyBankOut(serializers.Serializer):
    """A line of the bank that the book has not in full."""

    id = serializers.IntegerField()
    booked_on = serializers.DateField()
    text = serializers.CharField()
    untied = AmountOut()
    currency = serializers.CharField()


class OnlyBookOut(serializers.Serializer):
    """A line of the book that the bank has not in full."""

    id = serializers.IntegerField()
    dated_on = serializers.DateField()
    reference = serializers.CharField(source="entry.reference")
    untied = AmountOut()
    currency = serializers.CharField()


class ReconciliationOut(serializers.Serializer):
    """Both balances as of the last statement, and what each side has alone."""

    on = serializers.DateField()
    currency = serializers.CharField()
    statement_balance = AmountOut()
    book_balance = AmountOut()
    difference = AmountOut()
    unexplained = AmountOut()
    only_bank = OnlyBankOut(many=True)
    only_book = OnlyBookOut(many=True)


class TieIn(Input):
    """Lines of the bank and of the book that are the same money; one of a kind at least is single."""

    account = serializers.CharField(max_length=40)
    bank_lines = serializers.ListField(child=IdIn(), max_length=500)
    book_lines = serializers.ListField(child=IdIn(), max_length=500)


class TieOut(serializers.ModelSerializer):
    """That so much of a bank line is a line of the book."""

    amount = AmountOut("line.currency")

    class Meta:
        model = BankTie
        fields = ["id", "line", "book_line", "amount", "at", "undone_at"]


class TiesOut(serializers.Serializer):
    """What was tied."""

    results = TieOut(many=True)


class BookIn(Input):
    """What only the bank has: the code of the account it goes to, and what it is."""

    account = serializers.CharField(max_length=20)
    memo = serializers.CharField(max_length=200)
    exchange_rate = CurrencyRateIn(required=False)


class BookedOut(serializers.Serializer):
    """The entry it made."""

    entry = serializers.IntegerField(source="pk")
    dated_on = serializers.DateField()
    memo = serializers.CharField()


class MonthIn(Input):
    """A month by one of its days."""

    account = serializers.CharField(max_length=40)
    month = serializers.DateField()


class ReopenIn(Input):
    """Why it is reopened."""

    reason = serializers.CharField(max_length=300)


class BankMonthOut(serializers.ModelSerializer):
    """A closed month of a bank account."""

    account = serializers.CharField(source="bank_account.iban")
    statement_balance = AmountOut("bank_account.currency")
    book_balance = AmountOut("bank_account.currency")

    class Meta:
        model = BankMonth
        fields = ["id", "account", "month", "on", "statement_balance", "book_balance", "closed_at", "reopened_at"]


class ReconciliationView(ApiView):
    """Both sides."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="get_reconciliation", parameters=[ReconciliationQuery], responses=ReconciliationOut)
    def get(self, request: ApiRequest) -> Response:
        """A bank account against the book, as of its last statement until a day."""
        query = checked(ReconciliationQuery, request.query_params.dict())
        bank_account = get_bank_account_for(request.user, company_of(request), query["account"])
        until = query.get("until") or bank_account.company.today()
        found = reconciliation_of(bank_account, until)
        if found is None:
            raise Refused("No statement with a balance is known until then.", code="no_statement")
        sides = {"only_bank": found.bank_lines, "only_book": found.book_lines, "currency": bank_account.currency}
        figures = ("on", "statement_balance", "book_balance", "difference", "unexplained")
        return Response(ReconciliationOut(sides | {name: getattr(found, name) for name in figures}).data)


class TiesView(ApiView):
    """Tying."""

    permission = {"post": "payments.reconcile_bank"}

    @extend_schema(operation_id="tie_bank_lines", request=TieIn, responses={201: TiesOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Say that lines of a bank account and of the book are the same money."""
        data = checked(TieIn, request.data)
        bank_account = get_bank_account_for(request.user, company_of(request), data["account"])
        ties = tie_bank_lines(bank_account.pk, data["bank_lines"], data["book_lines"], by=request.user)
        return Response(TiesOut({"results": ties}).data, 201)


class UntieView(ApiView):
    """Taking it back."""

    permission = {"post": "payments.reconcile_bank"}

    @extend_schema(operation_id="untie_bank_line", request=None, responses=TieOut)
    @idempotent
    def post(self, request: ApiRequest, tie_id: int) -> Response:
        """Take back that two lines are one."""
        return Response(TieOut(untie_bank_line(get_tie_for(request.user, tie_id).pk, by=request.user)).data)


class BookBankLineView(ApiView):
    """Booking."""

    permission = {"post": "payments.reconcile_bank"}

    @extend_schema(operation_id="book_bank_line", request=BookIn, responses={201: BookedOut})
    @idempotent
    def post(self, request: ApiRequest, line_id: int) -> Response:
        """Enter in the book what only the bank has."""
        line = get_bank_line_for(request.user, line_id)
        data = checked(BookIn, request.data)
        account = Account.objects.filter(company_id=line.company_id, code=data["account"]).first()
        if account is None:
            raise Refused("There is no account of that code.", code="unknown_account")
        rate = data.get("exchange_rate")
        booked = book_bank_line(line.pk, account, memo=data["memo"], by=request.user, exchange_rate=rate)
        return Response(BookedOut(booked).data, 201)


class CloseBankMonthView(ApiView):
    """Closing."""

    permission = {"post": "payments.close_bank_month"}

    @extend_schema(operation_id="close_bank_month", request=MonthIn, responses={201: BankMonthOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Close a month whose difference is explained."""
        data = checked(MonthIn, request.data)
        bank_account = get_bank_account_for(request.user, company_of(request), data["account"])
        return Response(BankMonthOut(close_bank_month(bank_account.pk, data["month"], by=request.user)).data, 201)


class ReopenBankMonthView(ApiView):
    """Reopening."""

    permission = {"post": "payments.close_bank_month"}

    @extend_schema(operation_id="reopen_bank_month", request=ReopenIn, responses=BankMonthOut)
    @idempotent
    def post(self, request: ApiRequest, month_id: int) -> Response:
        """Let a closed month be changed again."""
        month = get_bank_month_for(request.user, month_id)
        reason = checked(ReopenIn, request.data)["reason"]
        return Response(BankMonthOut(reopen_bank_month(month.pk, reason=reason, by=request.user)).data)
