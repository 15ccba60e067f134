"""The links to customers' accounts, for programs; nobody here sees a token."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.api.act_serializers import MailOut
from credit_control.account.shown import account_links_for, get_account_link_for
from credit_control.models import AccountLink
from credit_control.operations.manage_account_links import renew_account_link, revoke_account_link
from customers.access import get_customer_for
from office.api.fields import PersonNameOut
from office.api.idempotency import idempotent
from office.api.views import ApiView
from office.web.requests import ApiRequest

MANAGE = "billing.manage_links"


class AccountLinkOut(serializers.ModelSerializer):
    """A contact's link to their account."""

    contact = PersonNameOut(source="contact.name")

    class Meta:
        model = AccountLink
        fields = ["id", "customer_id", "contact_id", "contact", "is_combined", "created_at", "expires_at", "revoked_at"]


class AccountLinksOut(serializers.Serializer):
    """The links to a customer's account, the newest first."""

    results = AccountLinkOut(many=True)


class AccountLinksView(ApiView):
    """The links to a customer's account."""

    permission = {"get": "billing.view_invoice"}

    @extend_schema(operation_id="list_account_links", responses=AccountLinksOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """The newest 200 links."""
        customer = get_customer_for(request.user, customer_id)
        links = account_links_for(request.user).filter(customer=customer).select_related("contact")[:200]
        return Response(AccountLinksOut({"results": links}).data)


class RenewAccountLinkView(ApiView):
    """Renewing a link to an account."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="renew_account_link", request=None, responses=MailOut)
    @idempotent
    def post(self, request: ApiRequest, account_link_id: int) -> Response:
        """Stop a link and mail its contact a new one."""
        link = get_account_link_for(request.user, account_link_id)
        return Response(MailOut(renew_account_link(link.pk, by=request.user)).data)


class RevokeAccountLinkView(ApiView):
    """Revoking a link to an account."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="revoke_account_link", request=None, responses=AccountLinkOut)
    @idempotent
    def post(self, request: ApiRequest, account_link_id: int) -> Response:
        """Stop a link at once."""
        link = get_account_link_for(request.user, account_link_id)
        return Response(AccountLinkOut(revoke_account_link(link.pk, by=request.user)).data)
