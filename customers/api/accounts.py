"""Customers' bank accounts, for programs: their numbers masked."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_account_for, get_customer_for
from customers.duplicates import others_with
from customers.models import AccountKind, CustomerAccount
from customers.operations.add_account import LONGEST_HOLDER, AccountDetails, add_account
from customers.operations.manage_accounts import block_account, close_account, release_account, reveal_account
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest


class CustomerAccountIn(Input):
    """An account of a customer."""

    kind = serializers.ChoiceField(choices=AccountKind.choices)
    number = serializers.CharField(max_length=60, help_text="IBAN or account number.")
    holder = serializers.CharField(max_length=LONGEST_HOLDER)
    bank_code = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text="US routing number or British sort code."
    )
    bic = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text="Left out: looked up by the IBAN."
    )
    is_savings = serializers.BooleanField(default=False)
    replaces = IdIn(required=False, source="replaces_id", help_text="The account whose place it takes.")
    reason = serializers.CharField(max_length=300, help_text="Where it comes from.")


class AccountReasonIn(Input):
    """Why."""

    reason = serializers.CharField(max_length=300, allow_blank=True)


class CustomerAccountOut(serializers.ModelSerializer):
    """A customer's account; its number is shown by its last four characters."""

    state = serializers.ChoiceField(
        choices=["waiting", "usable", "blocked", "closed"], help_text="Money is moved with a usable one only."
    )
    added_by = serializers.CharField(source="added_by.name", allow_null=True, default=None)
    confirmed_by = serializers.CharField(source="confirmed_by.name", allow_null=True, default=None)
    is_anothers_too = serializers.SerializerMethodField(help_text="Whether another customer has this account as well.")

    class Meta:
        model = CustomerAccount
        fields = ["id", "customer_id", "kind", "holder", "masked_number", "bank_code", "bic", "bank_name", "country"]
        fields += ["takes_sepa", "is_savings", "replaces_id", "state", "blocked_reason", "closed_reason", "added_by"]
        fields += ["added_at", "confirmed_by", "confirmed_at", "is_anothers_too"]

    def get_is_anothers_too(self, account: CustomerAccount) -> bool:
        """Asked of each account by itself: a customer has few."""
        return bool(others_with(account))


class CustomerAccountsOut(serializers.Serializer):
    """A customer's accounts, closed ones too."""

    results = CustomerAccountOut(many=True)


class NumberOut(serializers.Serializer):
    """The whole number of an account."""

    number = serializers.CharField()


class CustomerAccountsView(ApiView):
    """A customer's accounts, and adding one."""

    permission = {"get": "customers.view_accounts", "post": "customers.manage_accounts"}

    @extend_schema(operation_id="list_customer_accounts", responses=CustomerAccountsOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """The accounts of a customer."""
        customer = get_customer_for(request.user, customer_id)
        rows = customer.accounts.select_related("added_by", "confirmed_by")
        return Response(CustomerAccountsOut({"results": rows}).data)

    @extend_schema(operation_id="add_account", request=CustomerAccountIn, responses={201: CustomerAccountOut})
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Add an account, for a second person to confirm."""
        customer = get_customer_for(request.user, customer_id)
        data = checked(CustomerAccountIn, request.data)
        reason = data.pop("reason")
        account = add_account(customer, AccountDetails(**data), by=request.user, reason=reason)
        return Response(CustomerAccountOut(account).data, 201)


class CustomerAccountView(ApiView):
    """One account."""

    locks = "customers.CustomerAccount"
    permission = {"get": "customers.view_accounts"}

    @extend_schema(operation_id="get_customer_account", responses=CustomerAccountOut)
    def get(self, request: ApiRequest, account_id: int) -> Response:
        """An account, its number masked."""
        return Response(CustomerAccountOut(get_account_for(request.user, account_id)).data)


class RevealAccountView(ApiView):
    """The whole number of an account."""

    permission = {"get": "customers.reveal_account"}

    @extend_schema(operation_id="reveal_account", responses=NumberOut)
    def get(self, request: ApiRequest, account_id: int) -> Response:
        """The whole number. Each reading is kept in the audit trail."""
        account = get_account_for(request.user, account_id)
        number = reveal_account(account.pk, by=request.user)
        return Response(NumberOut({"number": number}).data, headers={"Cache-Control": "no-store"})


def _act(name: str, operation: Callable[..., CustomerAccount], words: str) -> type[ApiView]:
    """An endpoint that does one thing to an account, with a reason."""

    class ActView(ApiView):
        permission = {"post": "customers.manage_accounts"}

        @extend_schema(operation_id=name, request=AccountReasonIn, responses=CustomerAccountOut, description=words)
        @idempotent
        def post(self, request: ApiRequest, account_id: int) -> Response:
            account = get_account_for(request.user, account_id)
            data: dict[str, Any] = checked(AccountReasonIn, request.data)
            return Response(CustomerAccountOut(operation(account.pk, **data, by=request.user)).data)

    return ActView


BlockAccountView = _act("block_account", block_account, "Let no money be moved with an account.")
ReleaseAccountView = _act("release_account", release_account, "Let a blocked account be used again.")
CloseAccountView = _act("close_account", close_account, "Use an account no more.")
