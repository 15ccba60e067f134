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
from customers.models import EInvoiceFormat
from tests import world
from tests.billing.einvoices import buyer, seller

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "einvoice"
NEEDED = ("preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "javax.activation", "jaxb-api")
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in NEEDED]
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


@pytest.fixture
def invoice(db: None) -> Invoice:
    """An issued invoice of a customer who wants Factur-X."""
    company = seller()
    lines = [world.line("80.00", "2", world.make_tax(company, "19"), description="Ärger & Co")]
    return world.issue(buyer(company, EInvoiceFormat.FACTURX), lines, date(2026, 3, 2))


def content_of(invoice: Invoice) -> bytes:
    return bytes(kept_pdf(invoice).content)


def test_it_gives_its_e_invoice_back_byte_for_byte(invoice):
    with pikepdf.open(BytesIO(content_of(invoice))) as pdf:
        assert list(pdf.attachments) == ["factur-x.xml"]
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == bytes(kept_einvoice(invoice).content)

    assert etree.tostring(open_einvoice(content_of(invoice))) == etree.tostring(
        etree.fromstring(bytes(kept_einvoice(invoice).content))
    )


def test_the_attachment_is_an_alternative_and_listed_once(invoice):
    with pikepdf.open(BytesIO(content_of(invoice))) as pdf:
        [file] = pdf.Root.AF
        assert file.AFRelationship == "/Alternative"
        assert file.UF == "factur-x.xml"
        assert str(file.EF.F.Params.ModDate).startswith("D:")
        assert file.EF.F.Subtype == "/text/xml"


def test_it_says_that_it_is_pdf_a_3b_and_factur_x(invoice):
    with pikepdf.open(BytesIO(content_of(invoice))) as pdf:
        xmp = pdf.Root.Metadata.read_bytes()
        assert "/OutputIntents" in pdf.Root
    root = etree.fromstring(xmp[xmp.index(b"<x:xmpmeta") : xmp.index(b"<?xpacket end")])

    [rdf] = root.iter(f"{RDF}RDF")
    assert [rdf.findtext(f".//{FX}{name}") for name in ("DocumentFileName", "DocumentType", "Version")] == [
        "factur-x.xml",
        "INVOICE",
        "1.0",
    ]
    assert rdf.findtext(f".//{FX}ConformanceLevel") == "EN 16931"
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


@pytest.mark.skipif(
    not shutil.which("java") or not all(jar.exists() for jar in JARS) or not DATA.exists(),
    reason="Needs Java, Debian's libpdfbox2-java, libactivation-java and libjaxb-api-java, and the public data.",
)
def test_preflight_finds_no_code_that_good_files_do_not_show(invoice, tmp_path):
    ours = tmp_path / "ours.pdf"
    ours.write_bytes(content_of(invoice))
    good = sorted((DATA / "zugferd" / "pdf").rglob("*.pdf"))[:4]

    shown = set().union(*(preflight_codes(file) for file in good))

    assert preflight_codes(ours) - shown == set()
    assert shown
