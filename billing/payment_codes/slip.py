"""The slip of a Swiss QR-bill, a payment part with a receipt: what its code holds, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from urllib.parse import quote

import segno

from billing.payment_codes.references import as_printed, grouped
from office.swiss_payments import COUNTRIES

QUIET, CROSS, WHOLE = 2, 7, 46
"""Dots left free around a code on a screen; the sides of its cross and of the code without them, in millimetres."""
DRAWN = (
    '<path fill="#fff" d="M0 0h7v7H0z"/><path d="M.5.5h6v6h-6z"/>'
    '<path fill="#fff" d="M2.917 1.556h1.166v3.888H2.917zM1.556 2.917h3.888v1.166H1.556z"/>'
)
"""A Swiss cross in a square of seven millimetres."""
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


def slip_account(content: str) -> str:
    """The account that a slip pays to, without blanks; empty where there is no slip."""
    return content.split("\n")[3] if content else ""


def swiss_picture(content: str, amount: Decimal) -> str:
    """The code of a slip with its cross, as the address of a picture for screens, for what is to be paid today."""
    lines = content.split("\n")
    lines[18] = f"{amount:.2f}"
    code = segno.make("\n".join(lines), error="m", encoding="utf-8", micro=False, boost_error=False)
    width, bare = code.symbol_size(border=QUIET)[0], code.symbol_size(border=0)[0]
    side = bare * CROSS / WHOLE
    place = (width - side) / 2
    cross = (
        f'<svg x="{place:.3f}" y="{place:.3f}" width="{side:.3f}" height="{side:.3f}" viewBox="0 0 7 7">{DRAWN}</svg>'
    )
    kept = BytesIO()
    code.save(kept, kind="svg", border=QUIET, omitsize=True, xmldecl=False, svgclass=None, lineclass=None, light="#fff")
    drawn = kept.getvalue().decode().strip()
    return "data:image/svg+xml;charset=utf-8," + quote(drawn.removesuffix("</svg>") + cross + "</svg>")


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
