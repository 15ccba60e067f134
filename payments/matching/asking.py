"""Proposals for bank lines, and what of them is certain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from office.models import Company
from payments.bank import LineWithLeft, with_left
from payments.matching.certainty import Policy, certain_of
from payments.matching.facts import Payment, Proposal
from payments.matching.gathering import gather, payments_of
from payments.matching.names import Names
from payments.matching.weighing import weigh
from payments.models import BankLine, MatchPolicy

RULES = ("reference", "number_and_payer", "payer_and_amount", "advice", "part_payments", "discounts", "most")


@dataclass(frozen=True)
class Certain:
    """A payment that needs no person: by which rule, and what it settles."""

    payment: Payment
    rule: str
    proposal: Proposal


def match_policy_of(company: Company) -> MatchPolicy:
    """What a company lets apply unattended, or what is usual."""
    return MatchPolicy.objects.filter(company=company).first() or MatchPolicy(company=company)


def rules_of(policy: MatchPolicy) -> Policy:
    """The policy as matching takes it."""
    return Policy(**{name: getattr(policy, name) for name in RULES})


def waiting_lines(company: Company) -> QuerySet[LineWithLeft]:
    """The lines of money in of which something is left to match."""
    return with_left(BankLine.objects.filter(bank_account__company=company)).filter(left__gt=Decimal(0))


def read_lines(company: Company, lines: QuerySet[BankLine], names: Names) -> Iterator[tuple[Payment, list[Proposal]]]:
    """Each line of which something is left, the oldest first, with all that it may be."""
    payments = sorted(payments_of(lines), key=lambda payment: (payment.booked_on, payment.line_id))
    gathered = gather(company.pk, payments, names)
    for payment in payments:
        yield payment, weigh(payment, gathered.evidence[payment.line_id], gathered.debts_for(payment))


def certain_among(read: Iterable[tuple[Payment, list[Proposal]]], policy: MatchPolicy) -> list[Certain]:
    """Those that apply without a person; of several that want the same item only the first, the others want a look."""
    rules = rules_of(policy)
    taken: set[int] = set()
    found = []
    for payment, proposals in read:
        certain = certain_of(proposals, payment, rules)
        if certain is None:
            continue
        items = {share.debt.id for share in certain[1].shares}
        if not items & taken:
            found.append(Certain(payment, *certain))
        taken |= items
    return found
