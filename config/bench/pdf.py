"""What a PDF costs, from a stored document to kept bytes, beside the bare recipe and the naive way in the same run.

The bare recipe tells the facts of the same document with the least that WeasyPrint needs for them: besides its sums
the seller's tax number, which no invoice may lack, the customer's, and all that a transfer asks for. It has no code to
scan, no carried sums, no line above the address, and nothing that is only for its look. Statements are not printed yet:
a document of 40 lines stands for them.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.db import connection
from PIL import Image

from billing.models import Invoice
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.pdf import kept_pdf
from config.bench.filling import FilledOffice
from config.bench.rows import Row
from config.bench.timing import medians
from customers.models import Address, AddressKind, Customer
from ledger.present import present
from office.helper import Helper
from office.models import BankAccount
from office.operations.update_company import set_logo, update_company

SIZES = (100,)
"""The office's own invoices do not matter here; a few are enough."""

TIMES = {10: 9, 40: 7, 300: 3}
"""How often documents of so many lines are made: the short ones oftener, as a busy machine blurs them more."""

CORES, GOAL = 2, 1.2

_bare = Helper(Path(__file__).with_name("bare_pdf.py"), seconds=120)


def measure(office: FilledOffice) -> list[Row]:
    """The rows of each document: on one core and, per document, on both."""
    tax_id = furnish(office)
    rows = []
    for lines, times in TIMES.items():
        documents = issued(office, lines, tax_id, 1 + (times + 1) * (1 + CORES))
        page = bare_page(Invoice.objects.get(pk=next(documents)))
        one: list[Callable[[], Any]] = [lambda ids=documents: keep(next(ids))]  # type: ignore[misc]  # this round's
        one += [partial(_render, page, False), partial(_render, page, True)]
        product, bare, naive = medians(*one, times=times)
        both_product, both_bare = _on_both_cores(documents, page, times)
        rows += [
            Row("ratio_to_best: a kept PDF, one core", lines, product, limit=bare, goal=GOAL),
            Row("ratio_to_best: a kept PDF, both cores", lines, both_product, limit=both_bare, goal=GOAL),
            Row("the naive call, one core", lines, naive, limit=bare),
        ]
    return rows


def _on_both_cores(documents: Iterator[int], page: str, times: int) -> list[float]:
    """The seconds a document takes where two are made at a time, each in a process of its own, as the workers do."""
    connection.close()
    with ProcessPoolExecutor(CORES, mp_context=get_context("fork")) as workers:

        def in_all(work: Callable[..., None], *arguments: Iterable[object]) -> None:
            list(workers.map(work, *arguments))

        ways = [
            lambda: in_all(keep, [next(documents) for _ in range(CORES)]),
            lambda: in_all(partial(_render, page), [False] * CORES),
        ]
        return [seconds / CORES for seconds in medians(*ways, times=times)]


def keep(invoice_id: int) -> None:
    kept_pdf(Invoice.objects.get(pk=invoice_id))


def _render(page: str, is_naive: bool) -> None:
    _bare.ask(json.dumps({"html": page, "is_naive": is_naive}).encode())


def furnish(office: FilledOffice) -> int:
    """Give the company all that a letterhead shows, and a tax."""
    company = office.company
    with connection.cursor() as cursor:  # past the ids that the filled book has used for other things
        cursor.execute("SELECT setval(pg_get_serial_sequence('billing_invoice', 'id'), 1000000)")
    place = {"street": "Lindenallee 12", "postal_code": "10115", "city": "Berlin", "tax_id": "DE123456788"}
    update_company(company.pk, place | {"phone": "+49 30 1234567"}, by=None)
    set_logo(company.pk, _logo(), by=None)
    details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=company, name="Main", **details)
    return add_tax(company, TaxDetails("Sales VAT 19 %", [RateDetails(Decimal(19))]), by=None).pk


def _logo() -> bytes:
    file = BytesIO()
    Image.effect_noise((320, 96), 60).save(file, "PNG")
    return file.getvalue()


def issued(office: FilledOffice, lines: int, tax_id: int, count: int) -> Iterator[int]:
    """The ids of so many documents, of so many lines each."""
    customer = present(Customer.objects.filter(company=office.company).first())
    address = {"street": "Ringstrasse 5", "postal_code": "1010", "city": "Wien", "country": "AT"}
    Address.objects.update_or_create(customer=customer, kind=AddressKind.BILLING, defaults=address)
    details = [
        LineDetails(
            description=f"Oak shelf, oiled, {60 + number} cm",
            quantity=Decimal(number % 7 + 1),
            unit_price=Decimal("148.50") + number,
            tax_id=tax_id,
        )
        for number in range(lines)
    ]
    day = office.today - timedelta(days=1)
    drafts = [
        draft_invoice(office.company, InvoiceDetails(customer.pk, details, dated_on=day), by=None) for _ in range(count)
    ]
    return iter([issue_invoice(draft.pk, by=None, on=office.today, override="measured").pk for draft in drafts])


def bare_page(invoice: Invoice) -> str:
    """The facts of the document as the plainest page that tells them."""
    rows = "".join(
        f"<tr><td>{line.position}<td>{line.description}<td class=n>{line.quantity:.0f}<td class=n>{line.unit_price:.2f}"
        f"<td>{line.tax_name}<td class=n>{line.net:.2f}"
        for line in invoice.lines.all()
    )
    widths = "".join(f'<col style="width: {width}">' for width in ("9mm", "auto", "20mm", "24mm", "22mm", "28mm"))
    logo = b64encode(bytes(present(invoice.company.logo))).decode()
    seller, buyer, [account] = (invoice.printed[name] for name in ("seller", "buyer", "bank_accounts"))
    us = "<br>".join([seller["name"], *seller["address"], seller["phone"], seller["email"], seller["tax_id"]])
    them = "<br>".join([buyer["name"], *buyer["address"]])
    return f"""<!doctype html><html lang="en"><title>{invoice.number}</title>
<img style="height: 18mm" src="data:image/png;base64,{logo}">
<table><tr><td>{them}<td>{us}</table>
<h1>Invoice {invoice.number}</h1><p>{invoice.dated_on}, due {invoice.due_on}, customer no. {buyer["number"]}
<table><colgroup>{widths}</colgroup>
<thead><tr><th><th>Description<th class=n>Quantity<th class=n>Unit price<th>Tax<th class=n>Net EUR</thead>
<tbody>{rows}</tbody></table>
<table class=sums><tr><td>Net<td class=n>{invoice.net:.2f}
<tr><td>VAT 19 % on {invoice.net:.2f}<td class=n>{invoice.tax:.2f}
<tr><td>Total<td class=n>{invoice.total:.2f}</table>
<p>Please pay to {account["holder"]}, {account["iban"]}, {account["bic"]}, reference {invoice.number}</html>"""
