"""What a person may say of a customer, checked the same for every door."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from customers.models import (
    Address,
    AddressKind,
    Contact,
    Customer,
    CustomerGroup,
    EInvoiceFormat,
    GroupStatement,
    StatementForm,
)
from customers.names import near_name, plain_name, plain_tax_id
from customers.operations.parents import require_parent
from customers.search import fold
from ledger.money import UnknownCurrency, places, round_money
from ledger.refusals import Refused
from office.card_numbers import without_card_numbers
from office.email_addresses import require_email
from office.languages import require_language
from office.reading.lengths import require_fitting, require_lengths

LONGEST_TAG = 40


@dataclass(frozen=True)
class AddressDetails:
    kind: str = AddressKind.BILLING
    name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True)
class ContactDetails:
    """A person at the customer; with an `id` it is one we know already."""

    name: str
    email: str = ""
    phone: str = ""
    gets_invoices: bool = True
    gets_statements: bool = True
    gets_reminders: bool = True
    is_active: bool = True
    id: int | None = None


@dataclass(frozen=True)
class CustomerDetails:
    """All that is known of a customer. An empty number means: give it the next one."""

    name: str
    number: str = ""
    currency: str = ""
    language: str = ""
    tax_id: str = ""
    registry_number: str = ""
    net_days: int | None = None
    terms_id: int | None = None
    credit_limit: Decimal | None = None
    needs_po_number: bool = False
    po_number: str = ""
    gets_paper: bool = False
    never_held_by_rule: bool = False
    einvoice_format: str = ""
    einvoice_by_mail: bool = True
    electronic_address: str = ""
    electronic_address_scheme: str = ""
    buyer_reference: str = ""
    tags: list[str] = field(default_factory=list)
    group_id: int | None = None
    parent_id: int | None = None
    statement_form: str = StatementForm.OPEN_ITEM
    statement_when_zero: bool = False
    statement_excel: bool = False
    group_statement: str = GroupStatement.NONE
    sales_owner_id: int | None = None
    note: str = ""
    is_active: bool = True
    contacts: list[ContactDetails] = field(default_factory=list)
    addresses: list[AddressDetails] = field(default_factory=list)


EINVOICE = ["einvoice_format", "electronic_address", "electronic_address_scheme", "buyer_reference", "einvoice_by_mail"]
STATEMENT = ["statement_form", "statement_when_zero", "statement_excel", "group_statement"]
FIELDS = [
    "number",
    "name",
    "currency",
    "language",
    "tax_id",
    "registry_number",
    "net_days",
    "terms_id",
    "credit_limit",
    "needs_po_number",
    "po_number",
    "gets_paper",
    "never_held_by_rule",
    "tags",
    "group_id",
    "parent_id",
    "sales_owner_id",
]
FIELDS += ["note", "is_active", *EINVOICE, *STATEMENT]


def details_of(customer: Customer) -> CustomerDetails:
    """All that is known of a customer, as one would say it again."""
    names = (name for name in FIELDS if name != "tags")
    return CustomerDetails(
        **{name: getattr(customer, name) for name in names},
        tags=list(customer.tags),
        contacts=[ContactDetails(**_values(ContactDetails, contact)) for contact in customer.contacts.all()],
        addresses=[AddressDetails(**_values(AddressDetails, address)) for address in customer.addresses.all()],
    )


def _values(kind: type[ContactDetails | AddressDetails], row: Contact | Address) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(kind)}


def checked(details: CustomerDetails) -> CustomerDetails:
    """The details with blanks trimmed; raises Refused naming what cannot be so."""
    if not details.name.strip():
        raise Refused("A customer needs a name.", code="name_missing")
    try:
        places(details.currency)
    except UnknownCurrency as error:
        raise Refused(
            f"{details.currency!r} is not a currency. Use its ISO code, such as EUR.",
            code="bad_currency",
        ) from error
    for contact in details.contacts:
        _check_contact(contact)
    for address in details.addresses:
        require_fitting(Address, vars(address))
    if sum(address.kind == AddressKind.BILLING for address in details.addresses) > 1:
        raise Refused("A customer has one billing address.", code="several_billing_addresses")
    if any(len(tag.strip()) > LONGEST_TAG for tag in details.tags):
        raise Refused(f"A tag has at most {LONGEST_TAG} characters.", code="tag_too_long")
    limit = details.credit_limit
    if limit is not None and limit < 0:
        raise Refused("A credit limit cannot be below zero.", code="bad_credit_limit")
    require_language(details.language)
    _check_einvoice(details)
    _check_statement(details)
    return replace(
        details,
        name=details.name.strip(),
        number=details.number.strip(),
        tax_id=details.tax_id.strip(),
        registry_number=details.registry_number.strip(),
        po_number=details.po_number.strip(),
        electronic_address=details.electronic_address.strip(),
        electronic_address_scheme=details.electronic_address_scheme.strip().upper(),
        buyer_reference=details.buyer_reference.strip(),
        note=without_card_numbers(details.note),
        credit_limit=None if limit is None else round_money(limit, details.currency),
        tags=sorted({tag.strip() for tag in details.tags if tag.strip()}),
    )


def _check_einvoice(details: CustomerDetails) -> None:
    if details.einvoice_format and details.einvoice_format not in EInvoiceFormat.values:
        raise Refused(f"{details.einvoice_format!r} is no kind of e-invoice we write.", code="unknown_einvoice_format")
    if bool(details.electronic_address.strip()) != bool(details.electronic_address_scheme.strip()):
        raise Refused(
            "An electronic address needs its kind beside it, such as 0204 for a Leitweg-ID or EM for e-mail.",
            code="electronic_address_incomplete",
        )


def _check_statement(details: CustomerDetails) -> None:
    if details.statement_form not in StatementForm.values:
        raise Refused(f"{details.statement_form!r} is no kind of statement.", code="unknown_statement_form")
    if details.group_statement not in GroupStatement.values:
        known = ", ".join(GroupStatement.values)
        raise Refused(f"A statement over subsidiaries is one of {known}.", code="unknown_group_statement")


def _check_contact(contact: ContactDetails) -> None:
    if not contact.name.strip():
        raise Refused("Each contact needs a name.", code="contact_name_missing")
    if contact.email:
        require_email(contact.email)
    require_fitting(Contact, vars(contact))


def state_of(customer: Customer) -> dict[str, Any]:
    """What the audit trail compares: the customer's fields, contacts and addresses."""
    return state_with(customer, customer.contacts.all(), customer.addresses.all())


def state_with(customer: Customer, contacts: Iterable[Contact], addresses: Iterable[Address]) -> dict[str, Any]:
    """The same of one whose contacts and addresses are at hand."""
    state = {name: getattr(customer, name) for name in FIELDS}
    state["tags"] = ", ".join(customer.tags)
    state["contacts"] = "; ".join(_contact_words(contact) for contact in contacts)
    state["addresses"] = "; ".join(f"{address.kind}: {address}" for address in addresses)
    return state


def _contact_words(contact: Contact) -> str:
    gets = [name for name in ("invoices", "statements", "reminders") if getattr(contact, f"gets_{name}")]
    active = "" if contact.is_active else " (left)"
    return f"{contact.name}{active} <{contact.email}> {contact.phone} gets {', '.join(gets) or 'nothing'}"


def fill_customer(customer: Customer, details: CustomerDetails) -> None:
    """Write the customer's own fields on it, unsaved. Raises Refused where its owner or group is another company's."""
    owner_id = details.sales_owner_id
    if owner_id and not customer.company.staff.filter(pk=owner_id).exists():
        raise Refused("That person does not work for this company.", code="unknown_owner")
    if details.group_id and not CustomerGroup.objects.filter(company=customer.company, pk=details.group_id).exists():
        raise Refused("That customer group is not one of this company's.", code="unknown_group")
    if details.terms_id and not customer.company.payment_terms.filter(pk=details.terms_id).exists():
        raise Refused("Those terms are not among this company's.", code="unknown_terms")
    if details.parent_id:
        require_parent(customer, details.parent_id)
    for name in FIELDS:
        setattr(customer, name, getattr(details, name))
    _write_what_finds(customer, details)
    require_lengths(customer)


def write_details(customer: Customer, details: CustomerDetails) -> None:
    """Save the customer's own fields, contacts and addresses. Contacts are never deleted, addresses are replaced.

    Raises Refused where the number is another customer's, or the sales owner does not work for the company.
    """
    fill_customer(customer, details)
    _save(customer)
    for contact in details.contacts:
        values = asdict(contact)
        contact_id = values.pop("id")
        if contact_id is None:
            customer.contacts.create(**values)
        elif not customer.contacts.filter(pk=contact_id).update(**values):
            raise Refused("That contact belongs to another customer.", code="unknown_contact")
    customer.addresses.all().delete()
    customer.addresses.bulk_create(
        customer.addresses.model(customer=customer, **asdict(address)) for address in details.addresses
    )


def _save(customer: Customer) -> None:
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError as error:
        if "customer_number_once_per_company" not in str(error):
            raise
        raise Refused(f"There is a customer {customer.number} already.", code="number_taken") from error


def write_what_finds(customer: Customer) -> list[str]:
    """Write what a customer is found by, as they are kept now, unsaved; gives the fields' names."""
    _write_what_finds(customer, details_of(customer))
    return ["sort_name", "search_text", "plain_name", "near_name", "plain_tax_id"]


def sort_name(name: str) -> str:
    """By what customers of a name stand in lists; folding can make a name longer."""
    return fold(name)[:200]


def _write_what_finds(customer: Customer, details: CustomerDetails) -> None:
    customer.sort_name = sort_name(details.name)
    customer.search_text = _search_text(details, customer)
    customer.plain_name = plain_name(details.name)[:200]
    customer.near_name = near_name(details.name)[:200]
    customer.plain_tax_id = plain_tax_id(details.tax_id)[:40]


def _search_text(details: CustomerDetails, customer: Customer) -> str:
    contacts = " ".join(f"{contact.name} {contact.email}" for contact in details.contacts)
    merged = " ".join(str(each) for each in customer.merged.all()) if customer.pk else ""
    return fold(f"{details.number} {details.name} {details.tax_id} {' '.join(details.tags)} {contacts} {merged}")
