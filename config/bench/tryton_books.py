"""Tryton's part of `bench peers`, run by the Python that has it installed: prints its seconds as JSON.

    tryton_books.py DATABASE POSTED ITEMS EACH

posts so many invoices of three lines at two rates, and adds up by age so many items more, EACH of them a customer's.
The database has the modules and nothing else yet; TRYTOND_CONFIG says on which server.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

from proteus import Model
from proteus import config as sessions
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company
from trytond.modules.currency.tests.tools import get_currency
from trytond.pool import Pool
from trytond.transaction import Transaction

TODAY = datetime.now(UTC).date()
RATES = (Decimal("0.19"), Decimal("0.07"))
LINES = (
    ("Oak shelf, 180 cm", 2.0, Decimal("148.50"), 0),
    ("Fitting by the hour", 3.5, Decimal("75.25"), 0),
    ("Handbook", 1.0, Decimal("24.90"), 1),
)
TOTAL = Decimal("693.49")
DAYS = 730
ITEMS = """
    WITH posted AS (SELECT * FROM account_move WHERE state = 'posted' ORDER BY id LIMIT 1),
    moves AS (
        INSERT INTO account_move (company, date, post_date, journal, period, state, number)
        SELECT company, day, day, journal, period, state, 'item ' || n
        FROM posted, generate_series(1, %s) AS n, LATERAL (SELECT %s::date - n %% %s AS day) AS days
        RETURNING id, date
    ),
    numbered AS (SELECT id, date, row_number() OVER (ORDER BY id) AS n FROM moves)
    INSERT INTO account_move_line (move, account, party, debit, credit, maturity_date, state)
    SELECT id, %s, (%s::int[])[1 + n %% %s], 100, 0, date + 30, 'valid' FROM numbered
    UNION ALL SELECT id, %s, NULL, 0, 100, NULL, 'valid' FROM numbered
"""


def main(database: str, posted: int, items: int, each: int) -> None:
    """Keep the books and tell how long it took."""
    session = logged_in(database)
    accounts, taxes, parties = set_up(max(items // each, 1))
    post = seconds_to_post(session, accounts, taxes, parties, posted) / posted
    print(json.dumps({"post": post, "ageing": seconds_to_age(session, accounts, parties, items)}))


def logged_in(database: str) -> Any:
    """A session of the administrator, who gets every right."""
    sessions.set_trytond(database, user="root")
    [administrator] = Model.get("res.user").find([("login", "=", "admin")])
    administrator.groups.extend(Model.get("res.group").find())
    administrator.save()
    return sessions.set_trytond(database, user="admin")


def set_up(customers: int) -> tuple[dict[str, Any], list[int], list[int]]:
    """A company that invoices in euros: its accounts, its taxes and its customers, by their ids."""
    create_company(currency=get_currency("EUR"))
    create_chart()
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(today=TODAY))
    year.click("create_period")
    terms = Model.get("account.invoice.payment_term")(name="30 days")
    terms.lines.new(type="remainder").relativedeltas.new(days=30)
    terms.save()
    taxes = [create_tax(rate) for rate in RATES]
    parties = [Model.get("party.party")(name=f"Customer {n}", customer_payment_term=terms) for n in range(customers)]
    for party in parties:
        party.addresses[0].street, party.addresses[0].city = "Ringstrasse 5", "Wien"
    for rows in (taxes, parties):
        type(rows[0]).save(rows)
    return get_accounts(), [tax.id for tax in taxes], [party.id for party in parties]


def seconds_to_post(session: Any, accounts: dict[str, Any], taxes: list[int], parties: list[int], count: int) -> float:
    """As a program asks for it: all drafts in one call, their prints left to a worker."""
    with Transaction().start(session.database_name, session.user, context=session.context) as transaction:
        invoices, lines = (Pool().get(f"account.{name}") for name in ("invoice", "invoice.line"))
        company = transaction.context["company"]
        drafts = []
        for number in range(count):
            draft = invoices(type="out", company=company, party=parties[number % len(parties)])
            draft.on_change_type()
            draft.on_change_party()
            draft.lines = [
                lines(
                    type="line",
                    invoice_type="out",
                    company=company,
                    description=words,
                    quantity=quantity,
                    unit_price=price,
                    account=accounts["revenue"].id,
                    taxes=[taxes[rate]],
                )
                for words, quantity, price, rate in LINES
            ]
            drafts.append(draft)
        invoices.save(drafts)
        ids = [draft.id for draft in drafts]
    began = perf_counter()
    session.get_proxy("account.invoice").post(ids, session.context)
    took = perf_counter() - began
    for invoice in Model.get("account.invoice").find([("id", "in", ids)]):
        assert (invoice.state, invoice.total_amount, invoice.move.state) == ("posted", TOTAL, "posted"), invoice.number
    return took


def seconds_to_age(session: Any, accounts: dict[str, Any], parties: list[int], items: int) -> float:
    """The balances of all customers by age, the median of five; all items are open."""
    terms = {"type": "customer", "unit": "day", "term1": 30, "term2": 60, "term3": 90, "posted": True}
    context = {**session.context, **terms, "date": TODAY - timedelta(days=DAYS // 3)}
    receivable, revenue = accounts["receivable"].id, accounts["revenue"].id
    with Transaction().start(session.database_name, session.user, context=context) as transaction:
        values = (items, TODAY, DAYS, receivable, parties, len(parties), revenue)
        transaction.connection.cursor().execute(ITEMS, values)
        transaction.commit()
    took = []
    for _ in range(5):
        with Transaction().start(session.database_name, session.user, context=context, readonly=True):
            began = perf_counter()
            rows = [(row.party.name, row.term0, row.balance) for row in Pool().get("account.aged_balance").search([])]
            took.append(perf_counter() - began)
        assert len(rows) == len(parties), rows
    return sorted(took)[2]


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
