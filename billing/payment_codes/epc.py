"""The code that banking apps scan to fill in a transfer (EPC069-12); it exists for euros only."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal

import segno
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import iso11649

from office.swiss_payments import is_qr_iban

MOST = Decimal("999999999.99")

ENCODINGS = {
    "iso-8859-1": 2,
    "iso-8859-2": 3,
    "iso-8859-4": 4,
    "iso-8859-5": 5,
    "iso-8859-7": 6,
    "iso-8859-10": 7,
    "iso-8859-15": 8,
}
"""Sets of letters by the standard's numbers, the first that has them all; else UTF-8, its number 1."""

MASK = 3
"""One pattern lies over the dots of all codes. A reader is told which and takes any; to try all eight for the evenest
picture takes a tenth of the time of a whole paper."""


def epc_code(*, holder: str, iban: str, amount: Decimal, currency: str, reference: str, for_paper: bool = False) -> str:
    """The code as the address of a picture; empty where these details allow none.

    For screens it is drawn, for paper it is a small picture of dots, which a PDF takes in a tenth of the time.

    A creditor reference goes into its own field, anything else into the free text: the two exclude each other. A
    QR-IBAN takes neither.
    """
    iban = "".join(iban.split())
    if currency != "EUR" or not 0 < amount <= MOST or not is_iban(iban) or is_qr_iban(iban) or not holder.strip():
        return ""
    said = [reference] if iso11649.is_valid(reference) else ["", reference[:140]]
    euros = f"{amount:.2f}".rstrip("0").rstrip(".")
    content = _content(["", holder.strip()[:70], iban, f"EUR{euros}", "", *said])
    code = segno.make_qr(content, error="m", boost_error=False, mask=MASK)
    if for_paper:
        return code.png_data_uri(border=2, scale=2)
    return code.svg_data_uri(border=2, scale=4, omitsize=True, svgclass=None, lineclass=None)


def codes_for(accounts: Iterable[Mapping[str, str]], amount: Decimal, currency: str, *, reference: str) -> list[str]:
    """The codes for a paper that fill in a transfer, of each account that has one."""
    codes = (
        epc_code(
            holder=account["holder"],
            iban=account["iban"],
            amount=amount,
            currency=currency,
            reference=reference,
            for_paper=True,
        )
        for account in accounts
    )
    return [code for code in codes if code]


def _content(facts: list[str]) -> bytes:
    """The lines of the code, in the smallest set of letters that has them all."""
    text = "\n".join(facts)
    for encoding, number in ENCODINGS.items():
        with suppress(UnicodeEncodeError):
            return f"BCD\n002\n{number}\nSCT\n{text}".encode(encoding)
    return f"BCD\n002\n1\nSCT\n{text}".encode()


def is_iban(text: str) -> bool:
    """Whether a text is an account number of the kind that transfers in euros take."""
    try:
        IBAN(text)
    except SchwiftyException:
        return False
    return True
