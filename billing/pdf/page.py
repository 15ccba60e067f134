"""A stored document as the page that becomes its PDF, in the language of its customer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from billing.instalments import Instalment, early_payment_of, payments_of
from billing.looks import logo_of
from billing.medical import LETTERS
from billing.medical_facts import diagnoses_of, prints_codes, services_of
from billing.models import DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from billing.payment_codes.epc import codes_for
from billing.payment_codes.references import as_printed
from billing.payment_codes.slip import Slip, slip_of
from billing.pdf.lines import columns_of, rows_of
from billing.printed import language_of, printed_facts
from billing.totals import tax_summary
from office.papers import paper_page
from office.swiss_payments import COUNTRIES


def page_of(
    invoice: Invoice,
    lines: Sequence[InvoiceLine] | None = None,
    taxes: Sequence[InvoiceTax] | None = None,
    **more: Any,
) -> str:
    """The page as well-formed HTML; `more` is what it shows besides what the document itself says.

    A document that is not kept brings its lines and its tax summary along.
    """
    medical = _medical(invoice, is_stored=lines is None)
    lines = list(invoice.lines.all()) if lines is None else lines
    taxes = tax_summary(invoice) if taxes is None else taxes
    with override(language_of(invoice)):
        context = _context(invoice, lines, taxes, None if more else _slip(invoice))
        return paper_page("billing/pdf/invoice.html", context | medical | more, logo_of(invoice, context["printed"]))


def _context(
    invoice: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax], slip: Slip | None
) -> dict[str, Any]:
    company = invoice.company
    printed = invoice.printed or printed_facts(invoice, invoice.customer)
    instalments = payments_of(invoice, company.today())
    rows = rows_of(invoice, list(lines))
    codes = _codes(invoice, printed, instalments)
    return {
        "title": invoice.title,
        "number": invoice.number,
        "running": f"{invoice.title} {invoice.number or '(' + _('Draft') + ')'}",
        "created": invoice.issued_at,
        "invoice": invoice,
        "printed": printed,
        "rows": rows,
        "columns": columns_of(invoice, rows),
        "taxes": taxes,
        "instalments": instalments,
        "early": early_payment_of(invoice, company.today()),
        "reference": as_printed(invoice.payment_reference),
        "codes": codes,
        "slip": slip,
        "accounts": _accounts(printed, None if codes else slip),
        "is_void": invoice.status == DocumentStatus.VOID,
    }


def _medical(invoice: Invoice, *, is_stored: bool) -> dict[str, Any]:
    """The services by line and the lettered diagnoses, where the paper shows them; none while it is being typed."""
    if not is_stored or not prints_codes(invoice):
        return {"services": {}, "diagnoses": []}
    services = {service.position: service for service in services_of(invoice)}
    return {"services": services, "diagnoses": list(zip(LETTERS, diagnoses_of(invoice), strict=False))}


def _slip(invoice: Invoice) -> Slip | None:
    """The Swiss slip that pays what the document asks for, as it was issued with; no draft has one."""
    content = invoice.printed.get("swiss_slip")
    return slip_of(content, get_language()) if content and invoice.status == DocumentStatus.ISSUED else None


def _accounts(printed: Mapping[str, Any], slip: Slip | None) -> list[Mapping[str, str]]:
    """The accounts to pay to, without the one that a slip names."""
    return [account for account in printed["bank_accounts"] if not slip or account["iban"] != slip.account]


def _codes(invoice: Invoice, printed: Mapping[str, Any], instalments: Sequence[Instalment]) -> list[str]:
    """The codes that fill in a transfer of what is to pay first, one for each account that has one.

    Who has a Swiss slip and a Swiss bank, which reads no other code, gets none.
    """
    if invoice.is_draft or not instalments or ("swiss_slip" in printed and printed["buyer"]["country"] in COUNTRIES):
        return []
    return codes_for(
        printed["bank_accounts"], instalments[0].amount, invoice.currency, reference=invoice.payment_reference
    )
