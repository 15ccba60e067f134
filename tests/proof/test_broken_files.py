"""No file brings a reader down: each is read, or refused in words. BROKEN=2000 breaks each sound file so often.

Each break is drawn from a seed of its own, which a failure names, so that it can be made again.
"""

import os
import random
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from io import BytesIO

import pytest

from billing.einvoice.reading.opening import open_einvoice, read_document
from billing.importing.fields import FIELDS as LINES
from billing.importing.orders import ORDER_FIELDS
from billing.opening.fields import FIELDS as OPENED
from billing.opening.formats import FORMATS as OPENINGS
from billing.orders.ubl_reading import said_by
from customers.formats import FORMATS as CUSTOMERS
from customers.importing import FIELDS as PEOPLE
from ledger.refusals import Refused
from office.mail.returned import read_report
from office.rates.files import read_rates
from office.reading.fields import Field
from office.reading.formats import NO_FORMATS, Formats
from office.reading.rows import TableReader
from office.reading.unpacking import unpacked
from payments.bank_files.lockbox import read_lockbox
from payments.bank_files.opening import read_bank_file
from payments.payment_files.nacha import write_nacha
from payments.payment_files.nacha_reading import read_nacha
from payments.payment_files.pain002 import read_pain002
from tests.billing import test_opening_formats as opened
from tests.billing.test_read_ubl_order import DESPATCH, ORDER
from tests.customers import test_customer_formats as exported
from tests.office.returned import REPORT
from tests.office.test_exchange_rates import ECB
from tests.payments.bank_samples import SAMPLES
from tests.payments.table_samples import sheet
from tests.payments.test_lockbox import FILE
from tests.payments.test_payment_files import ACH, DEBITS, ach_entry
from tests.payments.test_settle_debits import REPORT as PAIN
from tests.payments.test_settle_debits import STATUS

BROKEN = int(os.environ.get("BROKEN", "40"))
JUNK = [b"\0", b"\xff\xfe", b"\r\n", b'"', b",", b";", b"<", b"&x;", b"9" * 40, b"-", b"1e999", b"NaN", b"\xe2\x80\xae"]
UBL = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:ID>R-1</cbc:ID>
<cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">100.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">19.00
</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal>
</cac:TaxTotal><cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
<cbc:PayableAmount currencyID="EUR">119.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID>
<cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="EUR">100.00
</cbc:LineExtensionAmount><cac:Item><cbc:Name>Shelf</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>
<cbc:Percent>19</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">50
</cbc:PriceAmount></cac:Price></cac:InvoiceLine></Invoice>"""
STATUSES = PAIN.format(
    message="M1",
    group="",
    blocks=f"<OrgnlPmtInfAndSts>{STATUS.format(name='PmtInfSts', code='AC04', words='Why')}</OrgnlPmtInfAndSts>",
).encode()
MAIL = REPORT % {
    b"about": b"Reporting-MTA: dns; mx.relay.example",
    b"to": b"eva@bramble.example",
    b"action": b"failed",
    b"status": b"5.1.1",
    b"said": b"smtp; 550 no such user",
    b"returned": b"Content-Type: text/rfc822-headers\n\nMessage-ID: <1@duebook.example>",
}
SHEET = sheet([["Customer", "Number", "Date", "Open"], ["Bramble GmbH", "R-1", date(2026, 3, 2), 12.5]])


def rows_of(fields: Sequence[Field], formats: Formats, content: bytes) -> None:
    """The rows of a file, as an import reads them."""
    mapping = formats.guessed(content, fields)
    with unpacked(BytesIO(content)) as table:
        for _ in TableReader(table, fields, mapping, formats.arrange_of(mapping)):
            pass


def einvoice(content: bytes) -> None:
    read_document(open_einvoice(content))


READERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    **{f"bank {kind}": (read_bank_file, content) for kind, content in SAMPLES.items()},
    "lockbox": (read_lockbox, FILE),
    "nacha": (read_nacha, write_nacha(ACH, DEBITS, [ach_entry(1), ach_entry(2, "9.50")])),
    "pain.002": (read_pain002, STATUSES),
    "e-invoice": (einvoice, UBL),
    "order": (said_by, ORDER.encode()),
    "despatch advice": (said_by, DESPATCH.encode()),
    "rates": (partial(read_rates, own="EUR"), ECB),
    "returned mail": (read_report, MAIL),
    "opening, Excel": (partial(rows_of, OPENED, OPENINGS), SHEET),
    "opening, QuickBooks": (partial(rows_of, OPENED, OPENINGS), opened.AGING.encode()),
    "opening, Xero": (partial(rows_of, OPENED, OPENINGS), opened.XERO.encode()),
    "opening, Stripe": (partial(rows_of, OPENED, OPENINGS), opened.STRIPE.encode()),
    "opening, Invoice Ninja": (partial(rows_of, OPENED, OPENINGS), opened.NINJA.encode()),
    "opening, payments": (partial(rows_of, OPENED, OPENINGS), opened.NINJA_PAYMENTS.encode()),
    "customers, QuickBooks": (partial(rows_of, PEOPLE, CUSTOMERS), exported.QUICKBOOKS.encode()),
    "customers, Xero": (partial(rows_of, PEOPLE, CUSTOMERS), exported.XERO.encode()),
    "customers, Stripe": (partial(rows_of, PEOPLE, CUSTOMERS), exported.STRIPE.encode()),
    "customers, Invoice Ninja": (partial(rows_of, PEOPLE, CUSTOMERS), exported.NINJA.encode()),
    "invoices": (partial(rows_of, LINES, NO_FORMATS), b"Invoice,Date,Customer,Price\nR-1,2026-03-02,C00001,12.50\n"),
    "orders": (partial(rows_of, ORDER_FIELDS, NO_FORMATS), b"Order,Date,Customer,Price\nO-1,2026-03-02,C00001,12.50\n"),
}


def broken(content: bytes, chance: random.Random) -> bytes:
    """A sound file with a few places cut out, doubled, moved or filled with something else."""
    for _ in range(chance.randint(1, 5)):
        first, last = sorted(chance.randint(0, len(content)) for _ in range(2))
        piece = content[first : min(last, first + chance.choice([1, 8, 60, 10_000]))]
        put = chance.choice(
            [b"", b"", piece * chance.randint(2, 40), chance.choice(JUNK), chance.randbytes(6), piece[::-1]]
        )
        content = content[:first] + put + content[first + len(piece) :]
    return content[:1_000_000]


def outcome(read: Callable[[bytes], object], content: bytes) -> str:
    """How a reader took a file: with "read", "refused", or what it should not have raised."""
    try:
        read(content)
    except Refused as refused:
        return "refused" if str(refused).strip() else "refused without words"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "read"


@pytest.mark.timeout(max(300, BROKEN))
@pytest.mark.parametrize("kind", READERS)
def test_no_broken_file_brings_its_reader_down(kind: str) -> None:
    read, sound = READERS[kind]
    assert outcome(read, sound) == "read"
    outcomes = {n: outcome(read, broken(sound, random.Random(f"{kind} {n}"))) for n in range(BROKEN)}

    assert {n: found for n, found in outcomes.items() if found not in ("read", "refused")} == {}
    assert "refused" in outcomes.values()


def test_a_reader_that_lets_an_error_through_is_found() -> None:
    assert outcome(lambda content: content.decode(), b"\xff").startswith("UnicodeDecodeError")
