"""Files of other products, laid out as these export them, give the open documents that they hold and nothing else."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Opening
from billing.opening.fields import FIELDS
from billing.opening.formats import FORMATS
from billing.opening.reading import RowReader
from ledger.refusals import Refused
from office.models import Company
from office.reading import TableReader
from office.reading.formats import headings_of

DAY = date(2026, 2, 28)
AGING = """\
"Foundry Distribution, Inc",,,,,,,
A/R Aging Detail Report,,,,,,,
"As of Feb 28, 2026",,,,,,,

,Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance
91 or more days past due,,,,,,,
,10/11/2025,Invoice,SI-1,TACTICS,11/11/2025,"1,000.00",800.00
,01/23/2025,Credit Memo,SC-1,ZUMIEZ,01/23/2025,-100.00,$(100.00)
Total for 91 or more days past due,,,,,,,700.00
CURRENT,,,,,,,
,02/20/2026,Invoice,SI-2,Sports Basement,03/22/2026,500.00,500.00
,02/21/2026,Payment,,Sports Basement,02/21/2026,-50.00,-50.00
Total for CURRENT,,,,,,,450.00
TOTAL,,,,,,,"$1,150.00"
" Saturday, February 28, 2026 04:19 PM GMT-06:00",,,,,,,
"""
OPEN_INVOICES = """\
Example Co,,,,,,
Open Invoices,,,,,,
"As of February 28, 2026",,,,,,

,Date,Transaction type,Num,Terms,Due date,Open balance
Acme Corp,,,,,,
,12/10/2025,Invoice,5001,Net 30,01/09/2026,"1,000.00"
,02/15/2026,Invoice,5004,Net 30,03/17/2026,25.00
Total for Acme Corp,,,,,,"$1,025.00"
Beta LLC,,,,,,
,02/16/2026,Credit Memo,C-1,,02/16/2026,-5.00
Total for Beta LLC,,,,,,$-5.00
"""
XERO = """\
ContactName,EmailAddress,POAddressLine1,InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,\
InvoiceAmountPaid,InvoiceAmountDue,InventoryItemCode,Description,Quantity,UnitAmount,LineAmount,Currency,Type,Sent,Status
Harbour Cafe,ap@harbour.example,,INV-1014,PO 7,24/01/2026,23/02/2026,,1495.0000,195.0000,0.0000,1495.0000,,Coffee,\
1,1000,1000,NZD,Sales invoice,Sent,Awaiting Payment
Harbour Cafe,ap@harbour.example,,INV-1014,PO 7,24/01/2026,23/02/2026,,1495.0000,195.0000,0.0000,1495.0000,,Cups,\
1,300,300,NZD,Sales invoice,Sent,Awaiting Payment
Harbour Cafe,ap@harbour.example,,CN-3,,25/01/2026,,,50.0000,0.0000,20.0000,30.0000,,Returned,\
1,50,50,NZD,Sales credit note,Sent,Awaiting Payment
The Roastery Bar,,,INV-1015,,30/01/2026,28/02/2026,,862.5000,112.5000,862.5000,0.0000,,Coffee,\
1,750,750,NZD,Sales invoice,Sent,Paid
The Roastery Bar,,,INV-1016,,31/01/2026,28/02/2026,,10.0000,0.0000,0.0000,10.0000,,Draft,\
1,10,10,NZD,Sales invoice,,Draft
"""
STRIPE = """\
id,Amount Due,Currency,Customer,Customer Email,Customer Name,Date (UTC),Due Date (UTC),Number,Paid,Tax,Total,\
Amount Paid,Status
in_1,120.00,usd,cus_A1,ann@one.example,One Inc,2026-01-05 14:21,2026-02-04 14:21,A1-0001,FALSE,20.00,120.00,20.00,open
in_2,80.00,usd,cus_A1,ann@one.example,One Inc,2026-01-06 09:00,,A1-0002,TRUE,0.00,80.00,80.00,paid
in_3,33.00,usd,cus_B2,bo@two.example,Two Inc,2026-01-07 10:10,2026-02-06 10:10,B2-0001,FALSE,0.00,33.00,0.00,void
in_4,44.00,usd,cus_B2,bo@two.example,Two Inc,2026-01-08 10:10,2026-02-07 10:10,B2-0002,FALSE,0.00,44.00,0.00,\
uncollectible
"""
NINJA = """\
Invoice Amount,Invoice Balance,Client,Invoice Date,Invoice Due Date,Invoice Number,Invoice PO Number,Invoice Status,\
Currency
242.00,121.00,Fig Ltd,2026-01-10,2026-02-09,0007,PO-1,Partial,EUR
99.00,99.00,Fig Ltd,2026-01-11,2026-02-10,0008,,Draft,EUR
10.00,0.00,Gum Ltd,2026-01-12,2026-02-11,0009,,Paid,EUR
"""
NINJA_CREDITS = """\
Credit Amount,Credit Balance,Client,Credit Date,Credit Number,Status
60.00,15.00,Fig Ltd,2026-01-15,C-1,Partial
"""
NINJA_LATER = """\
Client Name,Client Currency,Invoice Invoice Number,Invoice Amount,Invoice Balance,Invoice Paid to Date,\
Invoice PO Number,Invoice Date,Invoice Due Date,Invoice Status
Fig Ltd,EUR,0007,242.00,121.00,121.00,PO-1,2026-01-10,2026-02-09,Partial
"""
NINJA_CREDITS_LATER = """\
Client Name,Client Currency,Credit Credit Number,Credit Amount,Credit Balance,Credit Date,Credit Status
Fig Ltd,EUR,C-1,60.00,15.00,2026-01-15,Partial
"""
NINJA_PAYMENTS = """\
Client Name,Payment Date,Payment Amount,Payment Refunded,Payment Applied,Payment Transaction Reference,\
Payment Currency,Payment Number,Payment Method,Payment Status
Fig Ltd,2026-01-20,100.0,0.0,60.0,TX-1,EUR,0001,Bank Transfer,Completed
Fig Ltd,2026-01-21,80.0,0.0,80.0,,EUR,0002,Bank Transfer,Completed
Gum Ltd,2026-01-22,50.0,20.0,0.0,,EUR,0003,Cash,Partially Refunded
Gum Ltd,2026-01-23,70.0,10.0,70.0,,EUR,0004,Cash,Partially Refunded
Gum Ltd,2026-01-24,30.0,0.0,0.0,,EUR,0005,Cash,Failed
"""
FILES = {
    "QuickBooks, ageing": (
        AGING,
        "quickbooks",
        [
            (7, "TACTICS", "invoice", "SI-1", date(2025, 10, 11), date(2025, 11, 11), "1000.00", "800.00"),
            (8, "ZUMIEZ", "credit_memo", "SC-1", date(2025, 1, 23), date(2025, 1, 23), "-100.00", "-100.00"),
            (11, "Sports Basement", "invoice", "SI-2", date(2026, 2, 20), date(2026, 3, 22), "500.00", "500.00"),
            (
                12,
                "Sports Basement",
                "payment",
                "Payment of 2026-02-21",
                date(2026, 2, 21),
                date(2026, 2, 21),
                "-50",
                "-50",
            ),
        ],
    ),
    "QuickBooks, open invoices": (
        OPEN_INVOICES,
        "quickbooks",
        [
            (7, "Acme Corp", "invoice", "5001", date(2025, 12, 10), date(2026, 1, 9), "1000.00", "1000.00"),
            (8, "Acme Corp", "invoice", "5004", date(2026, 2, 15), date(2026, 3, 17), "25.00", "25.00"),
            (11, "Beta LLC", "credit_memo", "C-1", date(2026, 2, 16), date(2026, 2, 16), "-5.00", "-5.00"),
        ],
    ),
    "Xero": (
        XERO,
        "xero",
        [
            (2, "Harbour Cafe", "invoice", "INV-1014", date(2026, 1, 24), date(2026, 2, 23), "1495", "1495"),
            (4, "Harbour Cafe", "credit_memo", "CN-3", date(2026, 1, 25), date(2026, 1, 25), "-50", "-30"),
        ],
    ),
    "Stripe": (
        STRIPE,
        "stripe",
        [(2, "cus_A1", "invoice", "A1-0001", date(2026, 1, 5), date(2026, 2, 4), "120", "100")],
    ),
    "Invoice Ninja": (
        NINJA,
        "invoice-ninja",
        [(2, "Fig Ltd", "invoice", "0007", date(2026, 1, 10), date(2026, 2, 9), "242", "121")],
    ),
    "Invoice Ninja, credits": (
        NINJA_CREDITS,
        "invoice-ninja-credits",
        [(2, "Fig Ltd", "credit_memo", "C-1", date(2026, 1, 15), date(2026, 1, 15), "-60", "-15")],
    ),
    "Invoice Ninja, later": (
        NINJA_LATER,
        "invoice-ninja",
        [(2, "Fig Ltd", "invoice", "0007", date(2026, 1, 10), date(2026, 2, 9), "242", "121")],
    ),
    "Invoice Ninja, credits, later": (
        NINJA_CREDITS_LATER,
        "invoice-ninja-credits",
        [(2, "Fig Ltd", "credit_memo", "C-1", date(2026, 1, 15), date(2026, 1, 15), "-60", "-15")],
    ),
    "Invoice Ninja, payments": (
        NINJA_PAYMENTS,
        "invoice-ninja-payments",
        [
            (2, "Fig Ltd", "payment", "0001", date(2026, 1, 20), date(2026, 1, 20), "-100", "-40"),
            (4, "Gum Ltd", "payment", "0003", date(2026, 1, 22), date(2026, 1, 22), "-50", "-30"),
        ],
    ),
}


def read(content: str) -> tuple[str, list[Any]]:
    """Which format a file is taken for, and the documents that are read from it."""
    table = io.BytesIO(content.encode())
    found = FORMATS.recognised(table)
    assert found
    of, headings = found
    mapping = of.mapping_of(headings, FIELDS)
    company = Company(currency="EUR")
    reader = RowReader(Opening(company=company, cut_over_on=DAY))
    reader.rate_of = lambda currency, rate: Decimal(1)  # type: ignore[assignment]
    rows = []
    for row in TableReader(table, FIELDS, mapping, FORMATS.arrange_of(mapping)):
        assert not row.troubles
        rows.append(reader.read(row))
    return of.key, [row for row in rows if row]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_its_headings_and_gives_what_is_open(name: str) -> None:
    content, key, wanted = FILES[name]

    found, rows = read(content)

    assert found == key
    assert [
        (row.line, row.customer_key, row.kind, row.number, row.dated_on, row.due_on, row.total, row.amount)
        for row in rows
    ] == [(*each[:6], Decimal(each[6]), Decimal(each[7])) for each in wanted]


def test_what_a_product_tells_besides_is_kept() -> None:
    _, (xero, _) = read(XERO)
    assert (xero.email, xero.po_number, xero.currency, xero.tax) == ("ap@harbour.example", "PO 7", "NZD", Decimal(195))
    _, (stripe,) = read(STRIPE)
    assert (stripe.customer_name, stripe.email, stripe.currency) == ("One Inc", "ann@one.example", "USD")
    _, (ninja,) = read(NINJA)
    assert (ninja.po_number, ninja.currency) == ("PO-1", "EUR")


def test_what_is_free_of_a_payment_that_was_applied_and_refunded_in_part_is_asked() -> None:
    content = NINJA_PAYMENTS.replace("100.0,0.0,60.0", "100.0,20.0,60.0").encode()
    mapping = FORMATS.guessed(content, FIELDS)
    first = next(iter(TableReader(io.BytesIO(content), FIELDS, mapping, FORMATS.arrange_of(mapping))))

    [trouble] = first.troubles
    assert (trouble.line, trouble.found) == (2, "look it up")


def test_a_file_that_is_not_of_the_format_chosen_says_so() -> None:
    xero = FORMATS.called("Xero: exported invoices")
    assert xero

    with pytest.raises(Refused) as refusal:
        xero.mapping_of(headings_of(io.BytesIO(STRIPE.encode()), xero.arrange), FIELDS)

    assert refusal.value.message == "This is no file of Xero: exported invoices: it has no column 'ContactName'."


def test_a_plain_table_is_taken_for_no_product() -> None:
    assert FORMATS.recognised(io.BytesIO(b"Customer,Number,Date,Open\nAlder,1,2026-01-01,5\n")) is None


@pytest.mark.parametrize("amount", ["NaN", "1e999999", "-Infinity", "sNaN"])
def test_an_amount_that_no_sum_holds_comes_back_as_it_is(amount: str) -> None:
    """The row is told of then, as its number cannot be read."""
    for content in (STRIPE.replace("33.00", amount), NINJA_PAYMENTS.replace("100.0", amount)):
        mapping = FORMATS.guessed(content.encode(), FIELDS)
        rows = list(TableReader(io.BytesIO(content.encode()), FIELDS, mapping, FORMATS.arrange_of(mapping)))
        assert any("cannot be read" in trouble.reason for row in rows for trouble in row.troubles)
