"""What others wrote: each public file gets the verdict it should, the right ones become drafts of the same totals."""

import csv
import os
from base64 import b64encode
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.einvoice.document import Document
from billing.einvoice.kept import kept_einvoice
from billing.einvoice.reading.opening import open_einvoice, read_document
from billing.einvoice.rules import judge
from billing.models import NEVER_CHARGED, Invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.read_einvoice import read_einvoice
from billing.tax_choice import taxes_of
from customers.models import Customer, EInvoiceFormat
from ledger.refusals import Refused
from office.models import Company
from tests import world
from tests.api.calling import Program, refused
from tests.billing.einvoices import buyer, seller

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "einvoice"
EXPECTED = DATA / "expected-rules.csv"
NEEDS_DATA = pytest.mark.skipif(
    not EXPECTED.exists(), reason="The public data is not here; DUEBOOK_DATA names its folder."
)


VERDICT = ["en16931_fatal", "en16931_warning", "xrechnung_fatal", "xrechnung_warning"]
ROUNDED = [
    "en16931-examples/cii/huf_example_cii.xml",
    "xrechnung/01.06_minimal_test_ubl.xml",
    "xrechnung/01.06_minimal_test_uncefact.xml",
]
"""Files whose tax is rounded otherwise than the law of cents; the draft has a line that says so."""
REFUSED_PDFS = {"zugferd/pdf": [], "mustang-bad-and-edge": []}
UNKNOWN = "einvoice_unknown_kind: The file is no e-invoice we know: it is a myinvoice. Send UBL, CII or a Factur-X PDF."


def expected() -> list[dict[str, str]]:
    return list(csv.DictReader(EXPECTED.open(encoding="utf-8"))) if EXPECTED.exists() else []


def judged(content: bytes) -> dict[str, str]:
    """What the rules find in a file, as the table writes it."""
    ids: dict[str, set[str]] = {name: set() for name in VERDICT}
    for each in judge(open_einvoice(content)):
        is_german = each.rule.startswith(("BR-DE-", "BR-DEX-", "BR-TMP-", "PEPPOL-"))
        name = f"{'xrechnung' if is_german else 'en16931'}_{each.level}"
        if name in ids:
            ids[name].add(each.rule)
    return {name: " ".join(sorted(rules)) for name, rules in ids.items()}


@NEEDS_DATA
def test_every_public_file_gets_exactly_the_verdict_and_ids_of_the_table():
    wrong = {}
    for row in expected():
        wanted = {name: row[name] for name in VERDICT}
        if "other document" in row["kind"]:
            with pytest.raises(Refused) as refusal:
                judged((DATA / row["file"]).read_bytes())
            assert refusal.value.code == "einvoice_unknown_kind"
        elif (found := judged((DATA / row["file"]).read_bytes())) != wanted:
            wrong[row["file"]] = found
    assert wrong == {}
    assert len(expected()) > 150


@pytest.fixture
def company(db: None) -> Company:
    return world.make_company()


def add_missing_taxes(company: Company, document: Document) -> None:
    """The taxes that a document names, where the company has not had them yet."""
    known = {(r.category, r.percent) for tax in taxes_of(company).values() for r in tax.rates.all()}
    codes = [each.tax for each in (*document.lines, *document.allowances) if each.tax]
    for code in dict.fromkeys(codes):
        key = (code.category, code.percent or Decimal(0))
        if key not in known:
            known.add(key)
            reason = "Not taxed" if code.category in NEVER_CHARGED else ""
            rate = RateDetails(key[1], category=key[0], reason=reason)
            add_tax(company, TaxDetails(f"{key[0]} {key[1].normalize():f}", [rate]), by=None)


def imported(company: Company, content: bytes, customer_id: int) -> Invoice:
    """The draft of a file; whatever currency it is in counts as ours."""
    document = read_document(open_einvoice(content))
    add_missing_taxes(company, document)
    rate = None if document.currency == company.currency else Decimal(1)
    Invoice.objects.filter(source_reference=document.number[:60]).update(source_reference="")
    return read_einvoice(company, content, by=None, customer_id=customer_id, exchange_rate=rate)


@NEEDS_DATA
def test_every_right_file_becomes_a_draft_of_the_same_totals_and_a_broken_one_a_named_error(company):
    customer = world.make_customer(company)
    outcome: dict[str, str] = {}
    rounded = []
    for row in expected():
        content = (DATA / row["file"]).read_bytes()
        is_broken = bool(row["en16931_fatal"] or row["xrechnung_fatal"])
        try:
            draft = imported(company, content, customer.pk)
        except Refused as refusal:
            if not (is_broken and refusal.code == "einvoice_rule_broken"):
                outcome[row["file"]] = f"{refusal.code}: {refusal.message}"
        else:
            totals = read_document(open_einvoice(content)).totals
            assert draft.total == abs(totals.total)
            if (draft.net, draft.tax) != (abs(totals.net), abs(totals.tax)):
                rounded.append(row["file"])
            assert not is_broken
    assert rounded == ROUNDED
    assert outcome == {"mustang-bad-and-edge/invalidV2Root.xml": UNKNOWN}


def a_file(company: Company, form: str = EInvoiceFormat.XRECHNUNG_UBL) -> bytes:
    """An e-invoice that a company like ours has issued to a customer like ours."""
    tax = world.make_tax(company, "19")
    invoice = world.issue(buyer(company, form), [world.line("80.00", "2", tax, unit="h")], date(2026, 3, 2))
    Invoice.objects.exclude(pk=invoice.pk).delete()
    return bytes(kept_einvoice(invoice).content)


@pytest.mark.parametrize("form", EInvoiceFormat.values)
def test_what_we_write_is_read_as_what_it_was(db, form):
    company = seller()
    draft = read_einvoice(company, a_file(company, form), by=None)

    [line] = draft.lines.all()
    assert (line.quantity, line.unit, line.unit_price, line.tax_percent) == (2, "h", 80, 19)
    assert (draft.total, draft.customer.tax_id) == (Decimal("190.40"), "FR40303265045")
    assert draft.source_reference == "INV-2026-0001"


def test_a_file_is_read_once(db):
    company = seller()
    content = a_file(company)
    read_einvoice(company, content, by=None)

    with pytest.raises(Refused) as refusal:
        read_einvoice(company, content, by=None)

    assert refusal.value.code == "einvoice_read_before"
    assert Invoice.objects.filter(status="draft").count() == 1


def test_an_unknown_buyer_is_asked_for(db):
    company = seller()
    content = a_file(company)
    Customer.objects.update(tax_id="", name="Other", number="X1")

    with pytest.raises(Refused) as refusal:
        read_einvoice(company, content, by=None)
    assert refusal.value.code == "einvoice_customer_unknown"

    assert read_einvoice(company, content, by=None, customer_id=Customer.objects.get().pk).customer.name == "Other"


def test_a_tax_that_the_company_has_not_is_named(db):
    company = seller()
    content = a_file(company)
    other = seller(legal_name="Birch Ltd")
    buyer(other)

    with pytest.raises(Refused, match=r"no tax of 19 % \(Standard rate\)"):
        read_einvoice(other, content, by=None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "einvoice_not_xml"),
        (b"hello", "einvoice_not_xml"),
        (b"<a><b></a>", "einvoice_not_xml"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "einvoice_has_doctype"),
        (b"<!DOCTYPE Invoice><Invoice/>", "einvoice_has_doctype"),
        (b"<Invoice/>", "einvoice_unknown_kind"),
        (b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>', "einvoice_rule_broken"),
        (b"<html/>", "einvoice_unknown_kind"),
        (b"%PDF-1.7 broken", "einvoice_bad_pdf"),
        (b"<a>" + b" " * (20 * 1024 * 1024) + b"</a>", "einvoice_too_large"),
    ],
)
def test_what_is_no_e_invoice_gets_a_named_error(company, content, code):
    with pytest.raises(Refused) as refusal:
        read_einvoice(company, content, by=None)

    assert refusal.value.code == code
    assert Invoice.objects.count() == 0


@NEEDS_DATA
@pytest.mark.parametrize("name", ["zugferd/pdf", "mustang-bad-and-edge"])
def test_every_public_pdf_gives_its_e_invoice_or_a_named_error(name):
    files = sorted((DATA / name).rglob("*.pdf"))
    unread = []
    for file in files:
        try:
            read_document(open_einvoice(file.read_bytes()))
        except Refused as refusal:
            unread.append((file.name, refusal.code))
    assert unread == REFUSED_PDFS[name]
    assert len(files) > len(unread)


def test_a_program_reads_one_too(db):
    company = seller()
    content = b64encode(a_file(company)).decode()
    program = Program(world.make_user(company))

    answer = program.post("invoices/read/", {"file": content}, key="K")
    again = program.post("invoices/read/", {"file": content}, key="K")

    assert (answer.status_code, answer.json()["total"], answer.json()["state"]) == (201, "190.40", "draft")
    assert again.json()["id"] == answer.json()["id"]
    assert refused(program.post("invoices/read/", {"file": content})) == (409, "einvoice_read_before")
    assert refused(program.post("invoices/read/", {"file": "no base64!"}))[0] == 400


def test_somebody_limited_to_their_customers_reads_none_for_others(db):
    company = seller()
    content = a_file(company)
    sales = world.make_user(company, "sales", only_own_customers=True)

    with pytest.raises(Refused) as refusal:
        read_einvoice(company, content, by=sales, customer_id=Customer.objects.get().pk)

    assert refusal.value.code == "einvoice_customer_unknown"


def test_the_page_makes_a_draft_or_says_what_is_wrong(db):
    company = seller()
    content = a_file(company)
    browser = Client()
    browser.force_login(world.make_user(company))

    bad = browser.post("/invoices/read/", {"file": SimpleUploadedFile("a.xml", b"hello")})
    good = browser.post("/invoices/read/", {"file": SimpleUploadedFile("a.xml", content)})

    assert b"The file is not well-formed XML" in bad.content
    assert good["Location"] == f"/invoices/{Invoice.objects.get(status='draft').pk}/"


def test_on_the_page_the_buyer_is_picked_where_nobody_is_found(db: None, client: Client) -> None:
    company = seller()
    content = a_file(company)
    Customer.objects.update(tax_id="", name="Other", number="X1")
    client.force_login(world.make_user(company))
    assert "Other" not in client.get("/invoices/read/").content.decode()

    asked = client.post("/invoices/read/", {"file": SimpleUploadedFile("a.xml", content), "customer": ""})
    assert 'class="field field-wrong"' in asked.content.decode()
    picked = {"customer": Customer.objects.get().pk}
    client.post("/invoices/read/", {"file": SimpleUploadedFile("a.xml", content), **picked})
    assert Invoice.objects.get(status="draft").customer.name == "Other"
    stranger = world.make_customer(world.make_company(legal_name="Cedar Ltd"))
    beside = client.post("/invoices/read/", {"file": SimpleUploadedFile("a.xml", content), "customer": stranger.pk})
    assert beside.status_code == 200
    assert not Invoice.objects.filter(customer=stranger).exists()
