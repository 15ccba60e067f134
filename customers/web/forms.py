"""What input about a customer looks like; whether it is allowed is the operations' word."""

from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory

from customers.models import (
    Customer,
    CustomerGroup,
    EInvoiceFormat,
    GroupStatement,
    PaymentTerms,
    StatementForm,
)
from customers.operations.details import EINVOICE, STATEMENT, AddressDetails, ContactDetails, CustomerDetails
from office.languages import LANGUAGES
from office.models import Company, User
from office.web.fields import set_choices, set_rows


class CustomerForm(forms.Form):
    """A customer's own fields and billing address."""

    name = forms.CharField(max_length=200)
    number = forms.CharField(max_length=30, required=False, help_text="Left empty, the next number is given.")
    tax_id = forms.CharField(label="VAT or tax id", max_length=40, required=False)
    registry_number = forms.CharField(
        max_length=60, required=False, help_text="In the register of companies, such as HRB 12345."
    )
    currency = forms.CharField(max_length=3, required=False, help_text="ISO code, such as EUR.")
    language = forms.ChoiceField(label="Language of their papers", choices=LANGUAGES.items())
    net_days = forms.IntegerField(label="Days to pay", min_value=0, max_value=365, required=False)
    terms_id = forms.TypedChoiceField(
        label="Payment terms", required=False, coerce=int, empty_value=None, help_text="Instead of days to pay."
    )
    credit_limit = forms.DecimalField(min_value=0, max_digits=19, decimal_places=4, required=False)
    needs_po_number = forms.BooleanField(label="Wants their order number on invoices", required=False)
    po_number = forms.CharField(
        label="Their order number",
        max_length=60,
        required=False,
        help_text="On each new invoice where no other is typed.",
    )
    gets_paper = forms.BooleanField(
        label="Gets documents on paper", required=False, help_text="What is issued from now on waits to be printed."
    )
    never_held_by_rule = forms.BooleanField(
        label="Never put on hold by rule", required=False, help_text="Only people put them on hold."
    )
    group = forms.ModelChoiceField(CustomerGroup.objects.none(), required=False, empty_label="None")
    sales_owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")
    tags = forms.CharField(max_length=400, required=False, help_text="Separated by commas.")
    is_active = forms.BooleanField(label="Active", required=False, initial=True)
    einvoice_format = forms.ChoiceField(
        label="E-invoice",
        choices=[("", "None"), *EInvoiceFormat.choices],
        required=False,
        help_text="Checked against the official rules when a document is issued.",
    )
    electronic_address = forms.CharField(
        max_length=100, required=False, help_text="Where their e-invoices arrive: a Peppol id, Leitweg-ID or e-mail."
    )
    electronic_address_scheme = forms.CharField(
        label="Kind of electronic address",
        max_length=4,
        required=False,
        help_text="Code of the EAS list: 0204 Leitweg-ID, 9930 German VAT id, 0088 GLN, EM e-mail.",
    )
    buyer_reference = forms.CharField(
        max_length=100, required=False, help_text="What they want to see on it, such as a Leitweg-ID or cost centre."
    )
    einvoice_by_mail = forms.BooleanField(label="Attach the e-invoice to mails", required=False, initial=True)
    parent_id = forms.IntegerField(label="Belongs to", required=False, max_value=2**63 - 1)
    statement_form = forms.ChoiceField(
        label="Monthly statement", choices=StatementForm.choices, initial=StatementForm.OPEN_ITEM, required=False
    )
    group_statement = forms.ChoiceField(
        label="One statement over all their subsidiaries",
        choices=GroupStatement.choices,
        initial=GroupStatement.NONE,
        required=False,
        help_text="Counts only where other customers belong to them.",
    )
    statement_when_zero = forms.BooleanField(label="Statement also when nothing is open", required=False)
    statement_excel = forms.BooleanField(label="Statement as Excel, too", required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    street = forms.CharField(max_length=200, required=False)
    postal_code = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=100, required=False)
    region = forms.CharField(max_length=100, required=False)
    country = forms.CharField(max_length=2, required=False, help_text="Two letters, such as DE.")

    OWN = [
        "name",
        "number",
        "tax_id",
        "registry_number",
        "currency",
        "language",
        "net_days",
        "terms_id",
        "credit_limit",
    ]
    OWN += [
        "group",
        "sales_owner",
        "tags",
        "needs_po_number",
        "po_number",
        "gets_paper",
        "never_held_by_rule",
        "is_active",
    ]
    PLACE = ["street", "postal_code", "city", "region", "country"]

    def __init__(self, *args: Any, staff: Any, groups: Any, terms: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "terms_id", terms)
        set_rows(self, "sales_owner", staff)
        set_rows(self, "group", groups)

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].strip().upper()
        if currency and currency not in list_currencies():
            raise forms.ValidationError(f"{currency} is not a currency.")
        return currency

    def clean_country(self) -> str:
        return self.cleaned_data["country"].strip().upper()

    def clean_statement_form(self) -> str:
        return self.cleaned_data["statement_form"] or StatementForm.OPEN_ITEM

    def clean_group_statement(self) -> str:
        return self.cleaned_data["group_statement"] or GroupStatement.NONE

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OWN if name in self.fields]

    @property
    def einvoice_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in EINVOICE]

    @property
    def statement_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("statement_form", "group_statement", "statement_when_zero", "statement_excel")]

    @property
    def place_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PLACE]


class ContactForm(forms.Form):
    """One person at the customer; a row left empty is no contact."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=100, required=False)
    email = forms.EmailField(required=False, max_length=254)
    phone = forms.CharField(max_length=40, required=False)
    gets_invoices = forms.BooleanField(label="Invoices", required=False, initial=True)
    gets_statements = forms.BooleanField(label="Statements", required=False, initial=True)
    gets_reminders = forms.BooleanField(label="Reminders", required=False, initial=True)
    is_active = forms.BooleanField(label="Active", required=False, initial=True)


ContactForms = formset_factory(ContactForm, extra=2, max_num=50, absolute_max=200)


def terms_choices(company: Company, *, carried: QuerySet[PaymentTerms] | None = None) -> list[tuple[Any, str]]:
    """The company's payment terms to choose from; after them, retired ones that are carried already."""
    offered = PaymentTerms.objects.filter(company=company, is_active=True)
    retired = [] if carried is None else carried.filter(company=company, is_active=False)
    return [
        ("", "As days to pay"),
        *((terms.pk, terms.name) for terms in offered),
        *((terms.pk, f"{terms} (retired)") for terms in retired),
    ]


def details_from(form: CustomerForm, contacts: BaseFormSet) -> CustomerDetails:
    """The valid forms as details for the operations."""
    values = dict(form.cleaned_data)
    address = AddressDetails(**{name: values.pop(name) for name in CustomerForm.PLACE})
    owner, group = values.pop("sales_owner"), values.pop("group")
    values["tags"] = values["tags"].split(",")
    people = [ContactDetails(**row) for row in (each.cleaned_data for each in contacts) if _is_filled(row)]
    return CustomerDetails(
        **values,
        sales_owner_id=owner.pk if owner else None,
        group_id=group.pk if group else None,
        contacts=people,
        addresses=[address] if any((address.street, address.city, address.postal_code, address.country)) else [],
    )


def _is_filled(row: dict[str, Any]) -> bool:
    return bool(row and (row.get("id") or row.get("name") or row.get("email") or row.get("phone")))


def initial_from(customer: Customer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the forms show of a customer we know."""
    names = [*CustomerForm.OWN, *EINVOICE, *STATEMENT, "parent_id", "note"]
    chosen = ("tags", "sales_owner", "group")
    values: dict[str, Any] = {name: getattr(customer, name) for name in names if name not in chosen}
    values |= {"tags": ", ".join(customer.tags), "sales_owner": customer.sales_owner_id, "group": customer.group_id}
    if address := customer.addresses.filter(kind="billing").first():
        values |= {name: getattr(address, name) for name in CustomerForm.PLACE}
    people = [{name: getattr(contact, name) for name in ContactForm.base_fields} for contact in customer.contacts.all()]
    return values, people
