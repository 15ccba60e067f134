"""Payments, debts and what bears on them as plain values, and what matching reads them as."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from payments.matching.certainty import Policy, certain_of
from payments.matching.facts import Debt, Evidence, Payment, Proposal, Sign
from payments.matching.weighing import weigh
from payments.matching.words import words_in

DAY = date(2026, 3, 2)
OURS, THEIRS = 1, 2
NAME = {OURS: {Sign.NAME: "has the payer's name"}}
ACCOUNT = {OURS: {Sign.ACCOUNT: "paid from this account before"}}


def debt(pk: int, amount: str, customer_id: int = OURS, **more: Any) -> Debt:
    dated_on, due_on = date(2026, 1, 1 + pk % 28), date(2026, 2, 1 + pk % 28)
    return Debt(pk, customer_id, f"INV-2026-{pk:04}", Decimal(amount), dated_on, due_on, **more)


def paid(amount: str, text: str = "") -> Payment:
    return Payment(1, Decimal(amount), "EUR", DAY, words_in([text]))


def read(
    payment: Payment,
    debts: list[Debt],
    named: Mapping[int, Sign] | None = None,
    payers: Mapping[int, Mapping[Sign, str]] | None = None,
    **more: Any,
) -> list[Proposal]:
    """What is proposed where these debts are named and these customers known to have paid; `more` is other evidence."""
    evidence = Evidence(**more)
    for each in debts:
        if named and each.id in named:
            evidence.named[each.customer_id][each.id] = named[each.id]
    for customer_id, signs in (payers or {}).items():
        evidence.payers[customer_id] = dict(signs)
    of_customers: dict[int, list[Debt]] = {}
    for each in debts:
        of_customers.setdefault(each.customer_id, []).append(each)
    return weigh(payment, evidence, of_customers)


def told(proposal: Proposal) -> list[tuple[int, str]]:
    """By open item, what a proposal settles of it."""
    return [(share.debt.id, f"{share.amount:f}") for share in proposal.shares]


def rule_of(proposals: list[Proposal], amount: str, **policy: Any) -> str | None:
    """By which rule a payment of so much applies without a person."""
    certain = certain_of(proposals, paid(amount), Policy(**policy))
    return certain and certain[0]
