"""What the company's other books are like: the names of accounts there, and what a journal looks like."""

from typing import Any

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ledger.fields import field_of
from ledger.refusals import Refused
from office.models import Company
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from reports.access import require_whole_book
from reports.journal.entries import Mapped, mapped_accounts
from reports.journal.plain import COLUMNS
from reports.models import JournalAccount, JournalSettings, journal_settings_of
from reports.operations.map_journal_accounts import FIELDS as NAMES
from reports.operations.map_journal_accounts import AccountNames, map_journal_accounts
from reports.operations.set_journal_settings import FIELDS, LONGEST_HEADING, set_journal_settings
from reports.web.journal_lists import DOOR

LABELS = {"number": "Number there", "name": "Name there", "tax_code": "Tax code"}


class AccountsForm(forms.Form):
    """What each account is called in the other books: those first that are not called anything yet."""

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {row.account_id: row for row in JournalAccount.objects.filter(company=company)}
        accounts = mapped_accounts(company.pk).values()
        self.accounts: list[Mapped] = sorted(accounts, key=lambda each: (each.pk in known, each.code))
        self.missing_count = sum(each.pk not in known for each in self.accounts)
        for account in self.accounts:
            for name in NAMES:
                self.fields[f"{name}_{account.pk}"] = self._field(account, name, known.get(account.pk))

    def _field(self, account: Mapped, name: str, row: JournalAccount | None) -> forms.CharField:
        longest = field_of(JournalAccount, name).max_length
        widget = _box({"aria-label": f"{LABELS[name]} of {account}", "autocomplete": "off"})
        initial = getattr(row, name) if row else ""
        return forms.CharField(label=LABELS[name], required=False, max_length=longest, initial=initial, widget=widget)

    def rows(self) -> list[tuple[Mapped, list[forms.BoundField]]]:
        """Each account with its boxes."""
        return [(account, [self[f"{name}_{account.pk}"] for name in NAMES]) for account in self.accounts]

    def names(self) -> list[AccountNames]:
        """The valid form as the operation takes it."""
        typed = self.cleaned_data
        return [
            AccountNames(account.pk, **{name: typed[f"{name}_{account.pk}"] for name in NAMES})
            for account in self.accounts
        ]


class SettingsForm(forms.ModelForm):
    """What a journal looks like; a column is chosen by giving it a place."""

    class Meta:
        model = JournalSettings
        fields = [name for name in FIELDS if name != "columns"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = {name: (place, heading) for place, (name, heading) in enumerate(self.instance.columns, start=1)}
        for name, (usual, _) in COLUMNS.items():
            place, heading = places.get(name, (None, ""))
            number = _box({"aria-label": f"Place of {usual}", "inputmode": "numeric", "autocomplete": "off"})
            self.fields[f"place_{name}"] = forms.IntegerField(
                label=usual, required=False, min_value=1, max_value=99, initial=place, widget=number
            )
            box = _box({"aria-label": f"Heading of {usual}", "placeholder": usual})
            self.fields[f"heading_{name}"] = forms.CharField(
                label="Heading", required=False, max_length=LONGEST_HEADING, initial=heading, widget=box
            )

    def columns(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each column with its two boxes, the chosen ones first and in order."""
        rows = [(COLUMNS[name][0], self[f"place_{name}"], self[f"heading_{name}"]) for name in COLUMNS]
        return sorted(rows, key=lambda row: row[1].initial or 100)

    def plain(self) -> list[forms.BoundField]:
        """The boxes of how a plain journal is written."""
        return [self[name] for name in ("separator", "decimal_sign", "day_form")]

    def datev(self) -> list[forms.BoundField]:
        """The boxes of what DATEV asks."""
        names = ("datev_adviser", "datev_client", "account_length", "fiscal_month", "chart", "debtors_from")
        return [self[name] for name in names]

    def wanted(self) -> dict[str, Any]:
        """The valid form as the operation takes it."""
        typed = self.cleaned_data
        chosen = sorted((typed[f"place_{name}"], name) for name in COLUMNS if typed[f"place_{name}"])
        columns = [[name, typed[f"heading_{name}"]] for _, name in chosen]
        return {name: typed[name] for name in FIELDS if name != "columns"} | {"columns": columns}


def _box(attributes: dict[str, str]) -> forms.TextInput:
    return forms.TextInput({"class": "form-control", **attributes})


@staff_door(DOOR)
def journal_accounts(request: StaffRequest) -> HttpResponse:
    """See and say what the other books call our accounts."""
    require_whole_book(request.user)
    form = AccountsForm(request.company, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count = map_journal_accounts(request.company, form.names(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Saved: {count} account{'s' * (count != 1)} changed.")
            return redirect("reports:journal_accounts")
    return render(request, "reports/journal_accounts.html", {"form": form})


@staff_door(DOOR)
def journal_settings(request: StaffRequest) -> HttpResponse:
    """See and change what journals look like."""
    require_whole_book(request.user)
    settings = journal_settings_of(request.company)
    form = SettingsForm(request.POST or None, instance=settings, initial=model_to_dict(settings))
    if request.method == "POST" and form.is_valid():
        try:
            set_journal_settings(request.company, form.wanted(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. It holds for the next export.")
            return redirect("reports:journal_settings")
    return render(request, "reports/journal_settings.html", {"form": form})
