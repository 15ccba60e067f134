"""From our own document, issued or as it would be issued, to the one that EN 16931 knows."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from billing.einvoice.document import (
    CREDIT_NOTE,
    DEBIT_NOTE,
    INVOICE,
    PREPAYMENT,
    ZERO,
    Account,
    Allowance,
    Delivery,
    Document,
    Line,
    Party,
    Person,
    Place,
    TaxCode,
    TaxRow,
    Totals,
)
from billing.einvoice.lines import line_of, tax_code, without_tax
from billing.einvoice.markup import legal
from billing.line_taxes import kept_parts
from billing.models import DocumentKind, Invoice, InvoiceLine, InvoiceTax, RateKind, TaxCategory
from customers.models import EInvoiceFormat
from ledger.present import present
from ledger.refusals import Refused

VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
XRECHNUNGEN = (EInvoiceFormat.XRECHNUNG_UBL, EInvoiceFormat.XRECHNUNG_CII)
SEPA_TRANSFER, TRANSFER = "58", "30"
REASON_CODES: dict[str, str] = {
    TaxCategory.REVERSE_CHARGE: "VATEX-EU-AE",
    TaxCategory.INTRA_COMMUNITY: "VATEX-EU-IC",
    TaxCategory.EXPORT: "VATEX-EU-G",
    TaxCategory.OUTSIDE: "VATEX-EU-O",
}


def document_of(invoice: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax]) -> Document:
    """The document with its printed facts; lines and taxes come with what they come to.

    Raises Refused for one that was issued before documents kept what e-invoices need, or has several taxes on a line.
    """
    printed = invoice.printed
    if "einvoice" not in printed:
        raise Refused(
            f"{invoice} was issued before e-invoices were set up, so it cannot become one.", code="einvoice_too_early"
        )
    _require_one_tax_each(lines)
    written = tuple(line_of(line, invoice.prices_include_tax) for line in lines)
    allowances = _allowances(invoice, lines)
    rows = _tax_rows([row for row in taxes if row.kind != RateKind.WITHHELD])
    preceding = invoice.credits or invoice.adds_to
    without_ids = any(row.tax.category == TaxCategory.OUTSIDE for row in rows)
    return Document(
        number=invoice.number,
        type_code=_type_code(invoice),
        dated_on=present(invoice.dated_on),
        due_on=invoice.due_on,
        currency=invoice.currency,
        buyer_reference=printed["einvoice"]["buyer_reference"],
        order_reference=invoice.po_number,
        preceding=preceding.number if preceding else "",
        preceding_on=preceding.dated_on if preceding else None,
        notes=tuple(legal(note) for note in (invoice.reason, invoice.note) if legal(note)),
        seller=_seller(printed["seller"], without_ids),
        buyer=_buyer(printed["buyer"], without_ids),
        delivery=_delivery(invoice, rows),
        payment_means=_payment_means(invoice),
        payment_reference=invoice.payment_reference,
        payment_terms=_payment_terms(invoice),
        accounts=tuple(_account(account) for account in printed["bank_accounts"]),
        lines=written,
        allowances=allowances,
        taxes=rows,
        totals=_totals(invoice, written, allowances),
    )


def _type_code(invoice: Invoice) -> str:
    """The kind of document (UNTDID 1001). In XRechnung debit notes and prepayments are plain invoices (BR-DE-17)."""
    if invoice.is_credit_memo:
        return CREDIT_NOTE
    if invoice.einvoice_format in XRECHNUNGEN:
        return INVOICE
    if invoice.kind == DocumentKind.DEBIT_NOTE:
        return DEBIT_NOTE
    return PREPAYMENT if invoice.is_deposit else INVOICE


def _require_one_tax_each(lines: Sequence[InvoiceLine]) -> None:
    for line in lines:
        if sum(part.rate.kind != RateKind.WITHHELD for part in kept_parts(line)) > 1:
            raise Refused(
                f"Line {line.position} has several taxes; an e-invoice has one on each line. Choose another tax.",
                code="einvoice_several_taxes",
            )


def _seller(seller: dict[str, Any], without_ids: bool) -> Party:
    """Us. A document outside the scope of tax may name no VAT id (BR-O-02)."""
    tax_id = _compact(seller["tax_id"])
    is_vat_id = bool(VAT_ID.fullmatch(tax_id))
    return Party(
        name=seller["name"],
        place=_place(seller["place"]),
        registration=seller["registration"],
        vat_id=tax_id if is_vat_id and not without_ids else "",
        tax_number="" if is_vat_id else seller["tax_id"],
        electronic_address=seller["electronic_address"],
        electronic_address_scheme=seller["electronic_address_scheme"],
        contact=Person(seller["contact_name"], seller["phone"], seller["email"]),
    )


def _buyer(buyer: dict[str, Any], without_ids: bool) -> Party:
    tax_id = _compact(buyer["tax_id"])
    return Party(
        name=buyer["name"],
        place=_place(buyer["place"]),
        number=buyer["number"],
        vat_id=tax_id if VAT_ID.fullmatch(tax_id) and not without_ids else "",
        electronic_address=buyer["electronic_address"],
        electronic_address_scheme=buyer["electronic_address_scheme"],
    )


def _compact(tax_id: str) -> str:
    return re.sub(r"[\s.-]", "", tax_id).upper()


def _place(place: dict[str, str]) -> Place:
    street, _, more = place.get("street", "").strip().partition("\n")
    parts = {name: place.get(name, "") for name in ("city", "postal_code", "region", "country")}
    return Place(street.strip(), ", ".join(more.split("\n")).strip(), **parts)


def _delivery(invoice: Invoice, rows: Sequence[TaxRow]) -> Delivery:
    """Delivered on the document's own day, as it names no other; to the buyer where nothing else is said.

    A supply within the EU has to say where it went (BR-IC-12).
    """
    printed = invoice.printed
    place = printed["delivery_place"]
    if not place and any(row.tax.category == TaxCategory.INTRA_COMMUNITY for row in rows):
        place = printed["buyer"]["place"]
    return Delivery(invoice.dated_on, place.get("name", ""), _place(place))


def _payment_terms(invoice: Invoice) -> str:
    if invoice.is_credit_memo:
        return ""
    kept = f"; {invoice.withheld} of it is kept back for the tax office" if invoice.withheld else ""
    return f"{_skonto(invoice)}Payable by {invoice.due_on:%Y-%m-%d}{kept}"


def _skonto(invoice: Invoice) -> str:
    """The discount for paying early as XRechnung has it, on a line of its own (BR-DE-18): two decimals, no more."""
    if invoice.einvoice_format not in XRECHNUNGEN or not invoice.early_until:
        return ""
    percent = invoice.early_percent.quantize(Decimal("0.01"))
    if not percent or percent != invoice.early_percent:
        return ""
    days = (invoice.early_until - present(invoice.dated_on)).days
    return f"#SKONTO#TAGE={days}#PROZENT={percent}#\n"


def _payment_means(invoice: Invoice) -> str:
    ibans = [IBAN.fullmatch(_compact(account["iban"])) for account in invoice.printed["bank_accounts"]]
    return SEPA_TRANSFER if invoice.currency == "EUR" and ibans and all(ibans) else TRANSFER


def _account(account: dict[str, str]) -> Account:
    number = _compact(account["iban"])
    return Account(number if IBAN.fullmatch(number) else account["iban"], account["holder"], account["bic"])


def _allowances(invoice: Invoice, lines: Sequence[InvoiceLine]) -> tuple[Allowance, ...]:
    """The document's discount in one amount for each category and rate, as tax comes after it."""
    shares: dict[TaxCode | None, Decimal] = {}
    for line in lines:
        tax = tax_code(line.tax_category, line.tax_percent)
        shares[tax] = shares.get(tax, ZERO) + without_tax(line, line.discount_share, invoice.prices_include_tax)
    return tuple(
        Allowance(abs(share), "Discount" if share > 0 else "Discount on a deduction", tax, is_charge=share < 0)
        for tax, share in shares.items()
        if share
    )


def _tax_rows(taxes: Sequence[InvoiceTax]) -> tuple[TaxRow, ...]:
    """The breakdown: two taxes of one category and rate are one row there, which always names a rate (BR-DE-14)."""
    rows: dict[TaxCode, TaxRow] = {}
    for row in taxes:
        tax = TaxCode(row.category, row.percent)
        before = rows.get(tax)
        reasons = dict.fromkeys(filter(None, (before.reason if before else "", row.reason)))
        rows[tax] = TaxRow(
            tax,
            row.base + (before.base if before else ZERO),
            row.amount + (before.amount if before else ZERO),
            "; ".join(reasons),
            REASON_CODES.get(row.category, ""),
        )
    return tuple(rows.values())


def _totals(invoice: Invoice, lines: Sequence[Line], allowances: Sequence[Allowance]) -> Totals:
    return Totals(
        lines=sum((line.net for line in lines), ZERO),
        allowances=sum((each.amount for each in allowances if not each.is_charge), ZERO),
        charges=sum((each.amount for each in allowances if each.is_charge), ZERO),
        net=invoice.net,
        tax=invoice.tax,
        total=invoice.total,
        due=invoice.total,
    )
