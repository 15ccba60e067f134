"""All that bears on many bank lines, with one query for each kind of evidence however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from billing.early_payment import early_discounts
from ledger.models import ItemKind, OpenItem
from payments.bank import with_left
from payments.matching.advices import ADVISED, advices_of, parameters
from payments.matching.facts import Debt, Debts, Evidence, Payment, Sign
from payments.matching.names import Names
from payments.models import BankLine

MOST_NAMED = 200
"""Open items of one line; a text that names more names nothing."""
NAMED = """
    SELECT line.id, word.sign, item.customer_id, item.id, item.reference, item.balance,
        item.currency <> line.currency
    FROM payments_bankline line
    CROSS JOIN LATERAL (
        SELECT unnest(line.words), %(number)s UNION ALL SELECT unnest(line.checked_numbers), %(reference)s
    ) AS word (word, sign)
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_openitem
        WHERE company_id = %(company)s AND amount > 0 AND kind = ANY (%(kinds)s)
          AND regexp_replace(upper(reference), '[^A-Z0-9]', '', 'g') = word.word
        OFFSET 0
    ) AS item
    WHERE line.id = ANY (%(lines)s) AND (item.balance = 0 OR item.dated_on <= line.booked_on)
  UNION ALL
    SELECT line.id, %(reference)s, item.customer_id, item.id, item.reference, item.balance,
        item.currency <> line.currency
    FROM payments_bankline line
    CROSS JOIN unnest(line.checked_documents) AS document
    CROSS JOIN LATERAL (
        SELECT item.* FROM billing_invoice invoice JOIN ledger_openitem item ON item.entry_id = invoice.entry_id
        WHERE invoice.id = document AND invoice.company_id = %(company)s AND item.amount > 0
        OFFSET 0
    ) AS item
    WHERE line.id = ANY (%(lines)s) AND (item.balance = 0 OR item.dated_on <= line.booked_on)
"""
"""OFFSET keeps the planner to one look-up by index for each word, whatever it believes of tables that are new to it."""
BY_ACCOUNT = """
    SELECT seen.line, payer.customer_id
    FROM unnest(%(lines)s::bigint[], %(accounts)s::text[]) AS seen (line, account)
    JOIN payments_payeraccount payer
      ON payer.company_id = %(company)s AND payer.account = seen.account AND payer.removed_at IS NULL
"""
BY_AMOUNT = """
    SELECT paid.line, item.customer_id
    FROM unnest(%(lines)s::bigint[], %(amounts)s::numeric[], %(currencies)s::text[], %(days)s::date[])
         AS paid (line, amount, currency, day)
    JOIN ledger_openitem item
      ON item.company_id = %(company)s AND item.balance > 0 AND item.balance = paid.amount
     AND item.currency = paid.currency AND item.dated_on <= paid.day
"""
TOLD = """
    SELECT paid.line, notice.customer_id, invoice.number, notice.told_on
    FROM unnest(%(lines)s::bigint[], %(amounts)s::numeric[], %(currencies)s::text[], %(days)s::date[])
         AS paid (line, amount, currency, day)
    JOIN payments_paidnotice notice
      ON notice.company_id = %(company)s AND notice.status = 'open' AND notice.amount = paid.amount
     AND notice.currency = paid.currency AND paid.day BETWEEN notice.paid_on AND notice.paid_on + %(apart)s
    JOIN billing_invoice invoice ON invoice.id = notice.invoice_id
"""
DOCUMENTS = [ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.FEE, ItemKind.INTEREST, ItemKind.OPENING]
MOST_OF_AMOUNT = 3
TELLS_WITHIN = timedelta(days=14)
"""How long after the day that a customer names their payment may be booked."""


@dataclass
class Gathered:
    """What is known of a piece of lines."""

    payments: list[Payment]
    evidence: Mapping[int, Evidence]
    debts: Mapping[tuple[int, str], Sequence[Debt]]
    """By customer and currency."""

    def debts_for(self, payment: Payment) -> Debts:
        """What each customer in question owed on the payment's day."""
        customers = self.evidence[payment.line_id].customers
        return {
            pk: [debt for debt in self.debts.get((pk, payment.currency), ()) if debt.dated_on <= payment.booked_on]
            for pk in customers
        }


def payments_of(lines: QuerySet[BankLine]) -> list[Payment]:
    """What is left to match of lines; those of which nothing is left are left out."""
    columns = ("pk", "left", "currency", "booked_on", "words", "party_name", "party_account")
    return [Payment(*row) for row in with_left(lines).filter(left__gt=Decimal(0)).values_list(*columns)]


def gather(company_id: int, payments: list[Payment], names: Names) -> Gathered:
    """Ask for all evidence on a piece of payments."""
    evidence = name_documents(company_id, payments)
    _note_payers(company_id, payments, names, evidence)
    _note_told(company_id, payments, evidence)
    _note_advices(company_id, payments, evidence)
    _note_amounts(company_id, [each for each in payments if not evidence[each.line_id].customers], evidence)
    customers = {pk for each in evidence.values() for pk in each.customers}
    return Gathered(payments, evidence, owed_by(company_id, customers))


def name_documents(company_id: int, payments: Sequence[Payment]) -> dict[int, Evidence]:
    """By line, the documents that payers name, open or paid."""
    evidence: dict[int, Evidence] = defaultdict(Evidence)
    rows = named_items(company_id, [payment.line_id for payment in payments])
    for line, sign, customer_id, item_id, reference, balance, is_foreign in rows:
        if balance and is_foreign:
            evidence[line].foreign[customer_id][reference] = None
        elif balance:
            named = evidence[line].named[customer_id]
            named[item_id] = max(Sign(sign), named.get(item_id, Sign.AMOUNT))
        elif reference not in (settled := evidence[line].settled[customer_id]):
            settled.append(reference)
    for each in evidence.values():
        if sum(map(len, each.named.values())) > MOST_NAMED:
            each.named.clear()
    return evidence


def named_items(company_id: int, line_ids: Sequence[int]) -> list[Any]:
    """The open items, and those with nothing open, whose numbers stand in lines: one statement, however many."""
    signs = {"number": int(Sign.NUMBER), "reference": int(Sign.REFERENCE)}
    kinds = [kind.value for kind in DOCUMENTS]
    return _rows(NAMED, signs | {"company": company_id, "lines": list(line_ids), "kinds": kinds})


def _note_payers(company_id: int, payments: Iterable[Payment], names: Names, evidence: dict[int, Evidence]) -> None:
    with_account = [each for each in payments if each.account]
    known = {"company": company_id, "lines": [each.line_id for each in with_account]}
    for line, customer_id in _rows(BY_ACCOUNT, known | {"accounts": [each.account for each in with_account]}):
        evidence[line].payers[customer_id][Sign.ACCOUNT] = "paid from this account before"
    for payment in payments:
        payers = evidence[payment.line_id].payers
        same = names.same(payment.name) if payment.name else []
        for customer_id in same[:MOST_NAMED]:
            payers[customer_id][Sign.NAME] = "has the payer's name"
        if payment.name and not same:
            for customer_id in names.like(payment.name)[:MOST_NAMED]:
                payers[customer_id][Sign.LIKE_NAME] = "has a name like the payer's"


def _note_advices(company_id: int, payments: Sequence[Payment], evidence: dict[int, Evidence]) -> None:
    """The advices of what is left of each line, if something else speaks for their customer or a number names them."""
    rows = _rows(ADVISED, parameters(company_id, [payment.line_id for payment in payments]))
    for line_id, advices in advices_of(company_id, rows).items():
        speaks = evidence[line_id].customers
        evidence[line_id].advices = [each for each in advices if each.is_named or each.customer_id in speaks]


def _note_told(company_id: int, payments: Sequence[Payment], evidence: Mapping[int, Evidence]) -> None:
    """The customers who told us on their page that they paid just that, some days before it came."""
    if not payments:
        return
    wanted = _paid(company_id, payments) | {"apart": TELLS_WITHIN.days}
    for line, customer_id, number, told_on in _rows(TOLD, wanted):
        evidence[line].payers[customer_id][Sign.TOLD] = f"they told us on {told_on:%-d %B} that they paid {number}"


def _paid(company_id: int, payments: Sequence[Payment]) -> dict[str, Any]:
    """What came in, line by line, as the statements take it."""
    wanted: dict[str, Any] = {"company": company_id, "lines": [each.line_id for each in payments]}
    wanted |= {"amounts": [each.left for each in payments], "currencies": [each.currency for each in payments]}
    return wanted | {"days": [each.booked_on for each in payments]}


def _note_amounts(company_id: int, payments: Sequence[Payment], evidence: dict[int, Evidence]) -> None:
    """Where nothing speaks for anybody: who owes exactly that, if they are few."""
    if not payments:
        return
    found: dict[int, set[int]] = defaultdict(set)
    for line, customer_id in _rows(BY_AMOUNT, _paid(company_id, payments)):
        found[line].add(customer_id)
    for line, customers in found.items():
        if len(customers) <= MOST_OF_AMOUNT:
            evidence[line].amounts = customers


def owed_by(company_id: int, customers: set[int]) -> dict[tuple[int, str], list[Debt]]:
    """What these customers owe, by currency, the first due first, with the discounts that still hold."""
    items = OpenItem.objects.filter(company_id=company_id, customer_id__in=customers, balance__gt=0)
    rows = list(
        items.order_by("due_on", "dated_on", "pk").values_list(
            "pk", "customer_id", "reference", "balance", "dated_on", "due_on", "currency", "entry_id"
        )
    )
    discounts = early_discounts(company_id, customers)
    debts: dict[tuple[int, str], list[Debt]] = defaultdict(list)
    for pk, customer_id, reference, balance, dated_on, due_on, currency, entry_id in rows:
        discount, until = discounts.get(entry_id, (Decimal(0), None))
        if discount >= balance:
            discount, until = Decimal(0), None
        debts[customer_id, currency].append(
            Debt(pk, customer_id, reference, balance, dated_on, due_on, discount, until)
        )
    return debts


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
