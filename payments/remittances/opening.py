"""From the bytes of an advice to what it says."""

from payments.remittances.facts import BadAdvice, ReadAdvice
from payments.remittances.pdf import Known, read_pdf
from payments.remittances.tables import read_table

LARGEST = 10 * 1024 * 1024


def read_advice(content: bytes, currency: str, known: Known, decimal: str = "") -> ReadAdvice:
    """What an advice says, sound in itself; `currency` is that of amounts without one. Raises BadAdvice."""
    if len(content) > LARGEST:
        raise BadAdvice(f"The file is larger than {LARGEST >> 20} MB.")
    if content.lstrip()[:5] == b"%PDF-":
        advice = read_pdf(content, currency, known, decimal)
    else:
        advice = read_table(content, currency, decimal)
    advice.require_sound()
    return advice
