"""What the pages of payment files have in common."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse

from office.models import AuditRecord, Company, User
from office.web.fields import set_choices
from payments.access import file_for_bank
from payments.models import FileOrder
from payments.operations.download_payment_file import download_payment_file


class FileForm(forms.Form):
    """Which account of ours a file is of, and in which version it is made."""

    versions: Sequence[str] = ()

    bank_account_id = forms.TypedChoiceField(label="Account", coerce=int)
    version = forms.ChoiceField(label="Form of the file", required=False, help_text="SEPA only.")

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = company.bank_accounts.order_by("name", "pk")
        set_choices(self, "bank_account_id", [(each.pk, f"{each.name}, {each.currency}") for each in accounts])
        set_choices(self, "version", [(each, each) for each in self.versions])

    def told(self) -> dict[str, Any]:
        """The valid form, with the usual version where none was chosen."""
        return self.cleaned_data | {"version": self.cleaned_data["version"] or self.versions[0]}


def records_of(order: FileOrder) -> QuerySet[AuditRecord]:
    """What was done with an order and with its file, the latest first."""
    own = Q(subject_type=order._meta.label_lower, subject_id=order.pk)
    of_file = Q(subject_type="payments.paymentfile", subject_id=order.file_id or 0)
    return AuditRecord.objects.filter(own | of_file).select_related("by").order_by("-id")[:50]


def file_answer(order: FileOrder, user: User) -> HttpResponse:
    """An order's file, to be kept as one, and by nobody on the way. Who got it is kept."""
    file = file_for_bank(order)
    content = download_payment_file(file, by=user)
    kind = "text/plain" if file.name.endswith(".ach") else "application/xml"
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=kind, headers=headers)
