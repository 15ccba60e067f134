"""Whether an account number can be one: by its country's structure and its check digits. No database here.

IBAN and BIC as ISO 13616 and ISO 9362 have them, in schwifty's registry of countries and banks; routing numbers as the
American Bankers Association checks them; British accounts by their form, as sort codes have no public check digit.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import product
from string import ascii_uppercase

from stdnum.us import rtn

BIC_FORM = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
US_ACCOUNT = re.compile(r"[0-9]{1,17}")
MISTYPED = "its check digits do not fit: look for a mistyped one"


@dataclass(frozen=True)
class Verdict:
    """A number as it is kept, without blanks, and why it cannot be one; no reason where it can."""

    number: str
    reason: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reason


@dataclass(frozen=True)
class Bank:
    """The bank that an account number names, as far as the registry knows it."""

    bic: str = ""
    name: str = ""
    country: str = ""
    takes_sepa: bool = False


def plain(text: str) -> str:
    """A number without what people write between its digits."""
    return re.sub(r"[\s.\-]", "", text).upper()


def check_iban(text: str) -> Verdict:
    """An IBAN: known country, the length and structure it has there, and right check digits."""
    from schwifty import IBAN, exceptions

    words = {
        exceptions.InvalidCountryCode: "no country that has IBANs begins it",
        exceptions.InvalidLength: "it has not as many characters as its country's have",
        exceptions.InvalidStructure: "its letters and digits do not stand as its country has them",
        exceptions.InvalidChecksumDigits: MISTYPED,
    }
    number = plain(text)
    if not re.fullmatch(r"[A-Z0-9]*", number):
        return Verdict(number, "an IBAN has letters and digits only")
    try:
        IBAN(number)
    except exceptions.SchwiftyException as error:
        return Verdict(number, words.get(type(error), "it is no IBAN"))
    return Verdict(number)


@cache
def sepa_lengths() -> dict[str, int]:
    """How many characters an IBAN has, by each country from which SEPA debits are taken."""
    from schwifty import exceptions, registry

    found = {}
    for code in map("".join, product(ascii_uppercase, repeat=2)):
        with suppress(exceptions.InvalidCountryCode):
            spec = registry.get_iban_spec(code)
            if spec.in_sepa_zone:
                found[code] = spec.iban_length
    return found


def check_bic(text: str) -> Verdict:
    """A BIC by its form: bank, country, place and, perhaps, branch."""
    from schwifty import BIC
    from schwifty.exceptions import SchwiftyException

    number = plain(text)
    if not BIC_FORM.fullmatch(number):
        return Verdict(number, "a BIC has 8 or 11 letters and digits, such as DEUTDEFF500")
    try:
        BIC(number)
    except SchwiftyException:
        return Verdict(number, f"{number[4:6]} in it is no country")
    return Verdict(number)


def check_routing_number(text: str) -> Verdict:
    """A US routing number: nine digits, the last of them a check digit."""
    number = plain(text)
    if not re.fullmatch(r"[0-9]{9}", number):
        return Verdict(number, "a routing number has nine digits")
    return Verdict(number, "" if rtn.is_valid(number) else MISTYPED)


def check_us_account(text: str) -> Verdict:
    """A US account number: up to 17 digits, and nothing in it to check."""
    number = plain(text)
    return Verdict(number, "" if US_ACCOUNT.fullmatch(number) else "an account number has up to 17 digits")


def check_sort_code(text: str) -> Verdict:
    """A British sort code: six digits."""
    number = plain(text)
    is_one = re.fullmatch(r"[0-9]{6}", number) and number != "000000"
    return Verdict(number, "" if is_one else "a sort code has six digits, such as 20-71-45")


def check_uk_account(text: str) -> Verdict:
    """A British account number: eight digits; shorter ones of old are filled up with zeros in front."""
    number = plain(text)
    if not re.fullmatch(r"[0-9]{6,8}", number):
        return Verdict(number, "a British account number has eight digits")
    return Verdict(number.zfill(8))


def bank_of_iban(number: str) -> Bank:
    """The bank of a valid IBAN; what the registry does not know stays empty."""
    from schwifty import IBAN

    iban = IBAN(number)
    bic = str(iban.bic or "")
    return Bank(bic, iban.bank_name or "", iban.country_code, iban.in_sepa_zone)


def bank_name_of_bic(number: str) -> str:
    """The name of a bank by its valid BIC, where the registry knows it."""
    from schwifty import BIC

    return next(iter(BIC(number).bank_names), "")


def last_four(number: str) -> str:
    """What of a number may be shown: its last four characters; of a short one at most half."""
    return number[-min(4, len(number) // 2) :] if len(number) > 1 else ""
