"""The slip of a Swiss QR-bill, a payment part with a receipt: what its code holds, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import segno

from billing.payment_codes.references import as_printed, grouped
from office.swiss_payments import COUNTRIES

RECEIPT_LINE, RECEIPT_LINES, BLANK_LINES = 34, 10, 7
"""How many letters go into a line of the receipt, how many lines it has for both addresses, and what a blank takes."""

ENGLISH = {
    "receipt": "Receipt",
    "payment_part": "Payment part",
    "payable_to": "Account / Payable to",
    "reference": "Reference",
    "text": "Additional information",
    "payable_by": "Payable by",
    "payable_by_hand": "Payable by (name/address)",
    "currency": "Currency",
    "amount": "Amount",
    "acceptance_point": "Acceptance point",
}
GERMAN = {
    "receipt": "Empfangsschein",
    "payment_part": "Zahlteil",
    "payable_to": "Konto / Zahlbar an",
    "reference": "Referenz",
    "text": "Zusätzliche Informationen",
    "payable_by": "Zahlbar durch",
    "payable_by_hand": "Zahlbar durch (Name/Adresse)",
    "currency": "Währung",
    "amount": "Betrag",
    "acceptance_point": "Annahmestelle",
}
FRENCH = {
    "receipt": "Récépissé",
    "payment_part": "Section paiement",
    "payable_to": "Compte / Payable à",
    "reference": "Référence",
    "text": "Informations supplémentaires",
    "payable_by": "Payable par",
    "payable_by_hand": "Payable par (nom/adresse)",
    "currency": "Monnaie",
    "amount": "Montant",
    "acceptance_point": "Point de dépôt",
}
WORDS = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH}
"""The guidelines fix the words and languages (annex D); papers in any other language have them in English."""


@dataclass(frozen=True)
class Slip:
    """A slip in words, and its code as the address of a picture."""

    language: str
    words: dict[str, str]
    account: str
    creditor: list[str]
    debtor: list[str]
    receipt_creditor: list[str]
    receipt_debtor: list[str]
    amount: str
    currency: str
    reference: str
    text: str
    code: str


def slip_of(content: str, language: str) -> Slip:
    """The slip that says what the content of its code says, in a language or in English."""
    lines = content.split("\n")
    language = language.partition("-")[0]
    language = language if language in WORDS else "en"
    creditor, debtor = _address(lines[5:11]), _address(lines[21:27])
    receipt_creditor, receipt_debtor = _on_receipt(creditor, debtor)
    return Slip(
        language,
        WORDS[language],
        grouped(lines[3]),
        creditor,
        debtor,
        receipt_creditor,
        receipt_debtor,
        _amount(lines[18]),
        lines[19],
        as_printed(lines[28]),
        lines[29],
        _code(content),
    )


def _address(lines: Sequence[str]) -> list[str]:
    """Name, street and town of somebody, with the country before a postal code from abroad."""
    name, street, house_number, postal_code, city, country = lines
    if not name:
        return []
    abroad = "" if country in COUNTRIES else f"{country}-"
    return [line for line in (name, f"{street} {house_number}".strip(), f"{abroad}{postal_code} {city}") if line]


def _on_receipt(*addresses: list[str]) -> list[list[str]]:
    """The addresses as the receipt has room for them: where it has too little, it may leave the streets out."""
    needed = sum(sum(-(-len(line) // RECEIPT_LINE) for line in address) or BLANK_LINES for address in addresses)
    return [[address[0], address[-1]] if address and needed > RECEIPT_LINES else address for address in addresses]


def _amount(amount: str) -> str:
    """The amount as slips print it in every language, such as 1 949.75."""
    return f"{Decimal(amount):,.2f}".replace(",", " ")


def _code(content: str) -> str:
    code = segno.make(content, error="m", encoding="utf-8", micro=False, boost_error=False)
    return code.svg_data_uri(border=0, omitsize=True, svgclass=None, lineclass=None)
