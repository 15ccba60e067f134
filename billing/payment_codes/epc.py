"""The code that banking apps scan to fill in a transfer (EPC069-12); it exists for euros only."""

from decimal import Decimal

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from segno.helpers import make_epc_qr
from stdnum import iso11649

from office.swiss_payments import is_qr_iban

MOST = Decimal("999999999.99")


def epc_code(*, holder: str, iban: str, amount: Decimal, currency: str, reference: str, for_paper: bool = False) -> str:
    """The code as the address of a picture; empty where these details allow none.

    For screens it is drawn, for paper it is a small picture of dots, which a PDF takes in a tenth of the time.

    A creditor reference goes into its own field, anything else into the free text: the two exclude each other. A
    QR-IBAN takes neither.
    """
    iban = "".join(iban.split())
    if currency != "EUR" or not 0 < amount <= MOST or not is_iban(iban) or is_qr_iban(iban) or not holder.strip():
        return ""
    said = {"reference": reference} if iso11649.is_valid(reference) else {"text": reference[:140]}
    code = make_epc_qr(name=holder.strip()[:70], iban=iban, amount=amount, **said)
    if for_paper:
        return code.png_data_uri(border=2, scale=2)
    return code.svg_data_uri(border=2, scale=4, omitsize=True, svgclass=None, lineclass=None)


def is_iban(text: str) -> bool:
    """Whether a text is an account number of the kind that transfers in euros take."""
    try:
        IBAN(text)
    except SchwiftyException:
        return False
    return True
