"""What an issued document asks to be named when it is paid, and its Swiss slip; both are fixed with its number."""

from collections.abc import Mapping
from typing import Any

from billing.instalments import payments_of
from billing.models import Invoice
from billing.payment_codes.references import (
    QR_DIGITS,
    belgian_reference,
    creditor_reference,
    norwegian_reference,
    qr_reference,
)
from billing.payment_codes.swiss import Payment, qr_content
from ledger.present import present
from office.models.company import PaymentReference
from office.swiss_payments import CURRENCIES, is_qr_iban, is_swiss, party_of

NOT_ON_SLIPS = (PaymentReference.BELGIAN, PaymentReference.NORWEGIAN)
"""SIX takes QR and creditor references only."""
QR_LENGTH = QR_DIGITS + 1


def payment_facts(invoice: Invoice) -> dict[str, str]:
    """The reference of a numbered document where it is not its number, and the content of its slip's code, if any."""
    account = _slip_account(invoice)
    reference = _reference(invoice, account)
    on_slip = "" if invoice.company.payment_reference in NOT_ON_SLIPS and len(reference) != QR_LENGTH else reference
    slip = _slip(invoice, account, on_slip) if account and not invoice.is_credit_memo else ""
    facts = {"payment_reference": reference, "swiss_slip": slip}
    return {name: fact for name, fact in facts.items() if fact}


def _slip_account(invoice: Invoice) -> Mapping[str, str] | None:
    """The account that a slip would pay to: the first one with a QR-IBAN, else the first Swiss one."""
    if invoice.currency not in CURRENCIES:
        return None
    swiss = [account for account in invoice.printed["bank_accounts"] if is_swiss(account["iban"])]
    return min(swiss, key=lambda account: not is_qr_iban(account["iban"]), default=None)


def _reference(invoice: Invoice, account: Mapping[str, str] | None) -> str:
    """A QR-IBAN takes payments with a QR reference only; else it is the company's choice."""
    if account and is_qr_iban(account["iban"]):
        return qr_reference(invoice.pk)
    match invoice.company.payment_reference:
        case PaymentReference.CREDITOR:
            return creditor_reference(invoice.number)
        case PaymentReference.BELGIAN:
            return belgian_reference(invoice.pk)
        case PaymentReference.NORWEGIAN:
            return norwegian_reference(invoice.pk)
    return ""


def _slip(invoice: Invoice, account: Mapping[str, str], reference: str) -> str:
    """The content of the code that pays what is due first."""
    printed: dict[str, Any] = invoice.printed
    return "".join(
        qr_content(
            Payment(
                account["iban"],
                party_of(account["holder"], printed["seller"]["place"]),
                party_of(printed["buyer"]["name"], printed["buyer"]["place"]),
                part.amount,
                invoice.currency,
                reference,
                invoice.number,
            )
        )
        for part in payments_of(invoice, present(invoice.dated_on))[:1]
    )
