"""Which proposal needs no person: what a company lets apply unattended, each rule with the signs that it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payments.matching.facts import DOCUMENT_SIGNS, PAYER_SIGNS, Fit, Payment, Proposal, Sign


@dataclass(frozen=True)
class Policy:
    """What may apply unattended; `most` is the greatest amount, none for any."""

    reference: bool = True
    """A reference with check digits, and the exact amount."""
    number_and_payer: bool = True
    """Numbers as whole words, who paid, and the exact amount."""
    payer_and_amount: bool = False
    """Who paid, and an amount that fits one item of theirs and nothing else."""
    part_payments: bool = False
    """As the first two, but less than is open."""
    discounts: bool = True
    """Where the early-payment discount explains the difference, in time."""
    advice: bool = False
    """What the payer's remittance advice says, of just that amount, with nothing taken off but discounts in time."""
    most: Decimal | None = None


def certain_of(proposals: Sequence[Proposal], payment: Payment, policy: Policy) -> tuple[str, Proposal] | None:
    """The rule by which the first proposal applies without a person, and the proposal; None where a person looks."""
    if not proposals or (policy.most is not None and payment.left > policy.most):
        return None
    if any(Sign.FOREIGN_NUMBER in each.signs for each in proposals):
        return None
    best, *others = proposals
    rule = _rule_of(best, policy) or ("advice" if _is_advised(best, policy) else None)
    if rule is None or best.rests or not best.shares or best.rest or _is_spoken_against(rule, best, others):
        return None
    return rule, best


def _rule_of(best: Proposal, policy: Policy) -> str | None:
    if not _fits(best, policy):
        return None
    if policy.reference and Sign.REFERENCE in best.signs:
        return "reference"
    if not best.signs & PAYER_SIGNS:
        return None
    if policy.number_and_payer and Sign.NUMBER in best.signs:
        return "number_and_payer"
    if policy.payer_and_amount and best.is_only_fit and best.fit in (Fit.EXACT, Fit.DISCOUNTED):
        return None if best.signs & {Sign.SETTLED_NUMBER, Sign.LIKE_NUMBER} else "payer_and_amount"
    return None


def _is_advised(best: Proposal, policy: Policy) -> bool:
    advice = best.advice
    if not policy.advice or advice is None or advice.takes_credit:
        return False
    is_allowed = policy.discounts or not any(share.discount for share in best.shares)
    return is_allowed and (advice.is_named or bool(best.signs & PAYER_SIGNS))


def _fits(best: Proposal, policy: Policy) -> bool:
    if best.fit == Fit.PART:
        return policy.part_payments and best.named == 1
    if not best.is_only_fit:
        return False
    return best.fit in (Fit.EXACT, Fit.SET) or (best.fit == Fit.DISCOUNTED and policy.discounts)


def _is_spoken_against(rule: str, best: Proposal, others: Sequence[Proposal]) -> bool:
    """Whether another customer is named as well, or may have paid just as likely, or has a sign that this one lacks."""
    for other in others:
        if Sign.ADVICE in other.signs and (other.advice or best.advice is None):
            return True
        if other.customer_id == best.customer_id:
            if best.advice and other.signs & DOCUMENT_SIGNS and other.fit >= Fit.SET:
                return True
            if best.fit == Fit.PART and other.fit >= Fit.SET:
                return True
            continue
        if other.signs & DOCUMENT_SIGNS:
            return True
        if other.signs >= best.signs and other.fit >= Fit.SET:
            return True
        against = other.signs - best.signs
        if rule == "reference":
            against &= DOCUMENT_SIGNS
        if against - {Sign.AMOUNT, Sign.LIKE_NUMBER}:
            return True
    return False
