"""How reasons and ends of disputes are told to customers, in their language."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import DisputeOutcome, ReasonCode, ReasonPurpose
from billing.reason_codes import USUAL_DISPUTES
from office.models import Company

REASON_WORDS: dict[str, Promise] = {
    "price_disputed": _("The price is not what was agreed"),
    "quantity_disputed": _("Less arrived than was billed"),
    "not_received": _("Nothing arrived"),
    "quality_disputed": _("The goods or the work were faulty"),
    "duplicate_disputed": _("It was billed twice"),
    "not_ordered": _("I did not order this"),
    "other_disputed": _("Something else"),
}
"""The usual reasons, by code; a company's own are told in its words."""
OUTCOME_WORDS: dict[str, Promise] = {
    DisputeOutcome.CREDIT_MEMO: _("We credited it"),
    DisputeOutcome.PRICE_CORRECTION: _("We corrected the price"),
    DisputeOutcome.REFUSED: _("We cannot agree"),
    DisputeOutcome.REBILLED: _("We credited it and bill it anew"),
    DisputeOutcome.WITHDRAWN: _("It is settled"),
}
OURS_ALONE = {"unknown_deduction"}
"""Codes that nobody would choose about themselves."""


def reason_in_words(code: ReasonCode) -> str:
    """A reason as the customer reads it."""
    is_usual = code.words == USUAL_DISPUTES.get(code.code)
    return str(REASON_WORDS.get(code.code, code.words)) if is_usual else code.words


def reasons_for_customers(company: Company) -> Iterable[tuple[int, str]]:
    """The reasons that a customer may choose, the usual ones in the order of the table above."""
    codes = ReasonCode.objects.filter(company=company, purpose=ReasonPurpose.DISPUTE, is_active=True)
    places = {code: place for place, code in enumerate(REASON_WORDS)}
    last = places["other_disputed"]
    offered = [code for code in codes if code.code not in OURS_ALONE]
    offered.sort(key=lambda code: (code.code == "other_disputed", places.get(code.code, last), code.words))
    return [(code.pk, reason_in_words(code)) for code in offered]
