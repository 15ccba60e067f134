"""From an uploaded file to the document inside it."""

from io import BytesIO

from lxml import etree

from billing.einvoice.document import Document
from billing.einvoice.markup import Element, parse
from billing.einvoice.reading.cii import read_cii
from billing.einvoice.reading.ubl import read_ubl
from billing.einvoice.rules import ROOTS
from ledger.refusals import Refused
from office.reading.xml import LARGEST

EMBEDDED = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml")


def open_einvoice(content: bytes) -> Element:
    """The root of an e-invoice, out of its PDF where it is in one.

    Raises Refused for what is no XML, too large, holds no e-invoice, or one of a kind that nobody knows.
    """
    if content.lstrip()[:5] == b"%PDF-":
        content = _embedded(content)
    root = parse(content)
    if root.tag not in ROOTS:
        name = etree.QName(root).localname
        raise Refused(
            f"The file is no e-invoice we know: it is a {name}. Send UBL, CII or a Factur-X PDF.",
            code="einvoice_unknown_kind",
        )
    return root


def read_document(root: Element) -> Document:
    """The document as EN 16931 sees it. Raises Refused naming an amount or day that is none."""
    return read_cii(root) if ROOTS[root.tag][0] == "CII" else read_ubl(root)


def _embedded(content: bytes) -> bytes:
    from pikepdf import PdfError, open as open_pdf  # noqa: I001

    if len(content) > LARGEST:
        raise Refused("The file is larger than 20 MB; no invoice is.", code="einvoice_too_large")
    try:
        with open_pdf(BytesIO(content)) as pdf:
            files = {name.lower(): spec for name, spec in pdf.attachments.items()}
            names = [name for name in EMBEDDED if name in files] or [name for name in files if name.endswith(".xml")]
            if names:
                return files[names[0]].get_file().read_bytes()
    except (PdfError, ValueError, KeyError) as error:
        raise Refused(f"The PDF cannot be read: {error}", code="einvoice_bad_pdf") from error
    raise Refused("The PDF has no e-invoice inside.", code="einvoice_not_in_pdf")
