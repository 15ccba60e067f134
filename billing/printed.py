"""What an issued document prints of us and of the customer, copied when it is issued."""

from typing import Any

from babel import Locale
from django.utils.translation import get_language, override, to_locale

from billing.instalments import payments_of
from billing.looks import printed_look
from billing.models import Invoice
from billing.payment_codes.references import grouped
from customers.models import Address, AddressKind, Customer
from ledger.present import present
from office.languages import as_written_in
from office.models import Company

PRINTED, KEPT = "printed", "kept"


def printed_facts(invoice: Invoice, customer: Customer) -> dict[str, Any]:
    """Seller, buyer, bank details and texts as they stand now; bulk runs bring addresses prefetched."""
    with override(as_written_in(customer.language, invoice.company.country)):
        return _facts(invoice, customer)


def language_of(invoice: Invoice) -> str:
    """The language of a document, as its company's country writes it: that of its issue, or of its customer now."""
    return as_written_in(invoice.printed.get("language") or invoice.customer.language, invoice.company.country)


def parties_of(company: Company, customer: Customer) -> dict[str, Any]:
    """Who a paper that is no document is from, and for whom, in the language that is now the reader's; and its look."""
    billing = next((each for each in customer.addresses.all() if each.kind == AddressKind.BILLING), None)
    facts = {"seller": _seller(company), "buyer": _buyer(customer, billing)}
    return facts | {"footer": company.invoice_footer, "accent": company.accent}


def accounts_of(company: Company) -> list[dict[str, str]]:
    """The bank accounts that a paper which is no document names, of each currency."""
    return [
        {"holder": each.holder, "iban": grouped(each.iban), "bic": each.bic, "currency": each.currency}
        for each in sorted(company.bank_accounts.all(), key=lambda account: account.pk)
        if each.is_printed
    ]


def _facts(invoice: Invoice, customer: Customer) -> dict[str, Any]:
    company = invoice.company
    addresses = {address.kind: address for address in customer.addresses.all()} if customer.pk else {}
    delivery = addresses.get(AddressKind.DELIVERY)
    return {
        "language": get_language(),
        "seller": _seller(company),
        "buyer": _buyer(customer, addresses.get(AddressKind.BILLING)),
        "delivery": _address_lines(delivery) if delivery else [],
        "delivery_place": _place(delivery) | {"name": delivery.name} if delivery else {},
        "einvoice": _einvoice(customer),
        "bank_accounts": _bank_accounts(invoice),
        "tax_rounding": invoice.tax_rounding,
        **_medical_codes(company),
        **printed_look(invoice, get_language()),
    }


def _medical_codes(company: Company) -> dict[str, str]:
    """Whether medical codes are on the paper, or kept beside it; nothing of a company that has none."""
    if not company.bills_healthcare:
        return {}
    return {"medical_codes": PRINTED if company.prints_medical_codes else KEPT}


def printed_instalments(invoice: Invoice) -> list[dict[str, str]]:
    """When which part is to pay, of a document with its day that is due in several; nothing of any other."""
    parts = payments_of(invoice, present(invoice.dated_on)) if invoice.terms else []
    return [{"due_on": part.due_on.isoformat(), "amount": str(part.amount)} for part in parts if len(parts) > 1]


def _seller(company: Company) -> dict[str, Any]:
    return {
        "name": company.legal_name,
        "address": [line for line in (company.street, _city(company), country_name(company.country)) if line],
        "country": company.country,
        "place": _place(company),
        "contact_name": company.contact_name,
        "electronic_address": company.electronic_address,
        "electronic_address_scheme": company.electronic_address_scheme,
        "tax_id": company.tax_id,
        "registration": company.registration,
        "email": company.email,
        "phone": company.phone,
    }


def _buyer(customer: Customer, address: Address | None) -> dict[str, Any]:
    return {
        "number": customer.number,
        "name": (address and address.name) or customer.name,
        "address": _address_lines(address) if address else [],
        "country": address.country if address else "",
        "place": _place(address) if address else {},
        "electronic_address": customer.electronic_address,
        "electronic_address_scheme": customer.electronic_address_scheme,
        "tax_id": customer.tax_id,
    }


def _einvoice(customer: Customer) -> dict[str, Any]:
    """Which e-invoice the customer wants; without a format there is none."""
    return {"format": customer.einvoice_format, "buyer_reference": customer.buyer_reference}


def _place(place: Address | Company) -> dict[str, str]:
    """An address in its parts, as e-invoices ask for it."""
    return {name: getattr(place, name) for name in ("street", "postal_code", "city", "region", "country")}


def _address_lines(address: Address) -> list[str]:
    return [line for line in (*address.street.splitlines(), _city(address), country_name(address.country)) if line]


def country_name(code: str) -> str:
    """A country in the document's language, or the code where nobody knows it."""
    return Locale.parse(to_locale(get_language())).territories.get(code, code)


def _city(place: Address | Company) -> str:
    return " ".join(part for part in (place.postal_code, place.city, place.region) if part)


def _bank_accounts(invoice: Invoice) -> list[dict[str, str]]:
    return [
        {
            "name": account.name,
            "holder": account.holder,
            "iban": grouped(account.iban),
            "bic": account.bic,
        }
        for account in sorted(invoice.company.bank_accounts.all(), key=lambda account: account.pk)
        if account.is_printed and account.currency == invoice.currency
    ]
