"""A request for another person's approval, as programs see it."""

from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import AmountOut
from office.approvals import ApprovalNeeded
from office.models import ApprovalRequest
from office.operations.ask_approval import ask_approval
from office.web.requests import ApiRequest


class ApprovalOut(serializers.ModelSerializer):
    """A request for another person's approval; the amount is in the company's currency."""

    amount = AmountOut("company.currency", allow_null=True, help_text="Null: without any limit.")
    role = serializers.CharField(source="role.name")
    requested_by = serializers.CharField(source="requested_by.name")
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)

    class Meta:
        model = ApprovalRequest
        fields = ["id", "action", "subject_id", "subject_name", "arguments", "amount", "reason", "state", "role"]
        fields += ["requested_by", "requested_at", "escalated_at", "decided_by", "decided_at", "decision_reason"]


def sent_for_approval(request: ApiRequest, needed: ApprovalNeeded) -> Response:
    """The answer to what needs another person first: 202, with the request that waits."""
    return Response(ApprovalOut(ask_approval(needed, by=request.user)).data, 202)
