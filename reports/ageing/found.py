"""What an ageing shows: of one company a page of rows, or all companies of its reader beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from customers.access import owners_seen
from ledger.money import round_money
from office.access import companies_for
from office.models import Company
from office.rates.exchange import kept_rate
from office.written import plain_day
from reports.ageing.asking import GROUP
from reports.ageing.question import AgeingQuestion
from reports.ageing.reading import AgeingRow, Place, ageing, together
from reports.frame import Asked, Proof

FOOTS = "columns add up to the total, and the total to the receivable account"


@dataclass(frozen=True)
class Found:
    """A page of rows, the totals, what proves them, and what else there is to say."""

    rows: list[AgeingRow]
    totals: list[AgeingRow]
    proofs: list[Proof]
    next: str = ""
    said: str = ""


def of_one(asked: Asked, question: AgeingQuestion) -> Found:
    """What one company's customers owed."""
    found = ageing(question, after=_place(asked.after), limit=asked.limit)
    following = _mark(found.rows[-1]) if found.has_more else ""
    proofs = proofs_of({row.currency: row.total for row in found.totals}, found.control, f"The {FOOTS}")
    return Found(found.rows, found.totals, proofs if question.is_whole else [], following)


def of_companies(asked: Asked, question: AgeingQuestion) -> Found:
    """A row for each company of the reader; all are few, and on one page.

    In one currency, that of the company worked in, each figure is worth what that company's rate of the day says, and
    is rounded; a company without a rate stands in its own.
    """
    rows: list[AgeingRow] = []
    proofs: list[Proof] = []
    said = ""
    for company in companies_for(asked.reader).order_by("legal_name", "pk"):
        own, owners = company.currency if question.own else "", owners_seen(asked.reader, company)
        of_it = replace(question, company_id=company.pk, owner_ids=owners, own=own)
        found = ageing(of_it, limit=0)
        name = company.legal_name
        totals = [row._replace(id=company.pk, name=name) for row in found.totals]
        sums = {row.currency: row.total for row in found.totals}
        proofs += proofs_of(sums, found.control, f"{name}: the {FOOTS}") if question.is_whole else []
        if asked.values["amounts"] == GROUP and company.currency != asked.company.currency and totals:
            totals, words = _in_currency_of(asked.company, company, totals, question)
            said += f" {words}"
        rows += totals
    currencies = sorted({row.currency for row in rows})
    totals = [together([row for row in rows if row.currency == currency]) for currency in currencies]
    return Found(rows, totals, proofs, said=said)


def _in_currency_of(
    shown: Company, company: Company, rows: list[AgeingRow], question: AgeingQuestion
) -> tuple[list[AgeingRow], str]:
    """A company's rows at another one's rate of the day, and that rate in words; as they are where there is none."""
    rate = kept_rate(shown, company.currency, question.on)
    if rate is None:
        day = plain_day(question.on)
        return rows, f"{shown} keeps no rate of {company.currency} for {day}: {company.legal_name} stands in its own."
    words = f"1 {company.currency} is {rate.normalize():f} {shown.currency}."
    return [_worth(row, rate, shown.currency) for row in rows], words


def _worth(row: AgeingRow, rate: Decimal, currency: str) -> AgeingRow:
    def worth(amount: Decimal) -> Decimal:
        return round_money(amount * rate, currency)

    columns = {key: worth(amount) for key, amount in row.columns.items()}
    return row._replace(
        currency=currency,
        columns=columns,
        total=sum(columns.values(), Decimal(0)),
        disputed=worth(row.disputed),
        planned=worth(row.planned),
        promised=worth(row.promised),
        is_converted=True,
    )


def proofs_of(sums: Mapping[str, Decimal], control: Mapping[str, Decimal], words: str) -> list[Proof]:
    """That sums by currency are what the receivable account says."""
    return [
        Proof(words, control.get(currency, Decimal(0)) - sums.get(currency, Decimal(0)), currency)
        for currency in sorted({*sums, *(currency for currency, amount in control.items() if amount)})
    ]


def _mark(row: AgeingRow) -> str:
    return f"{row.id}:{row.currency}:{row.order}"


def _place(mark: str) -> Place | None:
    part_id, _, rest = mark.partition(":")
    currency, _, order = rest.partition(":")
    return (order, int(part_id), currency) if is_id(part_id) else None


def is_id(text: str) -> bool:
    """Whether a text is written as an id of a row."""
    return text.isascii() and text.isdigit() and len(text) < 19
