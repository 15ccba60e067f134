"""Who we are when we debit: the SEPA creditor identifier, with its check digits, and the ACH company id."""

import re

from ledger.refusals import Refused

FORM = re.compile(r"([A-Z]{2})([0-9]{2})([A-Z0-9]{3})([A-Z0-9]{1,28})")


def required_creditor_identifier(text: str) -> str:
    """The identifier without blanks. Raises Refused for what cannot be one (EPC262-08, check digits by ISO 7064)."""
    plain = re.sub(r"[\s.\-]", "", text).upper()
    form = FORM.fullmatch(plain)
    if not form:
        raise Refused("A creditor identifier looks like DE98ZZZ09999999999.", code="bad_creditor_identifier")
    country, digits, _business_code, national = form.groups()
    if int("".join(str(int(sign, 36)) for sign in f"{national}{country}{digits}")) % 97 != 1:
        raise Refused(
            f"The check digits of {plain} do not fit: look for a mistyped one.", code="bad_creditor_identifier"
        )
    return plain


def required_ach_company_id(text: str) -> str:
    """The company id of an ACH file. Raises Refused unless it has ten letters and digits."""
    plain = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{10}", plain):
        raise Refused("An ACH company id has ten letters and digits.", code="bad_ach_company_id")
    return plain
