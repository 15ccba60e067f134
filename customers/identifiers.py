"""Whether an identifier that meets us is sound: accounts, references that payers name, tax and card numbers.

One table from the kind to its check, for imports and matching. No database here.
"""

import re
from collections.abc import Callable

from stdnum import iso11649, luhn
from stdnum.ch import esr
from stdnum.eu import vat

from customers.account_numbers import MISTYPED, Verdict, check_bic, check_iban, check_routing_number, plain

WEIGHTS = (7, 3, 1)
"""Of a Finnish reference, from the right (Finance Finland, reference number for invoicing)."""


def check_creditor_reference(text: str) -> Verdict:
    """A creditor reference: RF, two check digits and up to 21 letters and digits (ISO 11649)."""
    number = plain(text)
    if not re.fullmatch(r"RF[0-9]{2}[A-Z0-9]{1,21}", number):
        return Verdict(number, "a creditor reference is RF, two digits and up to 21 letters and digits")
    return Verdict(number, "" if iso11649.is_valid(number) else MISTYPED)


def check_eu_vat_number(text: str) -> Verdict:
    """A VAT number of the EU: the form and the check digits of its country."""
    number = vat.compact(text) if vat.is_valid(text) else plain(text)
    return Verdict(number, "" if vat.is_valid(text) else "it is not the form of any VAT number in the EU")


def check_finnish_reference(text: str) -> Verdict:
    """A Finnish reference: three to nineteen digits and one that checks them."""
    number = plain(text)
    if not re.fullmatch(r"[0-9]{4,20}", number):
        return Verdict(number, "a Finnish reference has 4 to 20 digits")
    total = sum(int(digit) * WEIGHTS[place % 3] for place, digit in enumerate(reversed(number[:-1])))
    return Verdict(number, "" if (10 - total % 10) % 10 == int(number[-1]) else MISTYPED)


def check_kid_mod10(text: str) -> Verdict:
    """A Norwegian KID whose last digit checks it by the Luhn algorithm."""
    number = plain(text)
    if not re.fullmatch(r"[0-9]{2,25}", number):
        return Verdict(number, "a KID has 2 to 25 digits")
    return Verdict(number, "" if luhn.is_valid(number) else MISTYPED)


def check_kid_mod11(text: str) -> Verdict:
    """A Norwegian KID by modulus 11: weights 2 to 7 from the right, and a dash for the tenth remainder."""
    number = re.sub(r"\s", "", text)
    if not re.fullmatch(r"[0-9]{1,24}[0-9-]", number):
        return Verdict(number, "a KID has 2 to 25 digits")
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number[:-1])))
    wanted = {11: "0", 10: "-"}.get(11 - total % 11, str(11 - total % 11))
    return Verdict(number, "" if wanted == number[-1] else MISTYPED)


def check_luhn(text: str) -> Verdict:
    """Digits of which the last checks the others by the Luhn algorithm."""
    number = plain(text)
    if not re.fullmatch(r"[0-9]+", number):
        return Verdict(number, "it has digits only")
    return Verdict(number, "" if luhn.is_valid(number) else MISTYPED)


def check_swiss_qr_reference(text: str) -> Verdict:
    """A QR reference: up to 27 digits, the last of them a check digit (modulo 10, recursive)."""
    number = plain(text)
    if not re.fullmatch(r"[0-9]{2,27}", number):
        return Verdict(number, "a QR reference has up to 27 digits")
    return Verdict(number, "" if esr.is_valid(number) else MISTYPED)


def check_belgian_ogm(text: str) -> Verdict:
    """A Belgian structured communication: ten digits and their remainder by 97, where 97 stands for none."""
    number = re.sub(r"[\s.+*/\-]", "", text)
    if not re.fullmatch(r"[0-9]{12}", number):
        return Verdict(number, "a structured communication has twelve digits")
    return Verdict(number, "" if (int(number[:10]) % 97 or 97) == int(number[10:]) else MISTYPED)


CHECKS: dict[str, Callable[[str], Verdict]] = {
    "aba-routing": check_routing_number,
    "belgian-ogm": check_belgian_ogm,
    "bic": check_bic,
    "creditor-reference": check_creditor_reference,
    "eu-vat-number": check_eu_vat_number,
    "finnish-reference": check_finnish_reference,
    "iban": check_iban,
    "kid-mod10": check_kid_mod10,
    "kid-mod11": check_kid_mod11,
    "luhn": check_luhn,
    "swiss-qr-reference": check_swiss_qr_reference,
}
