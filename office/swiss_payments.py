"""What the slip of a Swiss QR-bill asks of whoever is named on it, and of the account (SIX, Guidelines QR-bill 2.3).

Banks refuse a slip that breaks this, so none is printed, and these functions say why in words.
"""

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from office.models import Company
from office.models.company import PaymentReference

CURRENCIES = ("CHF", "EUR")
COUNTRIES = ("CH", "LI")
QR_INSTITUTIONS = range(30000, 32000)
LONGEST = {"name": 70, "street": 70, "house number": 16, "postal code": 16, "town": 35, "country": 2}
NEEDED = ("name", "postal code", "town", "country")
UNSUITABLE = re.compile("[^\x20-\x7e\xa1-\u017f\u0218-\u021b\u20ac]")
WITH_HOUSE_NUMBER = re.compile(r"(.*[^\W\d].*) (\d\S{0,15})")
PLAIN = {ord(fine): plain for plain, some in {"'": "‘’‚‛", '"': "“”„‟", "-": "‐‑–—"}.items() for fine in some}


@dataclass(frozen=True)
class Party:
    """Whom a slip names, in the parts of a structured address."""

    name: str
    street: str
    house_number: str
    postal_code: str
    city: str
    country: str


def party_of(name: str, place: Mapping[str, str]) -> Party:
    """Somebody at an address; a house number that ends the street stands apart."""
    street = suitable(", ".join(place.get("street", "").splitlines()))
    parted = WITH_HOUSE_NUMBER.fullmatch(street)
    road, house_number = parted.groups() if parted else (street, "")
    rest = (suitable(place.get(part, "")) for part in ("postal_code", "city", "country"))
    return Party(suitable(name), road, house_number, *rest)


def suitable(text: str) -> str:
    """The text on one line, with plain marks in place of fine ones."""
    return " ".join(text.translate(PLAIN).split())


def fault_of(party: Party) -> str:
    """Why a slip cannot name somebody, such as "the postal code is missing"; empty where it can."""
    for (part, longest), text in zip(LONGEST.items(), astuple(party), strict=True):
        if not text and part in NEEDED:
            return f"the {part} is missing"
        if len(text) > longest:
            return f"the {part} has more than {longest} characters"
        if unsuitable := UNSUITABLE.search(text):
            return f"the {part} has a character that Swiss banks do not take: {unsuitable[0]}"
    return ""


def is_swiss(iban: str) -> bool:
    """Whether a text is the number of an account in Switzerland or Liechtenstein."""
    if iban[:2].upper() not in COUNTRIES:
        return False
    try:
        return bool(IBAN(iban))
    except SchwiftyException:
        return False


def is_qr_iban(iban: str) -> bool:
    """Whether an account takes QR references, and nothing without one."""
    return is_swiss(iban) and int(IBAN(iban).compact[4:9]) in QR_INSTITUTIONS


def reason_for_no_slip(party: Party, iban: str, currency: str) -> str:
    """Why documents print no slip for an account, or nothing where they do."""
    if not is_swiss(iban):
        return "the account is neither in Switzerland nor in Liechtenstein"
    if currency not in CURRENCIES:
        return "Swiss QR-bills are in CHF or EUR"
    return fault_of(party)


def slip_note(company: Company, holder: str, iban: str, currency: str) -> str:
    """Whether invoices print a slip for a company's Swiss account, in sentences; nothing of any other account."""
    if not is_swiss(iban):
        return ""
    place = {part: getattr(company, part) for part in ("street", "postal_code", "city", "country")}
    if reason := reason_for_no_slip(party_of(holder, place), iban, currency):
        names = "" if currency not in CURRENCIES else " It names the holder at the company's address, under Settings."
        return f"Invoices print no Swiss QR-bill for this account: {reason}.{names}"
    named = "the invoice's number"
    if is_qr_iban(iban):
        named = "a QR reference, as its QR-IBAN asks for"
    elif company.payment_reference == PaymentReference.CREDITOR:
        named = "a creditor reference (RF)"
    return f"Invoices in {currency} print a Swiss QR-bill with {named}."
