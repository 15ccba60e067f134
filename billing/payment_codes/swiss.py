"""What the code of a Swiss QR-bill holds (SIX, Swiss Implementation Guidelines QR-bill 2.3, chapter 4)."""

from dataclasses import astuple, dataclass
from decimal import Decimal

from stdnum import iso11649
from stdnum.ch import esr

from office.swiss_payments import UNSUITABLE, Party, fault_of, is_qr_iban, reason_for_no_slip, suitable

MOST = Decimal("999999999.99")
NOBODY = [""] * 7
LONGEST_TEXT = 140
MOST_BYTES = 997
DIGITS = 27


@dataclass(frozen=True)
class Payment:
    """What is to be paid, to whom and by whom."""

    iban: str
    creditor: Party
    debtor: Party
    amount: Decimal
    currency: str
    reference: str
    text: str


def qr_content(payment: Payment) -> str:
    """What the code holds, line by line; empty where these details allow none.

    A debtor whom it cannot name is left out, as the guidelines allow: people write such a name on the slip by hand.
    """
    iban = "".join(payment.iban.split())
    kind, reference = _reference(iban, payment.reference)
    text = suitable(payment.text)
    refused = reason_for_no_slip(payment.creditor, iban, payment.currency) or not 0 < payment.amount <= MOST
    if refused or not kind or len(text) > LONGEST_TEXT or UNSUITABLE.search(text):
        return ""
    debtor = NOBODY if fault_of(payment.debtor) else ["S", *astuple(payment.debtor)]
    lines = ["SPC", "0200", "1", iban, "S", *astuple(payment.creditor), *NOBODY, f"{payment.amount:.2f}"]
    content = "\n".join([*lines, payment.currency, *debtor, kind, reference, text, "EPD"])
    return content if len(content.encode()) <= MOST_BYTES else ""


def _reference(iban: str, reference: str) -> tuple[str, str]:
    """The kind of a reference and the reference as the code holds it; no kind where the account does not take it."""
    if is_qr_iban(iban):
        return ("QRR", reference) if len(reference) == DIGITS and esr.is_valid(reference) else ("", "")
    return ("SCOR", reference) if iso11649.is_valid(reference) else ("NON", "")
