"""Why invoices are corrected: the reasons that a company chooses from, and how one is printed."""

from billing.models import ReasonCode
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
"""What a new company begins with."""


def add_usual_reasons(company: Company) -> None:
    """Give a company the reasons that most have; those it has stay as they are."""
    rows = [ReasonCode(company=company, code=code, words=words) for code, words in USUAL.items()]
    ReasonCode.objects.bulk_create(rows, ignore_conflicts=True)


def reason_choices(company: Company) -> list[tuple[int, str]]:
    """The reasons that a company offers, to choose from."""
    return list(ReasonCode.objects.filter(company=company, is_active=True).values_list("pk", "words"))


def chosen_reason(company: Company, code_id: int | None) -> ReasonCode | None:
    """The reason of that id, if one was chosen. Raises Refused for what the company does not offer."""
    if code_id is None:
        return None
    code = ReasonCode.objects.filter(company=company, pk=code_id, is_active=True).first()
    if code is None:
        raise Refused("That reason is not among those this company offers.", code="unknown_reason")
    return code


def printed_reason(code: ReasonCode | None, typed: str, missing: str) -> str:
    """A reason as a document prints it: the code's words and what was typed. Raises Refused where both are empty."""
    words = [code.words] if code else []
    return required_reason(": ".join([*words, typed.strip()] if typed.strip() else words), missing)
