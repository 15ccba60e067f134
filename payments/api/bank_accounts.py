"""Our bank accounts, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input, Query
from office.api.views import ApiView, checked, company_of
from office.models import BankAccount, Company
from office.web.requests import ApiRequest
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts


class BankAccountIn(Input):
    """An account that customers pay to; it is told by its number and currency."""

    name = serializers.CharField(max_length=100)
    holder = serializers.CharField(max_length=100)
    iban = serializers.CharField(max_length=40, help_text="Or another account number.")
    bic = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text="Or routing number.")
    currency = serializers.CharField(max_length=3, required=False, help_text="Left out: the company's own.")

    def validate_currency(self, typed: str) -> str:
        """As currencies are written."""
        return typed.upper()


class BankAccountsIn(Input):
    """All accounts, as they are to be from now on; one that is left out goes."""

    accounts = BankAccountIn(many=True, max_length=20)  # type: ignore[call-arg]  # of the list


class BankAccountOut(serializers.ModelSerializer):
    """An account of ours, and the account of the book on which its money stands."""

    book_account = serializers.CharField(source="booked.account", default="", help_text="Empty until it has one.")

    class Meta:
        model = BankAccount
        fields = ["id", "name", "holder", "iban", "bic", "currency", "book_account"]


class BankAccountsOut(serializers.Serializer):
    """The accounts of a company."""

    accounts = BankAccountOut(many=True)


class BankAccountsView(ApiView):
    """Where customers pay to."""

    locks = "office.Company"
    permission = {"get": "office.change_company_settings", "put": "office.change_company_settings"}

    @extend_schema(operation_id="list_bank_accounts", parameters=[Query], responses=BankAccountsOut)
    def get(self, request: ApiRequest) -> Response:
        """The bank accounts of a company, with their numbers as the settings show them."""
        checked(Query, request.query_params.dict())
        return _answer(company_of(request))

    @extend_schema(operation_id="set_bank_accounts", request=BankAccountsIn, responses=BankAccountsOut)
    def put(self, request: ApiRequest) -> Response:
        """Say which bank accounts there are. Issued documents keep what they printed."""
        company = company_of(request)
        accounts = [BankDetails(**account) for account in checked(BankAccountsIn, request.data)["accounts"]]
        set_bank_accounts(company.pk, accounts, by=request.user)
        return _answer(company)


def _answer(company: Company) -> Response:
    rows = company.bank_accounts.select_related("booked__account").order_by("pk")
    return Response(BankAccountsOut({"accounts": rows}).data)
