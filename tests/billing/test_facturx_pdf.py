"""A Factur-X document is a PDF/A-3 that carries its e-invoice."""

import os
import re
import shutil
import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from billing.einvoice.kept import kept_einvoice
from billing.einvoice.reading.opening import open_einvoice
from billing.models import Invoice, PdfEdition
from billing.pdf import kept_pdf
from billing.pdf.documents import _rendered
from billing.pdf.page import page_of
from customers.models import EInvoiceFormat
from office.languages import LANGUAGES, as_written_in
from office.models import BankAccount
from office.papers.renderer import render_facturx
from tests import world
from tests.billing.einvoices import buyer, seller
from tests.billing.test_pdf import missing_glyphs

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "einvoice"
NEEDED = ("preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "javax.activation", "jaxb-api")
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in NEEDED]
WORDS = {
    "en": "Thank you",
    "de": "Für Ihren Auftrag",
    "fr": "Cœur à l’ouvrage",
    "es": "¿Año nuevo?",
    "nl": "Één ’s avonds",
    "ar": "شكرًا لكم",
    "ja": "毎度ありがとう",
}
PROPERTIES = ("DocumentFileName", "DocumentType", "Version", "ConformanceLevel")
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


@pytest.fixture
def invoice(db: None) -> Invoice:
    """An issued invoice of a customer who wants Factur-X, with a colour, a code and a Swiss slip on its page."""
    company = seller(accent="#1f4e8c")
    swiss = {"name": "Swiss", "holder": "Alder Ltd", "iban": "CH5800791123000889012", "currency": "EUR"}
    BankAccount.objects.create(company=company, **swiss)
    lines = [world.line("80.00", "2", world.make_tax(company, "19"), description="Ärger & Co")]
    return world.issue(buyer(company, EInvoiceFormat.FACTURX), lines, date(2026, 3, 2))


@pytest.fixture(params=LANGUAGES)
def spoken(invoice: Invoice, request: pytest.FixtureRequest) -> bytes:
    """The document as a customer of each language gets it, with words of that language's script among its lines."""
    language = request.param
    invoice.printed |= {"language": as_written_in(language, "DE"), "opening": WORDS[language]}
    einvoice = bytes(kept_einvoice(invoice).content)
    return render_facturx(page_of(invoice), identifier=invoice.hash, einvoice=einvoice, made_at=invoice.issued_at)


def content_of(invoice: Invoice) -> bytes:
    return bytes(kept_pdf(invoice).content)


def test_it_gives_its_e_invoice_back_byte_for_byte(invoice):
    with pikepdf.open(BytesIO(content_of(invoice))) as pdf:
        assert list(pdf.attachments) == ["factur-x.xml"]
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == bytes(kept_einvoice(invoice).content)

    assert etree.tostring(open_einvoice(content_of(invoice))) == etree.tostring(
        etree.fromstring(bytes(kept_einvoice(invoice).content))
    )


def test_in_each_language_it_is_a_pdf_a_3b_with_its_e_invoice_and_every_letter_has_its_glyph(spoken):
    with pikepdf.open(BytesIO(spoken)) as pdf:
        require_one_alternative(pdf)
        assert "/OutputIntents" in pdf.Root
        require_description(pdf.Root.Metadata.read_bytes())
    assert missing_glyphs(spoken) == 0


def require_one_alternative(pdf: pikepdf.Pdf) -> None:
    [file] = pdf.Root.AF
    assert file.AFRelationship == "/Alternative"
    assert file.UF == "factur-x.xml"
    assert str(file.EF.F.Params.ModDate).startswith("D:")
    assert file.EF.F.Subtype == "/text/xml"


def require_description(xmp: bytes) -> None:
    root = etree.fromstring(xmp[xmp.index(b"<x:xmpmeta") : xmp.index(b"<?xpacket end")])
    [rdf] = root.iter(f"{RDF}RDF")
    said = [rdf.findtext(f".//{FX}{name}") for name in PROPERTIES]
    assert said == ["factur-x.xml", "INVOICE", "1.0", "EN 16931"]
    assert b"<pdfaid:part>3</pdfaid:part>" in xmp
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in xmp


def test_the_same_document_gives_the_same_bytes(invoice):
    assert _rendered(invoice, PdfEdition.ISSUED) == content_of(invoice)


def test_other_customers_get_a_plain_pdf(db):
    company = seller()
    plain = world.issue(world.make_customer(company), "10.00", date(2026, 3, 2))

    with pikepdf.open(BytesIO(content_of(plain))) as pdf:
        assert list(pdf.attachments) == []


def preflight_codes(file: Path) -> set[str]:
    """The codes that PDFBox's preflight, which knows PDF/A-1 only, gives a file."""
    command = ["java", "-cp", ":".join(map(str, JARS)), "org.apache.pdfbox.preflight.Validator_A1b", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return set(re.findall(r"^(\d+(?:\.\d+)*) :", done.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def codes_of_good_files() -> set[str]:
    """What preflight says of published files that are good: what PDF/A-3 has and PDF/A-1 does not know."""
    if not shutil.which("java") or not all(jar.exists() for jar in JARS) or not DATA.exists():
        pytest.skip(
            "Needs Java, Debian's libpdfbox2-java, libactivation-java and libjaxb-api-java, and the public data."
        )
    good = sorted((DATA / "zugferd" / "pdf").rglob("*.pdf"))[:4]
    return set().union(*(preflight_codes(file) for file in good))


def test_in_each_language_preflight_finds_no_code_that_good_files_do_not_show(spoken, codes_of_good_files, tmp_path):
    ours = tmp_path / "ours.pdf"
    ours.write_bytes(spoken)

    assert preflight_codes(ours) - codes_of_good_files == set()
    assert codes_of_good_files
