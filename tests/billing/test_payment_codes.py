"""What customers name and scan when they pay (ISO 11649, EPC069-12)."""

import subprocess
from base64 import b64decode
from datetime import date
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from PIL.ImageFilter import GaussianBlur
from pypdf import PdfReader
from segno.helpers import make_epc_qr
from stdnum import iso11649

from billing.einvoice.kept import kept_einvoice
from billing.models import Invoice
from billing.payment_codes.epc import epc_code
from billing.payment_codes.references import as_printed, creditor_reference
from billing.pdf import draft_pdf, kept_pdf
from customers.models import EInvoiceFormat
from office.models import BankAccount
from office.operations.update_company import update_company
from tests import world
from tests.billing.einvoices import buyer, seller
from tests.billing.test_pdf import text

DAY = date(2026, 3, 2)
IBAN = "DE02120300000000202051"
DETAILS = {"holder": "Alder Ltd", "iban": IBAN, "amount": Decimal("1234.50"), "currency": "EUR"}


@pytest.mark.parametrize("number", ["INV-2026-0001", "7", "X" * 40, "Rg/26/0007"])
def test_a_creditor_reference_is_one_that_banks_take(number: str):
    reference = creditor_reference(number)

    assert iso11649.is_valid(reference)
    assert len(reference) <= 25


def test_the_published_example_of_a_reference():
    assert creditor_reference("539007547034") == "RF18539007547034"
    assert as_printed("RF18539007547034") == "RF18 5390 0754 7034"
    assert as_printed("INV-2026-0001") == "INV-2026-0001"


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "USD"},
        {"iban": "DE02120300000000202052"},
        {"amount": Decimal(0)},
        {"amount": Decimal("1000000000")},
        {"holder": " "},
    ],
)
def test_what_the_standard_does_not_know_has_no_code(change: dict[str, Any]):
    assert epc_code(**DETAILS | change, reference="x") == ""


def issued(company: Any, **details: Any) -> Invoice:
    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=IBAN, bic="", currency="EUR")
    return world.issue(world.make_customer(company, **details), "1234.50", DAY)


def codes_in(content: bytes) -> list[str]:
    """What a camera reads off the first page."""
    command = ["pdftoppm", "-r", "200", "-png", "-singlefile", "-"]
    picture = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    return [found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(picture)))]


@pytest.mark.django_db
def test_the_printed_code_holds_the_lines_that_the_standard_lists(company: Any):
    invoice = issued(company)
    update_company(company.pk, {"payment_reference": "creditor"}, by=None)
    with_reference = world.issue(invoice.customer, "1234.50", DAY)
    fixed = "BCD\n002\n2\nSCT\n\nAlder Ltd\nDE02120300000000202051\nEUR1234.5\n\n"

    assert codes_in(bytes(kept_pdf(invoice).content)) == [f"{fixed}\n{invoice.number}"]
    assert codes_in(bytes(kept_pdf(with_reference).content)) == [f"{fixed}RF86INV20260002"]


@pytest.mark.django_db
def test_a_draft_has_no_code_and_an_invoice_of_ten_lines_with_one_fits_on_a_page(company: Any):
    invoice = issued(company)

    assert "Pay by scanning" in text(bytes(kept_pdf(invoice).content))
    assert "Pay by scanning" not in text(draft_pdf(world.draft(invoice.customer, "5.00")))

    ten = world.issue(invoice.customer, [world.line("9.00", description=f"Item {n}") for n in range(10)], DAY)
    assert len(PdfReader(BytesIO(bytes(kept_pdf(ten).content))).pages) == 1


@pytest.mark.django_db
def test_a_document_keeps_the_reference_it_was_issued_with(company: Any):
    before = issued(company)
    update_company(company.pk, {"payment_reference": "creditor"}, by=None)
    invoice = world.issue(before.customer, "1234.50", DAY)
    update_company(company.pk, {"payment_reference": "number"}, by=None)
    again = Invoice.objects.get(pk=invoice.pk)

    assert again.payment_reference == creditor_reference(invoice.number)
    assert Invoice.objects.get(pk=before.pk).payment_reference == before.number
    assert as_printed(again.payment_reference) in text(bytes(kept_pdf(again).content))


@pytest.mark.django_db
def test_an_e_invoice_names_the_creditor_reference_as_what_to_pay_with():
    company = seller()
    update_company(company.pk, {"payment_reference": "creditor"}, by=None)
    company.refresh_from_db()
    lines = [world.line("80.00", tax=world.make_tax(company, "19"))]
    invoice = world.issue(buyer(company, EInvoiceFormat.XRECHNUNG_UBL), lines, DAY)

    told = bytes(kept_einvoice(invoice).content).decode()
    assert f"<cbc:PaymentID>{creditor_reference(invoice.number)}</cbc:PaymentID>" in told


@pytest.mark.parametrize("holder", ["Alder Ltd", "Müller & Söhne GmbH", "Łódź Sp. z o.o.", "Ελληνική ΑΕ", "株式会社"])
@pytest.mark.parametrize("reference", ["RF86INV20260002", "INV-2026-0001", "X" * 140])
def test_a_code_says_what_the_library_that_knows_the_standard_would_say(holder: str, reference: str):
    said = {"reference": reference} if reference.startswith("RF") else {"text": reference}
    theirs = make_epc_qr(name=holder, iban=IBAN, amount=DETAILS["amount"], **said)

    ours = epc_code(**DETAILS | {"holder": holder}, reference=reference, for_paper=True)

    assert scanned(ours) == scanned(theirs.png_data_uri(border=2, scale=2))


def test_codes_are_read_out_of_focus():
    chance = Random(5)
    for _ in range(100):
        amount, reference = Decimal(chance.randrange(1, 10**9)) / 100, f"INV-{chance.randrange(10**9)}"
        code = epc_code(**DETAILS | {"amount": amount}, reference=reference, for_paper=True)
        [found] = zxingcpp.read_barcodes(picture_of(code).convert("L").resize((220, 220)).filter(GaussianBlur(2)))
        assert found.text.endswith(f"\n{reference}")


def picture_of(address: str) -> Image.Image:
    return Image.open(BytesIO(b64decode(address.partition(",")[2])))


def scanned(address: str) -> bytes:
    [found] = zxingcpp.read_barcodes(picture_of(address))
    return found.bytes
