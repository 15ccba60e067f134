"""Files for the bank, for programs: those of debit runs and of repayments."""

from base64 import b64encode

from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input
from office.models import User
from payments.access import file_for_bank
from payments.models import FileOrder
from payments.operations.download_payment_file import download_payment_file


class PaymentFileOut(serializers.Serializer):
    """A file for the bank."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    content = serializers.CharField(help_text="Its bytes in Base64.")


class CancelIn(Input):
    """Why what the bank did not get is given up."""

    reason = serializers.CharField(max_length=300, allow_blank=True)


def file_shown(order: FileOrder, user: User) -> Response:
    """The answer that holds an order's file. Each reading is kept in the audit trail."""
    file = file_for_bank(order)
    content = b64encode(download_payment_file(file, by=user)).decode()
    shown = {"name": file.name, "sha256": file.sha256, "content": content}
    return Response(PaymentFileOut(shown).data, headers={"Cache-Control": "no-store"})
