"""Statements: the figures of one beside bare SQL, and a run with PDF and mail beside WeasyPrint alone, on two cores.

A customer's two years come to about 40 lines. The bare page tells the same facts by the recipe that renders quickest,
as in `bench pdf`; it keeps and mails nothing. Both ways take turns, two processes each. As workers do, one makes the
statements of the next customers while those of the last ones are sent: a run is one process's, its mails are anyone's.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from config.bench.filling import FilledOffice
from config.bench.rows import Row
from config.bench.sink import taking_mail
from config.bench.timing import medians
from credit_control.models import Statement
from credit_control.operations.manage_statement_runs import prepare_statement_run, start_statement_run
from credit_control.statements.asking import Period, figures_of, own
from credit_control.statements.kept import figures_from
from credit_control.statements.runs import mails_of
from credit_control.statements.words import paper_of
from customers.bounces import standing_bounces
from customers.models import Customer, StatementForm
from ledger.balances import open_on_day_sql
from ledger.models import Entry
from office.helper import Helper
from office.mail.handing_over import hand_over
from office.models import BankAccount, Company, MailStatus, OwnDay
from office.work.runs import carry_out

SIZES = (4_000,)
"""Two hundred customers with twenty invoices each and their payments."""

CORES, AT_ONCE, ROUNDS = 2, 20, 5
ITEMS = {200: 6.0, 20_000: 3.0}
"""Open items of one customer, and how many times bare SQL their figures may take."""

_bare = Helper(Path(__file__).with_name("bare_pdf.py"), seconds=120)


def measure(office: FilledOffice) -> list[Row]:
    """The figures alone, then whole runs."""
    with taking_mail() as relay:
        settings.EMAIL_URL = relay
        open_at_all_hours(office)
        return [*_figures(office), *_runs(office)]


def _figures(office: FilledOffice) -> list[Row]:
    rows = []
    for count, goal in ITEMS.items():
        customer = _owing(office, count)
        period = Period(office.company, office.today - timedelta(days=30), office.today)
        product, bare = medians(
            partial(figures_of, period, [own(customer, StatementForm.OPEN_ITEM)]),
            partial(_bare_figures, customer, period),
        )
        rows.append(Row("figures_ratio: a statement's figures, open items", count, product, limit=bare, goal=goal))
    return rows


def _owing(office: FilledOffice, count: int) -> Customer:
    """A customer with so many open items of the last three years."""
    customer = Customer.objects.create(company=office.company, number=f"X{count}", name="Large", currency="EUR")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """
            INSERT INTO ledger_openitem (company_id, customer_id, entry_id, kind, reference, dated_on, due_on, currency,
                amount, company_amount, balance, open_during)
            SELECT %(company)s, %(customer)s, %(entry)s + no %% %(entries)s, 'invoice', 'INV-' || no, day, day + 30,
                'EUR', 100, 100, 100, daterange(day, NULL)
            FROM (SELECT no, %(today)s::date - no %% 1000 AS day FROM generate_series(1, %(count)s) AS no) AS made
            """,
            {
                "company": office.company.pk,
                "customer": customer.pk,
                "entry": Entry.objects.order_by("pk").values_list("pk", flat=True).first(),
                "entries": Entry.objects.count(),
                "today": office.today,
                "count": count,
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE ledger_openitem")
    return customer


def _bare_figures(customer: Customer, period: Period) -> None:
    """The least that tells what is open, and what moved since when."""
    asked: dict[str, Any] = {
        "company_id": customer.company_id,
        "customer": customer.pk,
        "on": period.on,
        "from_on": period.from_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT kind, reference, dated_on, due_on, amount, open FROM ({open_on_day_sql(None)}) AS items
            WHERE customer_id = %(customer)s ORDER BY due_on, dated_on, id""",  # noqa: S608
            asked,
        )
        cursor.fetchall()
        cursor.execute(
            """SELECT entry_id, kind, reference, dated_on, sum(amount) FROM ledger_openitem
            WHERE customer_id = %(customer)s AND dated_on BETWEEN %(from_on)s AND %(on)s
            GROUP BY entry_id, kind, reference, dated_on ORDER BY dated_on""",
            asked,
        )
        cursor.fetchall()
        cursor.execute(
            "SELECT sum(amount) FROM ledger_openitem WHERE customer_id = %(customer)s AND dated_on < %(from_on)s", asked
        )
        cursor.fetchall()


def open_at_all_hours(office: FilledOffice) -> None:
    """Let mails leave now, whatever day it is, and give the company what a letterhead shows."""
    place = {"street": "Lindenallee 12", "postal_code": "10115", "city": "Berlin", "tax_id": "DE123456788"}
    hours = {"mail_from_hour": 0, "mail_until_hour": 24, "mail_daily_limit": 0}
    Company.objects.filter(pk=office.company.pk).update(**place | hours)
    for days in (0, 1):
        OwnDay.objects.create(company=office.company, day=office.today + timedelta(days), is_worked=True, name="Bench")
    details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=office.company, name="Main", **details)


def _runs(office: FilledOffice) -> list[Row]:
    customers = Customer.objects.filter(company=office.company, number__startswith="C")
    customers.update(statement_form=StatementForm.BALANCE_FORWARD, statement_when_zero=True)
    reachable = customers.exclude(pk__in=standing_bounces().values("customer_id"))
    ids = list(reachable.order_by("pk").values_list("pk", flat=True))
    groups = [ids[start : start + AT_ONCE] for start in range(0, AT_ONCE * (ROUNDS + 2), AT_ONCE)]
    period = Period(office.company, date(office.today.year - 2, 1, 1), office.today)
    product, bare, making = [], [], []
    connection.close()
    with ProcessPoolExecutor(CORES, mp_context=get_context("fork")) as workers:
        workers.submit(int).result()  # they are made now, while there is no connection that they would share
        in_all: Callable[..., Any] = lambda work, things: list(workers.map(work, things))  # noqa: E731
        run_id, _ = _make(office, groups[0], period)
        for following in groups[1:]:
            statements = Statement.objects.filter(run=run_id)
            mails = list(mails_of(statements).values_list("pk", flat=True))
            began = perf_counter()
            next_run = workers.submit(_make, office, following, period)
            in_all(hand_over, mails)
            run_id, seconds = next_run.result()
            product.append(perf_counter() - began)
            making.append(seconds)
            _require_sent(statements)
            pages = [_bare_page(statement) for statement in statements]
            began = perf_counter()
            in_all(_render, pages)
            bare.append(perf_counter() - began)
    taken, alone = median(product[1:]), median(bare[1:])
    lines = sum(len(_rows(statement)) for statement in Statement.objects.all()) // Statement.objects.count()
    return [
        Row("1 - share_of_pdf_rate (0.8): kept, with PDF and mail", lines, 1 - alone / taken, unit="", goal=0.2),
        Row("statements a second, kept, with PDF and mail, two cores", lines, AT_ONCE / taken, unit="/s"),
        Row("PDFs a second by WeasyPrint alone, two cores", lines, AT_ONCE / alone, unit="/s"),
        Row("looking at a customer and keeping the statement", lines, median(making[1:]) / AT_ONCE),
    ]


def _make(office: FilledOffice, customer_ids: Sequence[int], period: Period) -> tuple[int, float]:
    """The statements of a whole run: looked at, started, kept; and how long it took."""
    began = perf_counter()
    customers = Customer.objects.filter(pk__in=customer_ids)
    run = prepare_statement_run(office.company, customers, period, by=office.manager)
    for _ in carry_out(run.pk):
        pass
    start_statement_run(run.pk, by=office.manager)
    for _ in carry_out(run.pk):
        pass
    return run.pk, perf_counter() - began


def _require_sent(statements: QuerySet[Statement]) -> None:
    sent = mails_of(statements).filter(status=MailStatus.SENT).count()
    if sent != AT_ONCE:
        raise AssertionError(f"Of {AT_ONCE} statements {sent} were mailed.")


def _render(page: str) -> None:
    _bare.ask(json.dumps({"html": page, "is_naive": False}).encode())


def _rows(statement: Statement) -> list[tuple[str, date, Decimal, Decimal]]:
    parts = [part for section in figures_from(statement).sections for part in section.parts]
    return [(paper_of(row), row.dated_on, row.amount, row.balance) for part in parts for row in part.movements]


def _bare_page(statement: Statement) -> str:
    """The facts of the statement as the plainest page that tells them."""
    rows = "".join(
        f"<tr><td>{paper}<td>{day}<td class=n>{amount:.2f}<td class=n>{balance:.2f}"
        for paper, day, amount, balance in _rows(statement)
    )
    widths = "".join(f'<col style="width: {width}">' for width in ("auto", "26mm", "30mm", "30mm"))
    seller, buyer, [account] = (statement.printed[name] for name in ("seller", "buyer", "accounts"))
    figures = figures_from(statement)
    total = figures.totals[0]
    ageing = "".join(f"<td class=n>{amount:.2f}" for _, amount in total.ageing)
    us = "<br>".join([seller["name"], *seller["address"], seller["email"], seller["tax_id"]])
    return f"""<!doctype html><html lang="en"><title>Statement</title>
<table><tr><td>{buyer["name"]}<td>{us}</table>
<h1>Statement of account</h1><p>As of {statement.on}, from {statement.from_on}, customer no. {buyer["number"]}
<table><colgroup>{widths}</colgroup><thead><tr><th>Document<th>Date<th class=n>Amount EUR<th class=n>Balance EUR</thead>
<tbody><tr><td>Opening balance<td>{statement.from_on}<td><td class=n>{total.opening:.2f}{rows}</tbody></table>
<table class=sums><tr><td>Balance<td class=n>{total.closing:.2f}<tr><td>Overdue<td class=n>{total.overdue:.2f}</table>
<table><tr>{ageing}</table>
<p>Please pay to {account["holder"]}, {account["iban"]}, {account["bic"]}, reference {buyer["number"]}</html>"""
