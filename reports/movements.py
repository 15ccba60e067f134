"""What raised and what lowered the customers' debts: each open item as the movement that it was.

The movements of some days are what the receivable account changed by in them, so every sum here is proved by the book.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ledger.balances import control_balance
from ledger.models import ItemKind
from reports.frame import Asked, Proof

FAMILIES = {
    "billed": "Billed",
    "charged": "Interest and fees",
    "opening": "Opening balances",
    "credited": "Credit memos",
    "voided": "Voided",
    "uncredited": "Credit memos voided",
    "waived": "Charges waived",
    "collected": "Collected",
    "withheld": "Tax withheld",
    "returned": "Payments taken back",
    "refunded": "Refunded",
    "written_off": "Written off",
    "restored": "Write-offs taken back",
    "recovered": "Recovered debts",
    "exchanged": "Currency exchanged",
    "other": "Other",
}
OF_KIND = {
    ItemKind.INVOICE: "billed",
    ItemKind.DEBIT_NOTE: "billed",
    ItemKind.FEE: "charged",
    ItemKind.INTEREST: "charged",
    ItemKind.OPENING: "opening",
    ItemKind.CREDIT_MEMO: "credited",
    ItemKind.PAYMENT: "collected",
    ItemKind.WITHHOLDING: "withheld",
    ItemKind.REFUND: "refunded",
    ItemKind.WRITE_OFF: "written_off",
    ItemKind.RECOVERY: "recovered",
    ItemKind.EXCHANGE: "exchanged",
}
OF_REVERSED = {
    "issue_invoice": "voided",
    "claim_late_charges": "waived",
    "record_receipt": "returned",
    "refund_credit": "refunded",
    "write_off": "restored",
    "write_off_tolerance": "restored",
    "write_off_bank_fee": "restored",
    "record_recovery": "recovered",
    "exchange_receipt": "exchanged",
    "load_opening": "opening",
}
"""A reversal counts by the kind of the entry that it takes back; of another kind it is other."""


def _case(of: str, families: Mapping[Any, str]) -> str:
    """The family by a kind."""
    cases = " ".join(f"WHEN '{kind}' THEN '{family}'" for kind, family in families.items())
    return f"CASE {of} {cases} ELSE 'other' END"


REVERSED = f"""CASE WHEN EXISTS (SELECT FROM ledger_openitem w WHERE w.entry_id = o.id AND w.kind = 'withholding')
    THEN 'withheld' WHEN o.kind = 'issue_invoice' AND i.amount > 0 THEN 'uncredited'
    ELSE {_case("o.kind", OF_REVERSED)} END"""
"""The family of a reversal; tax withheld is no payment that came in, so taking it back is none that went, and what a
credit memo took off is no sale when it comes back."""
IN_DAYS = """
    i.company_id = %(company_id)s AND i.dated_on BETWEEN %(first_day)s AND %(last_day)s
    AND (%(owner_ids)s::bigint[] IS NULL
        OR i.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))
"""
FIGURES = "i.id, i.entry_id, i.customer_id, i.dated_on, i.currency, i.amount, i.company_amount"


def movements_sql() -> str:
    """The movements of some days and customers, by the index of days alone but for the few reversals.

    Parameters as `Days.parameters`.
    """
    return f"""
        SELECT {FIGURES}, {_case("i.kind", OF_KIND)} AS family
        FROM ledger_openitem i WHERE {IN_DAYS} AND i.kind <> 'reversal'
        UNION ALL
        SELECT {FIGURES}, {REVERSED}
        FROM ledger_openitem i JOIN ledger_entry e ON e.id = i.entry_id JOIN ledger_entry o ON o.id = e.reverses_id
        WHERE {IN_DAYS} AND i.kind = 'reversal'
    """  # noqa: S608  our own names


def named_movements_sql() -> str:
    """The same with each one's number and who entered it, for a page of them."""
    family = f"CASE i.kind WHEN 'reversal' THEN {REVERSED} ELSE {_case('i.kind', OF_KIND)} END"
    return f"""
        SELECT {FIGURES}, {family} AS family, e.by_id, i.reference
        FROM ledger_openitem i JOIN ledger_entry e ON e.id = i.entry_id
        LEFT JOIN ledger_entry o ON o.id = e.reverses_id AND i.kind = 'reversal'
        WHERE {IN_DAYS}
    """  # noqa: S608  our own names


@dataclass(frozen=True)
class Days:
    """Whose movements, in which days, and of whose customers."""

    company_id: int
    first_day: date
    last_day: date
    owner_ids: list[int] | None = None

    @classmethod
    def of(cls, asked: Asked) -> "Days":
        """The days of a question."""
        return cls(asked.company.pk, asked.values["first_day"], asked.values["last_day"], asked.owner_ids)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the statement is given."""
        return dict(vars(self))


def changes(days: Days) -> dict[str, tuple[Decimal, Decimal]]:
    """The receivable account by currency: at the end of the day before, and of the last day."""
    before = control_balance(days.company_id, days.first_day - timedelta(days=1))
    after = control_balance(days.company_id, days.last_day)
    nothing = (Decimal(0), Decimal(0))
    return {
        currency: (before.get(currency, nothing)[0], after.get(currency, nothing)[0])
        for currency in sorted({*before, *after})
    }


def proofs(days: Days, sums: Mapping[str, Decimal]) -> list[Proof]:
    """Whether the movements are what the receivable account changed by, in each currency."""
    changed = changes(days)
    return [
        Proof(
            "What was owed before, and the movements, add up to the receivable account",
            changed.get(currency, (Decimal(0), Decimal(0)))[1]
            - changed.get(currency, (Decimal(0), Decimal(0)))[0]
            - sums.get(currency, Decimal(0)),
            currency,
        )
        for currency in sorted({*changed, *sums})
    ]


NOT_COMPARED = "A part of the book: not compared with the receivable account."
