"""Documents on paper: failures of other products, and what is right (PDF)."""

import re
import subprocess
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from billing.looks import logo_of
from billing.models import Invoice, InvoicePdf
from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from billing.pdf import account_pdf, draft_pdf, kept_pdf
from customers.models import Customer
from ledger.refusals import Refused
from office.models import Logo
from office.operations.update_company import set_logo
from office.papers.renderer import PdfUnavailable, Renderer
from tests import world

DAY = date(2026, 3, 2)
MARKUP = "<img src=x onerror=alert(1)><b>x</b>"
pytestmark = pytest.mark.django_db


def pages(content: bytes) -> list[str]:
    """The text of each page, as a person would copy it."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def text(content: bytes) -> str:
    return " ".join(" ".join(pages(content)).split())


def missing_glyphs(content: bytes) -> int:
    """How many characters are drawn as the box that stands for "no such glyph"."""
    reader = PdfReader(BytesIO(content))
    shown = b" ".join(page.get_contents().get_data() for page in reader.pages)
    glyphs = "".join(
        h.decode()
        for group in re.findall(rb"\[(.*?)\]\s*TJ", shown, re.S)
        for h in re.findall(rb"<([0-9a-f]+)>", group)
    )
    return sum(glyphs[place : place + 4] == "0000" for place in range(0, len(glyphs), 4))


def boxes(content: bytes) -> list[tuple[float, float]]:
    """Left and right edge of every word, in points."""
    command = ["pdftotext", "-bbox", "-", "-"]
    html = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    return [
        (float(left), float(right))
        for left, right in re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', html)
    ]


def test_pdf_01_a_line_longer_than_a_page(customer: Any) -> None:
    words = " ".join(f"word{number}" for number in range(1100))
    lines = [world.line("10.00", description=words[:8000])]
    lines += [world.line("1.00", description=f"Item {n}") for n in range(1, 41)]
    invoice = world.issue(customer, lines, DAY)

    content = bytes(kept_pdf(invoice).content)
    printed = pages(content)
    assert len(printed) >= 3
    for number, page in enumerate(printed, start=1):
        assert f"Page {number} of {len(printed)}" in page
    printed_words = text(content)
    assert all(f"word{number}" in printed_words for number in range(0, 880))
    assert sum("Description" in page and "Unit price" in page for page in printed) >= len(printed) - 1
    [totals] = [page.split("Item 40")[1] for page in printed if "Item 40" in page]
    assert totals.index("Net") < totals.index("Total") < totals.rindex("€50.00")
    amounts = [Decimal(a) for page in printed for a in re.findall(r"^\s*\d+\s.*?(\d+\.\d\d)\s*$", page, re.M)]
    assert sum(amounts) == Decimal("50.00")
    assert all(left > 0 and right < 595 for left, right in boxes(content))


def test_pdf_02_one_invoice_in_several_scripts(company: Any) -> None:
    customer = world.make_customer(company, "אבני חן בעמ")
    texts = ["中文服务费", "日本語のサービス", "Zażółć gęślą jaźń", "Rates in € and ₹"]
    invoice = world.issue(customer, [world.line("1.00", description=words) for words in texts], DAY)

    content = bytes(kept_pdf(invoice).content)
    assert missing_glyphs(content) == 0
    assert all(words in text(content) for words in texts)
    assert set("אבני חן בעמ") <= set(text(content))


def a_picture(format: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (200, 60), (20, 60, 140)).save(file, format)
    return file.getvalue()


def has_picture(content: bytes) -> bool:
    return any(page.images for page in PdfReader(BytesIO(content)).pages)


def test_pdf_03_with_a_logo_without_one_and_with_a_broken_one(company: Any, customer: Any) -> None:
    assert not has_picture(draft_pdf(world.draft(customer, "1.00")))

    set_logo(company.pk, a_picture("PNG"), by=None)
    customer = Customer.objects.get()
    assert has_picture(draft_pdf(world.draft(customer, "1.00")))

    company.logo, company.logo_type = b"not a picture at all", "image/png"  # as a damaged database might hold it
    company.save()
    broken = draft_pdf(world.draft(Customer.objects.get(), "1.00"))
    assert not has_picture(broken)
    assert "€1.00" in text(broken)


def test_a_paper_prints_the_logo_that_it_was_issued_with_whenever_it_is_first_made(company: Any) -> None:
    def issued() -> Invoice:
        return world.issue(world.make_customer(company), "1.00", DAY)

    def made(invoice: Invoice) -> bytes:
        return bytes(kept_pdf(Invoice.objects.get(pk=invoice.pk)).content)

    without, early = issued(), issued()
    set_logo(company.pk, a_picture("PNG"), by=None)
    company.refresh_from_db()
    with_first = issued()
    set_logo(company.pk, a_picture("JPEG"), by=None)
    company.refresh_from_db()
    with_second = issued()

    assert not has_picture(made(without))
    assert (has_jpeg(made(with_first)), has_picture(made(with_first))) == (False, True)
    assert has_jpeg(made(with_second))
    set_logo(company.pk, None, by=None)
    void_invoice(with_first.pk, reason="twice", by=None, on=DAY)
    assert has_picture(made(with_first))

    set_logo(company.pk, a_picture("PNG"), by=None)
    # one from before documents named their logo prints the present one
    assert logo_of(Invoice.objects.get(pk=early.pk), {}) == (a_picture("PNG"), "image/png")
    assert Logo.objects.count() == 2


def has_jpeg(content: bytes) -> bool:
    return any(image.name.endswith(".jpg") for page in PdfReader(BytesIO(content)).pages for image in page.images)


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"%PDF-1.7", a_picture("PNG")[:60]])
def test_pdf_03_a_file_that_is_no_picture_is_refused_at_upload(company: Any, content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        set_logo(company.pk, content or b" ", by=None)

    assert refusal.value.code == "not_a_picture"
    company.refresh_from_db()
    assert company.logo is None


def test_pdf_04_markup_is_printed_as_it_was_typed(company: Any) -> None:
    company.legal_name = MARKUP
    company.save()
    customer = world.make_customer(company, MARKUP, contacts=[])
    invoice = world.issue(customer, [world.line("1.00", description=MARKUP)], DAY, note=MARKUP, po_number=MARKUP)

    printed = text(bytes(kept_pdf(invoice).content))
    assert printed.replace(" ", "").count("onerror=alert(1)") >= 5


def test_pdf_05_nothing_that_a_text_names_is_fetched(customer: Any, httpserver_hits: list[str], tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    address = httpserver_hits[0]
    typed = f'<link rel="attachment" href="file://{secret}"><img src="{address}/x.png">'
    invoice = world.issue(customer, [world.line("1.00", description=typed)], DAY, note=typed)

    reader = PdfReader(BytesIO(bytes(kept_pdf(invoice).content)))
    assert not reader.attachments
    assert httpserver_hits[1:] == []


@pytest.mark.parametrize("named", ["file:///etc/hostname", "http", "ftp://127.0.0.1/x"])
def test_pdf_05_even_a_page_with_such_markup_gets_nothing(httpserver_hits: list[str], named: str) -> None:
    """The fetcher itself refuses, whatever the templates let through."""
    address = f"{httpserver_hits[0]}/x" if named == "http" else named
    page = f'''<html><link rel="attachment" href="{address}"/><link rel="stylesheet" href="{address}"/>
        <img src="{address}"/>x</html>'''
    renderer = Renderer()
    try:
        content = renderer.render(page, "test")
    finally:
        renderer.stop()

    reader = PdfReader(BytesIO(content))
    assert not reader.attachments
    assert not has_picture(content)
    assert httpserver_hits[1:] == []


def test_pdf_06_the_invoice_after_payments(customer: Any) -> None:
    credit = world.issue_credit_memo(customer, "30.00", DAY)
    invoice = world.issue(customer, "90.00", DAY)
    as_issued = bytes(kept_pdf(invoice).content)
    world.apply(credit, invoice, "30.00", DAY)
    world.apply(world.receive(customer, "20.00", DAY), invoice, "20.00", DAY)

    printed = text(account_pdf(invoice))
    assert "Total €90.00 Credited −€30.00 Paid −€20.00 Due now €40.00" in printed
    assert bytes(kept_pdf(invoice).content) == as_issued
    assert "Due now" not in text(as_issued)


def test_the_same_document_gives_the_same_bytes_and_they_are_kept(customer: Any) -> None:
    invoice = world.issue(customer, "90.00", DAY)
    first = bytes(kept_pdf(invoice).content)
    assert bytes(kept_pdf(invoice).content) == first
    assert InvoicePdf.objects.count() == 1
    assert account_pdf(invoice) == account_pdf(invoice)


def test_a_void_document_has_an_edition_with_the_mark(customer: Any) -> None:
    invoice = world.issue(customer, "90.00", DAY)
    before = kept_pdf(invoice)
    invoice = void_invoice(invoice.pk, reason="twice", by=None, on=DAY)

    printed = text(bytes(kept_pdf(invoice).content))
    assert "VOID" in printed
    assert "Please pay" not in printed
    assert "VOID" not in text(bytes(before.content))


def test_a_draft_says_that_it_is_one(customer: Any) -> None:
    assert "DRAFT, NOT VALID" in text(draft_pdf(world.draft(customer, "5.00"))).upper()


def test_a_credit_memo_names_its_invoice_and_asks_for_no_money(customer: Any) -> None:
    invoice = world.issue(customer, "90.00", DAY)
    memo = credit_invoice(invoice.pk, None, reason="Damaged", by=None, on=DAY)

    printed = text(bytes(kept_pdf(memo).content))
    assert f"Credits invoice {invoice.number}" in printed
    assert "Total credit €90.00" in printed
    assert "Please pay" not in printed


def test_rnd_07_yen_are_printed_without_decimals(company: Any) -> None:
    company = world.make_company("JPY", country="JP")
    vat = world.make_tax(company, "10")
    invoice = world.issue(world.make_customer(company, currency="JPY"), [world.line("1127", tax=vat)], DAY)

    printed = text(bytes(kept_pdf(invoice).content))
    assert invoice.total == 1240
    assert "1,240" in printed
    assert not re.search(r"1,240[.,]\d", printed)


def test_the_largest_amounts_stay_in_their_columns(customer: Any) -> None:
    lines = [world.line("9876543210.99", "9", description="Very dear"), world.line("1.00", description="Cheap")]
    content = bytes(kept_pdf(world.issue(customer, lines, DAY)).content)

    assert "88,888,888,899.91" in text(content)
    assert all(right < 595 - 40 for _, right in boxes(content))


def test_a_lost_child_costs_one_answer_and_the_next_is_served() -> None:
    renderer = Renderer()
    try:
        assert renderer.render("<p>one</p>", "1").startswith(b"%PDF")
        renderer.child.kill()
        renderer.child.wait()
        assert renderer.render("<p>two</p>", "2").startswith(b"%PDF")
    finally:
        renderer.stop()


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("office.papers.renderer.SECONDS", 0)
    renderer = Renderer()
    with pytest.raises(PdfUnavailable, match="Try again"):
        renderer.render("<p>slow</p>", "1")
    assert renderer.child is None


@pytest.fixture
def httpserver_hits() -> Any:
    """The address of a server on this machine, followed by every path that was asked of it."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    hits.append(f"http://127.0.0.1:{server.server_port}")
    yield hits
    server.shutdown()
