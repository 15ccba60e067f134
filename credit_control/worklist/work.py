"""A customer who is to be asked, and why, in words."""

from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal

from credit_control.promises import PromiseWithState
from ledger.money import format_money, round_money
from office.written import plain_day

SURE_LOSS = 90
"""Days past what is usual for somebody after which all of it is at risk."""
LEAST = 9
"""Of these days, as many as count from the first day on."""
MORE_FOR_LEADS = 45
"""Of these days, how many count besides where a promise or plan was not kept."""


@dataclass
class Work:
    """A customer of whom something is late; amounts in the company's currency."""

    customer_id: int
    currency: str
    name: str
    number: str
    sort_name: str
    collector_id: int | None
    collector: str | None
    next_contact_on: date | None
    overdue: Decimal
    oldest_due: date
    disputed: Decimal
    promised: Decimal
    days_late: int
    _: KW_ONLY
    promises: list[PromiseWithState]
    plans: list[str]
    unapplied: Decimal = Decimal(0)
    usual_days: int | None = None
    final_on: date | None = None
    is_bounced: bool = False
    held: str = ""
    noted_on: date | None = None

    @property
    def askable(self) -> Decimal:
        """What is late and neither disputed nor promised, less what they paid or were credited that settles nothing."""
        return max(self.overdue - self.disputed - self.promised - self.unapplied, Decimal(0))

    @property
    def leads(self) -> bool:
        """Whether what they said or agreed on was not kept."""
        return bool(self.promises or self.plans)

    @property
    def days_at_risk(self) -> int:
        """How far it is past the day on which they usually pay, from `LEAST` to `SURE_LOSS`, more after a lie."""
        past_usual = self.days_late - max(self.usual_days or 0, 0)
        days = min(max(past_usual, LEAST), SURE_LOSS)
        return min(days + MORE_FOR_LEADS, SURE_LOSS) if self.leads else days

    @property
    def at_risk(self) -> Decimal:
        """What is at risk."""
        return self.askable * self.days_at_risk / SURE_LOSS

    @property
    def place(self) -> tuple[bool, Decimal, str, int]:
        """What they are put in order by."""
        return (not self.leads, -self.askable * self.days_at_risk, self.sort_name, self.customer_id)

    @property
    def reasons(self) -> list[str]:
        """Why now, in words."""
        found = [*self.plans]
        found += [
            f"Promise of {format_money(each.amount, each.currency)} for {plain_day(each.pay_on)} "
            f"{'kept in part' if each.state == 'part_kept' else 'broken'}"
            for each in self.promises
        ]
        found.append(f"Oldest {self.days_late} day{'s' * (self.days_late != 1)} late")
        if self.usual_days is not None:
            found.append(_habit(self.usual_days))
        if self.final_on:
            found.append(f"Final notice of {plain_day(self.final_on)}")
        if self.held:
            found.append(f"On hold: {self.held}")
        if self.is_bounced:
            found.append("Mail to them came back")
        for amount, words in (
            (self.disputed, "disputed"),
            (self.promised, "promised"),
            (self.unapplied, "not applied"),
        ):
            if amount:
                found.append(f"{format_money(round_money(amount, self.currency), self.currency)} {words}")
        return found


def _habit(days: int) -> str:
    if days <= 0:
        return "usually pays in time"
    return f"usually pays {days} day{'s' * (days != 1)} late"
