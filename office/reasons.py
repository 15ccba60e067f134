"""Why somebody corrected something: said by a person, kept with what they did."""

from ledger.refusals import Refused
from office.card_numbers import without_card_numbers

LONGEST = 300


def required_reason(reason: str, missing: str) -> str:
    """The reason, trimmed. Raises Refused for none, in the words given, and for one that is too long to keep."""
    if not (reason := optional_reason(reason)):
        raise Refused(missing, code="reason_missing")
    return reason


def optional_reason(reason: str) -> str:
    """The reason, trimmed, or nothing. Raises Refused for one that is too long to keep."""
    reason = without_card_numbers(reason.replace("\0", "").strip())
    if len(reason) > LONGEST:
        raise Refused(f"A reason has at most {LONGEST} characters.", code="reason_too_long")
    return reason
