from django.db import transaction

from billing.models import ReasonCode, ReasonPurpose
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

LONGEST_CODE, LONGEST_WORDS = 20, 100


@transaction.atomic
def add_reason(
    company: Company, code: str, words: str, *, by: User | None, purpose: str = ReasonPurpose.CORRECTION
) -> ReasonCode:
    """A reason to choose from for corrections or another purpose. Raises Refused for an empty or a known code."""
    code, words = code.replace("\0", "").strip(), words.replace("\0", "").strip()
    if not 0 < len(code) <= LONGEST_CODE or not 0 < len(words) <= LONGEST_WORDS:
        raise Refused(
            f"A reason has a code of up to {LONGEST_CODE} and words of up to {LONGEST_WORDS} letters.",
            code="bad_reason",
        )
    if purpose not in ReasonPurpose.values:
        raise Refused("There is no such purpose of a reason.", code="bad_reason")
    values = {"words": words, "purpose": purpose}
    reason, is_new = ReasonCode.objects.get_or_create(company=company, code=code, defaults=values)
    if not is_new:
        raise Refused(f"There is a reason with the code {code}: {reason}.", code="reason_exists")
    record(by, "add_reason", reason, after={"code": code} | values)
    return reason


@transaction.atomic
def retire_reason(reason_id: int, *, by: User | None) -> ReasonCode:
    """Offer a reason no more; documents that carry it keep it."""
    reason = ReasonCode.objects.select_for_update(no_key=True).get(pk=reason_id)
    if reason.is_active:
        reason.is_active = False
        reason.save(update_fields=["is_active"])
        record(by, "retire_reason", reason)
    return reason
