"""Why something is corrected, written off or disputed: the reasons a company chooses from, and how one is printed."""

from billing.models import ReasonCode, ReasonPurpose
from ledger.refusals import Refused
from office.models import Company
from office.reasons import required_reason

USUAL = {
    "wrong_price": "Wrong price",
    "returned": "Goods returned",
    "damaged": "Damaged or faulty",
    "not_delivered": "Not delivered",
    "duplicate": "Billed twice",
    "wrong_customer": "Wrong customer or address",
    "discount": "Discount agreed later",
    "goodwill": "Goodwill",
    "early_payment": "Early-payment discount",
}
USUAL_WRITE_OFFS = {
    "insolvent": "Insolvency",
    "not_found": "Customer cannot be found",
    "time_barred": "Time-barred",
    "settled": "Settled for less",
    "not_worth_it": "Collecting costs more",
    "small_rest": "Small remainder",
}
USUAL_DISPUTES = {
    "price_disputed": "Price differs from what was agreed",
    "quantity_disputed": "Less was delivered",
    "not_received": "Nothing was delivered",
    "quality_disputed": "Goods or work faulty",
    "duplicate_disputed": "Billed twice",
    "not_ordered": "Not ordered",
    "other_disputed": "Another reason",
    "unknown_deduction": "Deduction without a word",
}
BY_PURPOSE = {
    ReasonPurpose.CORRECTION: USUAL,
    ReasonPurpose.WRITE_OFF: USUAL_WRITE_OFFS,
    ReasonPurpose.DISPUTE: USUAL_DISPUTES,
}
"""What a new company begins with."""


def add_usual_reasons(company: Company) -> None:
    """Give a company the reasons that most have; those it has stay as they are."""
    rows = [
        ReasonCode(company=company, purpose=purpose, code=code, words=words)
        for purpose, reasons in BY_PURPOSE.items()
        for code, words in reasons.items()
    ]
    ReasonCode.objects.bulk_create(rows, ignore_conflicts=True)


def reason_choices(company: Company, purpose: str = ReasonPurpose.CORRECTION) -> list[tuple[int, str]]:
    """The reasons that a company offers for a purpose, to choose from."""
    offered = ReasonCode.objects.filter(company=company, purpose=purpose, is_active=True)
    return list(offered.values_list("pk", "words"))


def chosen_reason(company: Company, code_id: int | None, purpose: str = ReasonPurpose.CORRECTION) -> ReasonCode | None:
    """The reason of that id, if one was chosen. Raises Refused for what the company does not offer."""
    if code_id is None:
        return None
    code = ReasonCode.objects.filter(company=company, pk=code_id, purpose=purpose, is_active=True).first()
    if code is None:
        raise Refused("That reason is not among those this company offers.", code="unknown_reason")
    return code


def printed_reason(code: ReasonCode | None, typed: str, missing: str) -> str:
    """A reason as a document prints it: the code's words and what was typed. Raises Refused where both are empty."""
    words = [code.words] if code else []
    return required_reason(": ".join([*words, typed.strip()] if typed.strip() else words), missing)
