"""One document is one file: in whichever process, on whichever machine it is made."""

import os
import time
from datetime import date

import pytest

from billing.einvoice.kept import kept_einvoice
from billing.models import Invoice
from billing.pdf.page import page_of
from customers.models import EInvoiceFormat
from office.models import BankAccount
from office.operations.update_company import set_logo
from office.papers.renderer import Renderer
from tests import world
from tests.billing.einvoices import buyer, seller
from tests.billing.test_pdf import a_picture

PLACES = [("1", "Asia/Tokyo", "C.UTF-8"), ("2", "America/St_Johns", "C")]


@pytest.fixture
def invoice(db: None) -> Invoice:
    """An invoice with all that a page can show: logo, codes, a Swiss slip, several scripts."""
    company = seller()
    set_logo(company.pk, a_picture("PNG"), by=None)
    swiss = {"holder": "Alder Ltd", "iban": "CH5800791123000889012", "currency": "EUR", "name": "Swiss"}
    BankAccount.objects.create(company=company, **swiss)
    company.refresh_from_db()
    tax = world.make_tax(company, "19")
    lines = [world.line("80.00", "2", tax, description=text) for text in ("Ärger & Co", "日本語のサービス", "خدمة")]
    return world.issue(buyer(company, EInvoiceFormat.FACTURX), lines, date(2026, 3, 2))


def made_in(place: tuple[str, str, str], invoice: Invoice, monkeypatch: pytest.MonkeyPatch, **more: str) -> bytes:
    """The PDF from a process of its own with another hash seed, time zone and locale."""
    for name, value in zip(("PYTHONHASHSEED", "TZ", "LC_ALL"), place, strict=True):
        monkeypatch.setenv(name, value)
    time.tzset()
    renderer = Renderer()
    try:
        return renderer.render(page_of(invoice), invoice.hash, **more)
    finally:
        renderer.stop()


@pytest.mark.parametrize("is_facturx", [False, True])
def test_fresh_processes_elsewhere_make_the_same_bytes(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch, is_facturx: bool
) -> None:
    assert invoice.printed["swiss_slip"]
    more = {}
    if is_facturx:
        more = {"einvoice": bytes(kept_einvoice(invoice).content).decode(), "made_at": invoice.issued_at.isoformat()}
    made = [made_in(place, Invoice.objects.get(pk=invoice.pk), monkeypatch, **more) for place in PLACES]

    assert made[0].startswith(b"%PDF")
    assert made[0] == made[1]


def test_control_another_document_makes_other_bytes(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    other = world.issue(world.make_customer(invoice.company), "80.00", date(2026, 3, 2))
    assert made_in(PLACES[0], invoice, monkeypatch) != made_in(PLACES[0], other, monkeypatch)


@pytest.fixture(autouse=True)
def usual_time() -> object:
    """Put this process's own time zone back."""
    kept = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None) if kept is None else os.environ.update(TZ=kept)
    time.tzset()
