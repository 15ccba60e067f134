"""A request for another person's approval, as programs see it."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from ledger.money import round_money
from office.approvals.asking import ACTS, ApprovalNeeded
from office.models import ApprovalRequest, Company
from office.operations.ask_approval import ask_approval
from office.web.requests import ApiRequest


@extend_schema_field({"type": "string", "format": "decimal", "example": "100.00"})
class ActAmountOut(serializers.Field):
    """An amount of a row that has an action and a company: in the places of the currency, or as many as it needs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> tuple[Any, Decimal | None]:
        return instance, super().get_attribute(instance)

    def to_representation(self, value: tuple[Any, Decimal | None]) -> str | None:
        row, amount = value
        return None if amount is None else plain_amount(row.action, amount, row.company)


def plain_amount(action: str, amount: Decimal, company: Company) -> str:
    """An amount of an action, for programs."""
    return f"{amount.normalize():f}" if ACTS[action].unit else str(round_money(amount, company.currency))


@extend_schema_field({"type": "string", "example": "EUR"})
class UnitOut(serializers.Field):
    """What the amounts of a row's action are in: a currency, `%` or `days`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, row: Any) -> str:
        return ACTS[row.action].unit or row.company.currency


class ApprovalOut(serializers.ModelSerializer):
    """A request for another person's approval."""

    amount = ActAmountOut(allow_null=True, help_text="Null: without any limit.")
    unit = UnitOut()
    role = serializers.CharField(source="role.name")
    requested_by = serializers.CharField(source="requested_by.name")
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)

    class Meta:
        model = ApprovalRequest
        fields = ["id", "action", "subject_id", "subject_name", "arguments", "amount", "unit", "reason", "state"]
        fields += ["role", "requested_by", "requested_at", "escalated_at", "decided_by", "decided_at"]
        fields += ["decision_reason"]


def sent_for_approval(request: ApiRequest, needed: ApprovalNeeded) -> Response:
    """The answer to what needs another person first: 202, with the request that waits."""
    return Response(ApprovalOut(ask_approval(needed, by=request.user)).data, 202)
