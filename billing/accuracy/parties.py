"""Checks of what we keep of customers: where they are, who gets their papers, and their numbers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from stdnum import get_cc_module
from stdnum.eu import vat

from billing.accuracy.found import CustomerFindings, Found
from billing.accuracy.postal import postal_code_fault
from billing.tax_choice import EU
from customers.account_numbers import check_bic, check_iban, check_routing_number, check_sort_code
from customers.bounces import standing_bounces
from customers.models import AccountKind, Address, AddressKind, Contact, Customer, CustomerAccount, EInvoiceFormat
from office.sealing import Unsealable, unseal

ADDRESSED = {EInvoiceFormat.PEPPOL_UBL, EInvoiceFormat.XRECHNUNG_UBL, EInvoiceFormat.XRECHNUNG_CII}
"""What travels by its own network names where it is to arrive (PEPPOL-EN16931-R010)."""
REFERENCED = {EInvoiceFormat.XRECHNUNG_UBL, EInvoiceFormat.XRECHNUNG_CII}
"""What asks for a buyer reference (BR-DE-15)."""
VAT_PREFIXES = {"EL" if country == "GR" else country for country in EU} | {"XI"}


def addresses(customers: Sequence[Customer]) -> CustomerFindings:
    """Billing addresses that are missing, or miss something."""
    for customer in customers:
        billing = _billing(customer)
        if billing is None:
            yield customer, Found(f"{customer.name} has no billing address.")
        elif faults := list(_faults(billing)):
            yield customer, Found(f"The address of {customer.name}: {'; '.join(faults)}.")


def _billing(customer: Customer) -> Address | None:
    return next((each for each in customer.addresses.all() if each.kind == AddressKind.BILLING), None)


def _faults(address: Address) -> Iterator[str]:
    named = (("street", address.street), ("city", address.city), ("country", address.country))
    if missing := [name for name, value in named if not value.strip()]:
        yield f"it has no {', no '.join(missing)}"
    if fault := postal_code_fault(address.postal_code, address.country):
        yield fault


def receivers(customers: Sequence[Customer]) -> CustomerFindings:
    """Customers of whom nobody gets invoices by mail."""
    reached = _receiving(customers)
    for customer in customers:
        if customer.pk not in reached:
            yield customer, Found(f"Nobody at {customer.name} gets invoices by mail.")


def bounced(customers: Sequence[Customer]) -> CustomerFindings:
    """Customers to whom mail came back from everybody who gets invoices."""
    reached = _receiving(customers)
    mails = (
        standing_bounces()
        .filter(customer_id__in=[customer.pk for customer in customers])
        .values_list("contact_id", flat=True)
    )
    back = set(mails)
    for customer in customers:
        theirs = reached.get(customer.pk, [])
        if theirs and all(contact.pk in back for contact in theirs):
            emails = ", ".join(sorted(contact.email for contact in theirs))
            yield customer, Found(f"Mail to {emails} came back, and nobody else at {customer.name} gets invoices.")


def _receiving(customers: Sequence[Customer]) -> dict[int, list[Contact]]:
    contacts = Contact.objects.filter(customer__in=customers, is_active=True, gets_invoices=True, email__gt="")
    reached = defaultdict(list)
    for contact in contacts:
        reached[contact.customer_id].append(contact)
    return reached


def tax_ids(customers: Sequence[Customer]) -> CustomerFindings:
    """Tax numbers that are none of their country."""
    for customer in customers:
        billing = _billing(customer)
        if customer.tax_id and not is_tax_id(customer.tax_id, billing.country if billing else ""):
            words = f"{customer.tax_id} of {customer.name} is no valid tax number: look for a mistyped sign."
            yield customer, Found(words)


def is_tax_id(text: str, country: str) -> bool:
    """Whether a number can be a tax number, as far as that can be told without asking anybody.

    One that begins as a VAT id of the EU has to be one. Others are held against what their country has; where that is
    unknown, any will do.
    """
    written = re.sub(r"[\s.\-]", "", text).upper()
    if written[:2] in VAT_PREFIXES and any(sign.isdigit() for sign in written[2:]):
        return vat.is_valid(written)
    kinds = [module for kind in ("vat", "tin", "businessid", "personalid") if (module := _module(country, kind))]
    if country in EU or not kinds:
        return True  # national numbers beside the VAT id are of many kinds there
    return any(module.is_valid(text) or module.is_valid(f"{country}{written}") for module in kinds)


def _module(country: str, kind: str):  # type: ignore[no-untyped-def]  # a module of stdnum
    return get_cc_module(country.lower(), kind) if country else None


def bank_accounts(customers: Sequence[Customer]) -> CustomerFindings:
    """Customers' bank accounts in use whose numbers cannot be right; no more of a number is said than pages show."""
    theirs = {customer.pk: customer for customer in customers}
    said = defaultdict(list)
    for account in CustomerAccount.objects.filter(customer__in=customers, closed_at=None):
        if reason := _fault(account):
            said[account.customer_id].append(f"{account.masked_number}: {reason}")
    for customer_id, faults in said.items():
        yield theirs[customer_id], Found(f"Bank account {'; '.join(faults)}.")


def _fault(account: CustomerAccount) -> str:
    if account.bic and (reason := check_bic(account.bic).reason):
        return reason
    if account.kind == AccountKind.US:
        return check_routing_number(account.bank_code).reason
    if account.kind == AccountKind.UK:
        return check_sort_code(account.bank_code).reason
    try:
        return check_iban(unseal(account.sealed_number)).reason
    except Unsealable:
        return "what is kept of its number cannot be read"


def einvoice_facts(customers: Sequence[Customer]) -> CustomerFindings:
    """Customers who want e-invoices and of whom something that these ask for is not known."""
    for customer in customers:
        if missing := list(_missing(customer)):
            words = f"{customer.name} wants {customer.get_einvoice_format_display()}, which needs {', '.join(missing)}."
            yield customer, Found(words)


def _missing(customer: Customer) -> Iterator[str]:
    if not customer.einvoice_format:
        return
    billing = _billing(customer)
    if billing is None or not billing.country:
        yield "the country of their address"
    if customer.einvoice_format in ADDRESSED and not customer.electronic_address:
        yield "their electronic address"
    if customer.einvoice_format in REFERENCED and not customer.buyer_reference:
        yield "their buyer reference (Leitweg-ID)"
