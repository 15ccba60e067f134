"""What the forms of payment files have in common."""

from collections.abc import Sequence
from typing import Any

from django import forms

from office.models import Company


class FileForm(forms.Form):
    """Which account of ours a file is of, and in which version it is made."""

    versions: Sequence[str] = ()

    bank_account_id = forms.TypedChoiceField(label="Account", coerce=int)
    version = forms.ChoiceField(label="Form of the file", required=False, help_text="SEPA only.")

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = company.bank_accounts.order_by("name", "pk")
        self.fields["bank_account_id"].choices = [(each.pk, f"{each.name}, {each.currency}") for each in accounts]
        self.fields["version"].choices = [(each, each) for each in self.versions]

    def told(self) -> dict[str, Any]:
        """The valid form, with the usual version where none was chosen."""
        return self.cleaned_data | {"version": self.cleaned_data["version"] or self.versions[0]}
