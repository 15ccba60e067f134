"""Matching bank lines with open items: how surely, how much of it without a person, and how quickly.

All invoices of the office are open again, a tenth gives an early-payment discount, and every fifth customer owes the
same amount several times. As many lines as invoices are made up with noise, see noise.py. The bare way finds the exact
ones alone: whole words of the text that are an open item's number, with its amount, in one statement.
"""

import resource
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any

from django.db import connection

from config.bench.filling import FilledOffice
from config.bench.noise import MadeUp, Payers
from config.bench.rows import Row
from config.bench.timing import medians
from customers.models import Customer
from ledger.bulk import insert_all
from office.models import BankAccount
from payments.bank_lines import named_in
from payments.matching.asking import match_policy_of, rules_of
from payments.matching.certainty import certain_of
from payments.matching.facts import Debt
from payments.matching.gathering import gather, named_items, owed_by, payments_of
from payments.matching.names import Names, all_names
from payments.matching.weighing import weigh
from payments.models import BankFile, BankLine, BankStatement, PayerAccount
from payments.operations.match_certain import PIECE, match_piece

SIZES = (100_000,)
AT_ONCE = 5_000
APPLIED = 5
"""Pieces of a run that are carried out for its pace."""
SEED = 1
REOPEN = """
    SET session_replication_role = replica;
    TRUNCATE ledger_allocation CASCADE;
    DELETE FROM ledger_openitem WHERE kind = 'payment';
    UPDATE ledger_openitem item SET amount = same.amount, company_amount = same.amount, balance = same.amount
    FROM (SELECT customer_id, min(amount) AS amount FROM ledger_openitem WHERE mod(customer_id, 5) = 0 GROUP BY 1) same
    WHERE same.customer_id = item.customer_id AND mod(item.id, 2) = 0;
    UPDATE ledger_openitem SET balance = amount, open_during = daterange(dated_on, NULL);
    UPDATE billing_invoice SET early_percent = 2, early_until = %s WHERE mod(id, 10) = 0;
    UPDATE billing_invoice invoice SET total = item.amount, net = item.amount
    FROM ledger_openitem item WHERE item.entry_id = invoice.entry_id;
    SET session_replication_role = DEFAULT;
"""
BARE = """
    SELECT count(*) FROM payments_bankline line
    CROSS JOIN LATERAL regexp_split_to_table(upper(line.text), '[^A-Z0-9-]+') AS word
    JOIN ledger_openitem item ON item.company_id = %s AND item.balance > 0 AND item.reference = word
     AND item.balance = line.amount
"""


def measure(office: FilledOffice) -> list[Row]:
    """Shares of what was made up, and seconds."""
    _administer(REOPEN, [office.today + timedelta(days=5)])
    made = _made_up(office)
    _administer("VACUUM ANALYZE")
    bare, exact = medians(lambda: _bare(office), lambda: _exact(office), times=3)
    names = all_names(office.company.pk)
    before, began = _memory(), perf_counter()
    found = _judged(office, names, made)
    seconds, memory = perf_counter() - began, _memory() - before
    answered = sum(bool(each.shares) for each in made.values())
    return [
        Row("wrong_unattended: lines applied wrongly without a person", len(made), found["wrong"], unit="", goal=0),
        Row("1 - unattended_share (0.85)", len(made), 1 - found["right"] / answered, unit="", goal=0.15),
        Row("1 - first_three_share (0.97)", len(made), 1 - found["shown"] / answered, unit="", goal=0.03),
        Row(
            "exact part: the items that words of all lines name",
            len(made),
            exact,
            limit=bare,
            goal=2.0,
        ),
        Row("all of it: evidence, proposals, what is certain", len(made), seconds, goal=60.0),
        Row("memory that it took more than before", len(made), memory, unit="MB"),
        Row("a run that records and applies them, lines", APPLIED * PIECE, _pace(office), unit="/s"),
    ]


def _administer(sql: str, parameters: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def _pace(office: FilledOffice) -> float:
    """Lines a second of the first pieces of a run."""
    began, after = perf_counter(), 0
    for _ in range(APPLIED):
        after = match_piece(office.company, after=after, by=None).last_id
    return APPLIED * PIECE / (perf_counter() - began)


def _made_up(office: FilledOffice) -> dict[int, MadeUp]:
    """Made-up lines on an account, by id."""
    names = dict(Customer.objects.filter(company=office.company).values_list("pk", "name"))
    debts: dict[int, list[Debt]] = defaultdict(list)
    for (customer_id, _), owed in owed_by(office.company.pk, set(names)).items():
        debts[customer_id] += owed
    accounts = {pk: f"DE{pk:020}" for pk in names if pk % 4}
    made = list(Payers(debts, names, accounts, SEED).pay(office.size, office.today))
    statement = _statement(office)
    lines = [_line(statement, place, each, office) for place, each in enumerate(made, start=1)]
    insert_all(lines)
    insert_all(
        PayerAccount(company=office.company, customer_id=pk, account=number, learned_from=lines[0])
        for pk, number in accounts.items()
    )
    return {line.pk: each for line, each in zip(lines, made, strict=True)}


def _statement(office: FilledOffice) -> BankStatement:
    ours = {"name": "Main", "holder": "Alder Ltd", "iban": "DE02120300000000202051", "currency": "EUR"}
    account = BankAccount.objects.create(company=office.company, **ours)
    file = BankFile.objects.create(company=office.company, name="made up", content=b"", sha256=sha256(b"").hexdigest())
    said = {"message": "camt.053", "number": "1", "currency": "EUR", "line_count": office.size, "pending_count": 0}
    return BankStatement.objects.create(file=file, position=1, bank_account=account, **said)


def _line(statement: BankStatement, place: int, made: MadeUp, office: FilledOffice) -> BankLine:
    return BankLine(
        bank_account=statement.bank_account,
        statement=statement,
        place=f"line {place}",
        fingerprint=sha256(str(place).encode()).hexdigest(),
        twin=1,
        booked_on=office.today,
        amount=made.amount,
        currency="EUR",
        is_reversal=False,
        text=made.text,
        party_name=made.name,
        party_account=made.account,
        **named_in({"text": made.text, "end_to_end_id": "", "references": []}),
    )


def _bare(office: FilledOffice) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [office.company.pk])
        return cursor.fetchone()[0]


def _pieces() -> Iterator[list[int]]:
    ids = list(BankLine.objects.order_by("pk").values_list("pk", flat=True))
    yield from (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _exact(office: FilledOffice) -> None:
    for ids in _pieces():
        named_items(office.company.pk, ids)


def _judged(office: FilledOffice, names: Names, made: dict[int, MadeUp]) -> dict[str, int]:
    """How many were applied rightly, how many wrongly, and of how many the answer was among the first three."""
    rules = rules_of(match_policy_of(office.company))
    found = {"right": 0, "wrong": 0, "shown": 0}
    for ids in _pieces():
        payments = payments_of(BankLine.objects.filter(pk__in=ids))
        gathered = gather(office.company.pk, payments, names)
        for payment in payments:
            meant = made[payment.line_id]
            proposals = weigh(payment, gathered.evidence[payment.line_id], gathered.debts_for(payment))
            found["shown"] += any(meant.is_meant_by(each) for each in proposals[:3])
            certain = certain_of(proposals, payment, rules)
            if certain:
                found["right" if meant.is_meant_by(certain[1]) else "wrong"] += 1
    return found


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
