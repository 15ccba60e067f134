"""Which files of other products an import of customers understands as they come, and where their headings are from.

Xero: Contacts, Export, as CSV. ContactName, AccountNumber, EmailAddress, FirstName, LastName, addresses in PO and SA
columns, PhoneNumber, TaxNumber, LegalName, CompanyNumber; its template writes a star before the name.

QuickBooks Online: the report Customer Contact List, as Excel or CSV. Its title and day stand above the headings, the
moment of the export below: "Customer full name", "Phone numbers", "Email", "Full name", "Bill address".

Stripe: Customers, Export. "id", "Description", "Email", "Name", "Created (UTC)", "Currency"; the id is the number.
"""

import re
from collections.abc import Iterator

from office.reading.excel import Cell
from office.reading.formats import Format, Formats, below_titles
from office.reading.tables import TableRow

MOMENT = re.compile(r"\s*\w+day, \w+ \d{1,2}, \d{4}")
KIND_OF_PHONE = re.compile(r"^\w+:\s*")
CONTACT, PHONE, ADDRESS = "Full name", "Phone numbers", "Bill address"


def without_titles(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """QuickBooks's report as a plain table, with one telephone number and the address on one line."""
    rows = below_titles(rows, QUICKBOOKS.headings)
    head = next(rows, None)
    if head is None:
        return
    yield head
    names = [str(cell).strip() for cell in head.cells]
    for line, cells in rows:
        if any(cells) and not MOMENT.match(str(cells[0])):
            yield TableRow(line, [_plain(name, cell) for name, cell in zip(names, cells, strict=False)])


def _plain(name: str, cell: Cell) -> Cell:
    if name == PHONE:
        return KIND_OF_PHONE.sub("", re.split(r"\s+(?=\w+:)", str(cell))[0])
    return " ".join(str(cell).split()) if name == ADDRESS else cell


def with_whole_names(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """Xero's contacts with first and last name in one column."""
    head = next(rows, None)
    if head is None:
        return
    names = [str(cell).strip().removeprefix("*") for cell in head.cells]
    if CONTACT in names:
        yield head
        yield from rows
        return
    parts = [names.index(name) for name in ("FirstName", "LastName") if name in names]
    yield TableRow(head.line, [*names, CONTACT])
    for line, cells in rows:
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield TableRow(line, [*padded, " ".join(str(padded[place]) for place in parts).strip()])


QUICKBOOKS = Format(
    "quickbooks-customers",
    "QuickBooks: Customer Contact List",
    ("Customer full name", "Phone numbers", "Email"),
    {
        "name": "Customer full name",
        "contact_phone": PHONE,
        "contact_email": "Email",
        "contact_name": CONTACT,
        "street": ADDRESS,
    },
    without_titles,
)
XERO = Format(
    "xero-contacts",
    "Xero: exported contacts",
    ("ContactName", "EmailAddress", "AccountNumber"),
    {
        "name": "ContactName",
        "contact_email": "EmailAddress",
        "contact_name": CONTACT,
        "contact_phone": "PhoneNumber",
        "addressee": "POAttentionTo",
        "street": "POAddressLine1",
        "city": "POCity",
        "region": "PORegion",
        "postal_code": "POPostalCode",
        "country": "POCountry",
        "tax_id": "TaxNumber",
        "registry_number": "CompanyNumber",
    },
    with_whole_names,
)
STRIPE = Format(
    "stripe-customers",
    "Stripe: exported customers",
    ("id", "Email", "Name", "Created (UTC)"),
    {"number": "id", "name": "Name", "contact_email": "Email", "currency": "Currency", "note": "Description"},
)
FORMATS = Formats((QUICKBOOKS, XERO, STRIPE))
