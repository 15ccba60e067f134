"""Who has probably paid already: money in the bank queue that nobody has matched yet."""

from ledger.money import format_money
from office.models import Company
from office.written import plain_day
from payments.matching.asking import read_lines, waiting_lines
from payments.matching.names import all_names


def customers_in_the_queue(company: Company) -> dict[int, str]:
    """The customers whom any proposal of a waiting bank line names, each with a line in words."""
    found: dict[int, str] = {}
    lines = waiting_lines(company)
    if not lines.exists():
        return found
    for payment, proposals in read_lines(company, lines, all_names(company.pk)):
        for proposal in proposals:
            words = (
                f"A payment of {format_money(payment.left, payment.currency)} of {plain_day(payment.booked_on)}"
                " waits in the bank queue."
            )
            found.setdefault(proposal.customer_id, words)
    return found
