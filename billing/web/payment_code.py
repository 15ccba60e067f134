"""The code that banking apps scan to fill in a transfer (EPC069-12); it exists for euros only."""

from decimal import Decimal

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from segno.helpers import make_epc_qr

MOST = Decimal("999999999.99")


def payment_code(*, holder: str, iban: str, amount: Decimal, currency: str, reference: str) -> str:
    """The code as the address of a picture; empty where these details allow none."""
    if currency != "EUR" or not 0 < amount <= MOST or not is_iban(iban):
        return ""
    code = make_epc_qr(name=holder[:70], iban=iban, amount=amount, text=reference)
    return code.svg_data_uri(border=2, scale=4, omitsize=True, svgclass=None, lineclass=None)


def is_iban(text: str) -> bool:
    try:
        IBAN(text)
    except SchwiftyException:
        return False
    return True
