"""What is owed and banked in foreign currencies at a month's end: as the book carries it, and at that day's rate."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from ledger.day_sums import balances_on
from ledger.models import Account, AccountRole
from ledger.money import round_money
from office.models import Company
from office.rates.exchange import kept_rate
from payments.models import Revaluation

MONETARY = (AccountRole.RECEIVABLE, AccountRole.BANK)


@dataclass(frozen=True)
class Worth:
    """A currency at a month's end; `rate` is none where none is kept. `entered` is what was entered for it already."""

    currency: str
    balance: Decimal
    carried: Decimal
    rate: Decimal | None
    worth: Decimal | None
    entered: Decimal

    @property
    def missing(self) -> Decimal | None:
        """What is still to be entered."""
        return None if self.worth is None else self.worth - self.carried - self.entered


def month_end(month: date) -> date:
    """The last day of a day's month."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def worth_on(company: Company, on: date) -> list[Worth]:
    """Each foreign currency in which something is owed, banked or was revalued that day."""
    accounts = Account.objects.filter(company_id=company.pk, role__in=MONETARY).values_list("pk", flat=True)
    balances: dict[str, tuple[Decimal, Decimal]] = {}
    for row in balances_on(accounts, on):
        if row.currency != company.currency:
            amount, own = balances.get(row.currency, (Decimal(0), Decimal(0)))
            balances[row.currency] = (amount + row.amount, own + row.company_amount)
    balances = {currency: sums for currency, sums in balances.items() if any(sums)}
    rows = Revaluation.objects.filter(company=company, on=on).order_by().values_list("currency")
    entered = dict(rows.annotate(Sum("difference")))
    nothing = (Decimal(0), Decimal(0))
    return [
        _worth(company, name, *balances.get(name, nothing), entered.get(name, Decimal(0)), on)
        for name in sorted({*balances, *entered})
    ]


def _worth(company: Company, currency: str, balance: Decimal, carried: Decimal, entered: Decimal, on: date) -> Worth:
    rate = kept_rate(company, currency, on)
    worth = None if rate is None else round_money(balance * rate, company.currency)
    return Worth(currency, balance, carried, rate, worth, entered)
