"""Which files of other products an import of customers understands as they come, and where their headings are from.

Xero: Contacts, Export, as CSV. ContactName, AccountNumber, EmailAddress, FirstName, LastName, addresses in PO and SA
columns, PhoneNumber, TaxNumber, LegalName, CompanyNumber; its template writes a star before the name.

QuickBooks Online: the report Customer Contact List, as Excel or CSV. Its title and day stand above the headings, the
moment of the export below: "Customer full name", "Phone numbers", "Email", "Full name", "Bill address".

Stripe: Customers, Export. "id", "Description", "Email", "Name", "Created (UTC)", "Currency"; the id is the number.

Invoice Ninja 5: Reports, Client, exported as CSV. The English words of the report's keys (client_report_keys of
app/Export/CSV/BaseExport in its source, lang/en/texts): "Name", "Number", "Street", "Apt/Suite", "City",
"State/Province", "Postal Code", "Country", "VAT Number", "First Name", "Last Name", "Email"; the currency with the word
Client in front from 5.7 on, and what is no currency's code is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

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
    yield TableRow(head.line, [*names, CONTACT])
    for line, cells in rows:
        told = _told(names, cells)
        yield TableRow(line, [*told.values(), _joined(told, " ", "FirstName", "LastName")])


def of_ninja(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """Invoice Ninja's clients with first and last name in one column, street and apartment in another."""
    head = next(rows, None)
    if head is None:
        return
    names = [str(cell).strip() for cell in head.cells]
    if CONTACT in names:
        yield head
        yield from rows
        return
    currency = next((name for name in names if name.replace(" ", "") in ("ClientCurrency", "Currency")), "")
    yield TableRow(head.line, [*names, CONTACT, ADDRESS])
    for line, cells in rows:
        told = _told(names, cells)
        if currency and not re.fullmatch("[A-Za-z]{3}", told[currency]):
            told[currency] = ""
        more = [_joined(told, " ", "First Name", "Last Name"), _joined(told, ", ", "Street", "Apt/Suite")]
        yield TableRow(line, [*told.values(), *more])


def _told(names: Sequence[str], cells: Sequence[Cell]) -> dict[str, str]:
    """What a row says under each heading."""
    padded = [*cells, *[""] * (len(names) - len(cells))]
    return {name: str(cell).strip() for name, cell in zip(names, padded, strict=False)}


def _joined(told: Mapping[str, str], between: str, *names: str) -> str:
    return between.join(told[name] for name in names if told.get(name))


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
INVOICE_NINJA = Format(
    "invoice-ninja-clients",
    "Invoice Ninja: clients",
    ("Name", "Street", "Apt/Suite", "State/Province", "Postal Code"),
    {
        "number": "Number",
        "name": "Name",
        "currency": "Client Currency",
        "tax_id": "VAT Number",
        "registry_number": "ID Number",
        "note": "Private Notes",
        "contact_name": CONTACT,
        "contact_email": "Email",
        "contact_phone": "Contact Phone",
        "street": ADDRESS,
        "postal_code": "Postal Code",
        "city": "City",
        "region": "State/Province",
        "country": "Country",
    },
    of_ninja,
)
FORMATS = Formats((QUICKBOOKS, XERO, STRIPE, INVOICE_NINJA))
