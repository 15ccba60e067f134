"""What a bank line probably pays, and why, for a person to accept or not. Nothing here applies anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.models import Customer
from payments.matching.asking import read_lines
from payments.matching.facts import Proposal
from payments.matching.names import names_near
from payments.models import BankLine

MOST = 3


@dataclass(frozen=True)
class Suggestion:
    """A proposal with the customer it is of."""

    customer: Customer
    proposal: Proposal


def proposals_for(line: BankLine) -> list[Suggestion]:
    """The likeliest readings of what is left of a line of money in, the likeliest first; at most three."""
    return suggestions_for([line]).get(line.pk, [])


def suggestions_for(lines: Sequence[BankLine]) -> dict[int, list[Suggestion]]:
    """The likeliest readings of lines of one company, by line, with as many queries as for one."""
    if not lines:
        return {}
    company = lines[0].bank_account.company
    names = names_near(company.pk, {line.party_name for line in lines})
    chosen = BankLine.objects.filter(pk__in=[line.pk for line in lines])
    read = [(payment.line_id, found[:MOST]) for payment, found in read_lines(company, chosen, names)]
    customers = Customer.objects.in_bulk({each.customer_id for _, found in read for each in found})
    return {line_id: [Suggestion(customers[each.customer_id], each) for each in found] for line_id, found in read}


def reasons_for(line: BankLine, customer_id: int, shares: Mapping[int, Decimal]) -> tuple[str, ...]:
    """The reasons of the proposal that a person took, by its shares of items; none for what they chose by hand."""
    for each in proposals_for(line):
        proposal = each.proposal
        if proposal.customer_id == customer_id and {s.debt.id: s.amount for s in proposal.shares} == shares:
            return proposal.reasons
    return ()
