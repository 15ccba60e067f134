"""The slip of a Swiss QR-bill (SIX, Swiss Implementation Guidelines QR-bill 2.3, and its style guide)."""

import re
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from billing.models import Invoice
from billing.operations.void_invoice import void_invoice
from billing.payment_codes.epc import epc_code
from billing.payment_codes.references import as_printed, qr_reference
from billing.payment_codes.slip import slip_of
from billing.payment_codes.swiss import Payment, qr_content
from billing.pdf import account_pdf, draft_pdf, kept_pdf
from customers.operations.details import AddressDetails
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.refusals import Refused
from office.models import BankAccount, Company
from office.operations.update_company import update_company
from office.swiss_payments import Party, fault_of, is_qr_iban, is_swiss, party_of, slip_note
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from tests import world
from tests.billing.test_payment_codes import codes_in
from tests.billing.test_pdf import pages, text

DAY = date(2026, 3, 2)
QR_IBAN, PLAIN_IBAN = "CH4431999123000889012", "CH5800791123000889012"
CREDITOR = Party("Robert Schneider AG", "Rue du Lac", "1268", "2501", "Biel", "CH")
DEBTOR = Party("Pia-Maria Rutschmann-Schnyder", "Grosse Marktgasse", "28", "9400", "Rorschach", "CH")
EXAMPLE = Payment(
    QR_IBAN, CREDITOR, DEBTOR, Decimal("1949.75"), "CHF", "210000000003139471430009017", "Order from 15.06.2020"
)
CREDITOR_LINES = "S\nRobert Schneider AG\nRue du Lac\n1268\n2501\nBiel\nCH"
DEBTOR_LINES = "S\nPia-Maria Rutschmann-Schnyder\nGrosse Marktgasse\n28\n9400\nRorschach\nCH"
RORSCHACH = AddressDetails(street="Grosse Marktgasse 28", postal_code="9400", city="Rorschach", country="CH")
MM = 72 / 25.4


def content(iban: str, rest: str) -> str:
    return f"SPC\n0200\n1\n{iban}\n{CREDITOR_LINES}\n" + "\n" * 7 + rest


def test_the_guidelines_example_with_a_qr_reference():
    expected = content(
        QR_IBAN,
        f"1949.75\nCHF\n{DEBTOR_LINES}\nQRR\n210000000003139471430009017\nOrder from 15.06.2020\nEPD",
    )
    assert qr_content(EXAMPLE) == expected


def test_the_guidelines_example_with_a_creditor_reference():
    payment = replace(EXAMPLE, iban=PLAIN_IBAN, amount=Decimal("199.95"), reference="RF18539007547034", text="")
    assert qr_content(payment) == content(PLAIN_IBAN, f"199.95\nCHF\n{DEBTOR_LINES}\nSCOR\nRF18539007547034\n\nEPD")


def test_without_a_reference_and_without_an_address_of_the_debtor():
    payment = replace(EXAMPLE, iban=PLAIN_IBAN, debtor=party_of("Bramble", {}), reference="INV-1", text="INV-1")
    assert qr_content(payment) == content(PLAIN_IBAN, "1949.75\nCHF\n" + "\n" * 7 + "NON\n\nINV-1\nEPD")


def test_a_qr_reference_has_27_digits_and_a_check_digit():
    assert as_printed("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert as_printed(qr_reference(187858)) == "00 00000 00000 00000 00018 78583"
    assert len(qr_reference(187858)) == 27


@pytest.mark.parametrize(
    "change",
    [
        {"iban": PLAIN_IBAN[:-1] + "3"},
        {"iban": "DE89370400440532013000"},
        {"currency": "USD"},
        {"amount": Decimal(0)},
        {"amount": Decimal("1000000000.00")},
        {"reference": "INV-1"},
        {"reference": "RF18539007547034"},
        {"reference": "210000000003139471430009016"},
        {"creditor": replace(CREDITOR, postal_code="")},
        {"creditor": replace(CREDITOR, city="")},
        {"creditor": replace(CREDITOR, name="x" * 71)},
        {"creditor": replace(CREDITOR, name="株式会社")},
        {"text": "Ω"},
        {"text": "x" * 141},
    ],
)
def test_what_banks_would_refuse_has_no_code(change: dict[str, Any]):
    assert qr_content(replace(EXAMPLE, **change)) == ""


def test_the_largest_amount_still_has_one():
    assert "\n999999999.99\nCHF\n" in qr_content(replace(EXAMPLE, amount=Decimal("999999999.99")))


@pytest.mark.parametrize(
    ("street", "parted"),
    [
        ("Rue du Lac 1268", ("Rue du Lac", "1268")),
        ("Bahnhofstrasse 12a", ("Bahnhofstrasse", "12a")),
        ("12 rue de Rivoli", ("12 rue de Rivoli", "")),
        ("Postfach", ("Postfach", "")),
        ("c/o Müller\nHauptstrasse 3", ("c/o Müller, Hauptstrasse", "3")),
        ("", ("", "")),
    ],
)
def test_a_house_number_at_the_end_stands_apart(street: str, parted: tuple[str, str]):
    party = party_of("x", {"street": street})
    assert (party.street, party.house_number) == parted


def test_fine_marks_become_plain_ones_and_anything_else_has_a_reason():
    party = party_of("L’Atelier – “Été”", {"postal_code": "75001", "city": "Paris", "country": "FR"})
    assert party.name == 'L\'Atelier - "Été"'
    assert fault_of(party) == ""
    assert fault_of(replace(party, name="Ωmega")) == "the name has a character that Swiss banks do not take: Ω"
    assert fault_of(replace(party, postal_code="")) == "the postal code is missing"
    assert fault_of(replace(party, city="x" * 36)) == "the town has more than 35 characters"


@pytest.mark.parametrize(
    ("iban", "swiss", "with_qr"),
    [
        (QR_IBAN, True, True),
        ("CH44 3199 9123 0008 8901 2", True, True),
        (PLAIN_IBAN, True, False),
        ("LI21088100002324013AA", True, False),
        ("DE89370400440532013000", False, False),
        ("CH99 wrong", False, False),
    ],
)
def test_which_accounts_are_swiss_and_which_take_qr_references(iban: str, swiss: bool, with_qr: bool):
    assert (is_swiss(iban), is_qr_iban(iban)) == (swiss, with_qr)


def test_a_qr_iban_has_no_epc_code():
    details = {"holder": "Robert Schneider AG", "amount": Decimal(5), "currency": "EUR", "reference": "INV-1"}
    assert epc_code(iban=QR_IBAN, **details) == ""
    assert epc_code(iban=PLAIN_IBAN, **details) != ""


def test_the_receipt_leaves_streets_out_where_it_has_too_little_room():
    short = slip_of(qr_content(EXAMPLE), "de-ch")
    assert short.receipt_creditor == short.creditor == ["Robert Schneider AG", "Rue du Lac 1268", "2501 Biel"]
    assert (short.amount, short.account) == ("1 949.75", "CH44 3199 9123 0008 8901 2")

    long = replace(DEBTOR, name="N" * 70, street="S" * 70, city="T" * 35)
    slip = slip_of(qr_content(replace(EXAMPLE, debtor=long, creditor=replace(long, country="FR"))), "ja")
    assert slip.receipt_debtor == ["N" * 70, f"9400 {'T' * 35}"]
    assert slip.receipt_creditor == ["N" * 70, f"FR-9400 {'T' * 35}"]
    assert slip.words["payment_part"] == "Payment part"


def swiss_company(*accounts: tuple[str, str], **details: Any) -> Company:
    place = {"street": "Rue du Lac 1268", "postal_code": "2501", "city": "Biel", "country": "CH"}
    company = world.make_company("CHF", **{"legal_name": "Robert Schneider AG", **place, **details})
    for iban, currency in accounts:
        values = {"name": "Main", "holder": "Robert Schneider AG", "iban": iban, "currency": currency}
        BankAccount.objects.create(company=company, **values)
    return company


def rutschmann(company: Company, **details: Any) -> Any:
    values = {"addresses": [RORSCHACH], "currency": company.currency, "language": "de"}
    return world.make_customer(company, DEBTOR.name, **values | details)


def printed_pdf(invoice: Invoice) -> bytes:
    return bytes(kept_pdf(invoice).content)


def last_page(content: bytes) -> bytes:
    """What the last page shows, as PNG at 200 dpi."""
    count = len(PdfReader(BytesIO(content)).pages)
    command = ["pdftoppm", "-r", "200", "-f", str(count), "-png", "-singlefile", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def words_on_last_page(content: bytes) -> dict[str, tuple[float, float]]:
    """Where each word of the last page begins, in millimetres from its left upper corner; the last one of its kind."""
    command = ["pdftotext", "-bbox", "-", "-"]
    html = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)".*?>(.*?)</word>', html.split("<page ")[-1])
    return {word: (float(left) / MM, float(top) / MM) for left, top, word in found}


@pytest.mark.django_db
def test_the_printed_code_says_what_was_frozen_and_stands_where_the_style_guide_has_it():
    company = swiss_company((QR_IBAN, "CHF"))
    invoice = world.issue(rutschmann(company), "1949.75", DAY)
    reference = qr_reference(invoice.pk)
    expected = content(QR_IBAN, f"1949.75\nCHF\n{DEBTOR_LINES}\nQRR\n{reference}\n{invoice.number}\nEPD")

    pdf = printed_pdf(invoice)
    [found] = zxingcpp.read_barcodes(Image.open(BytesIO(last_page(pdf))))
    place, mm = found.position, 25.4 / 200
    assert found.text == expected == Invoice.objects.get(pk=invoice.pk).printed["swiss_slip"]
    assert found.ec_level == "M"
    corners = [place.top_left.x * mm, place.top_left.y * mm, place.bottom_right.x * mm, place.bottom_right.y * mm]
    assert corners == pytest.approx([67, 209, 113, 255], abs=0.4)

    words = words_on_last_page(pdf)
    assert words["Empfangsschein"] == pytest.approx((5, 197), abs=1)
    assert words["Zahlteil"] == pytest.approx((67, 197), abs=1)
    assert words["Währung"] == pytest.approx((67, 260), abs=1)
    assert words["Annahmestelle"][1] == pytest.approx(274, abs=1)
    assert words["Zusätzliche"][0] == pytest.approx(118, abs=0.3)
    fonts = {font for page in PdfReader(BytesIO(pdf)).pages for font in map(str, page["/Resources"]["/Font"].values())}
    assert any("Liberation-Sans" in font for font in fonts), fonts


@pytest.mark.django_db
def test_the_company_chooses_what_is_named_for_an_ordinary_account():
    company = swiss_company((PLAIN_IBAN, "CHF"))
    customer = rutschmann(company, addresses=[])
    by_number = world.issue(customer, "5.00", DAY)
    update_company(company.pk, {"payment_reference": "creditor"}, by=None)
    by_reference = world.issue(customer, "5.00", DAY)

    assert by_number.printed["swiss_slip"].endswith(f"NON\n\n{by_number.number}\nEPD")
    reference = by_reference.payment_reference
    assert reference.startswith("RF")
    assert by_reference.printed["swiss_slip"].endswith(f"SCOR\n{reference}\n{by_reference.number}\nEPD")
    assert "Zahlbar durch (Name/Adresse)" in text(printed_pdf(by_number))


@pytest.mark.django_db
def test_a_qr_iban_is_preferred_and_decides_the_reference():
    company = swiss_company((PLAIN_IBAN, "CHF"), (QR_IBAN, "CHF"))
    invoice = world.issue(rutschmann(company), "5.00", DAY)

    assert invoice.printed["swiss_slip"].split("\n")[3] == QR_IBAN
    assert invoice.payment_reference == qr_reference(invoice.pk)
    assert "CH58 0079 1123 0008 8901 2" in text(printed_pdf(invoice))


@pytest.mark.django_db
def test_a_slip_stays_as_it_was_issued():
    company = swiss_company((PLAIN_IBAN, "CHF"))
    invoice = world.issue(rutschmann(company), "5.00", DAY)
    set_bank_accounts(company.pk, [BankDetails("New", "Schneider & Co", QR_IBAN)], by=None)
    update_company(company.pk, {"city": "Bern", "payment_reference": "creditor"}, by=None)

    again = Invoice.objects.get(pk=invoice.pk)
    assert again.printed["swiss_slip"] == invoice.printed["swiss_slip"]
    printed = text(printed_pdf(again))
    assert printed.count("CH58 0079 1123 0008 8901 2") == 2
    assert not {"Bern", "Co", "SCOR"} & set(printed.split())


@pytest.mark.django_db
def test_drafts_void_documents_credit_memos_and_accounts_of_payments_have_no_slip():
    company = swiss_company((QR_IBAN, "CHF"))
    customer = rutschmann(company)
    invoice = world.issue(customer, "50.00", DAY)
    memo = world.issue_credit_memo(customer, "50.00", DAY)

    assert "swiss_slip" not in memo.printed
    assert "Zahlteil" in text(printed_pdf(invoice))
    assert "Zahlteil" not in text(draft_pdf(world.draft(customer, "50.00")))
    assert "Zahlteil" not in text(account_pdf(invoice))
    assert "CH44 3199 9123 0008 8901 2" in text(account_pdf(invoice))
    assert "Zahlteil" not in text(printed_pdf(void_invoice(invoice.pk, reason="twice", by=None, on=DAY)))


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"postal_code": ""}, {"city": "株"}])
def test_an_address_that_banks_refuse_prints_no_slip_and_the_settings_say_why(change: dict[str, str]):
    company = swiss_company((PLAIN_IBAN, "CHF"), **change)
    invoice = world.issue(rutschmann(company), "50.00", DAY)

    assert "swiss_slip" not in invoice.printed
    printed = text(printed_pdf(invoice))
    assert "Zahlteil" not in printed
    assert "CH58 0079 1123 0008 8901 2" in printed
    note = slip_note(company, "Robert Schneider AG", PLAIN_IBAN, "CHF")
    assert note.startswith("Invoices print no Swiss QR-bill for this account: the ")


@pytest.mark.django_db
def test_the_page_of_bank_accounts_names_the_reference_that_slips_have():
    company = swiss_company((PLAIN_IBAN, "CHF"))
    note = slip_note(company, company.legal_name, PLAIN_IBAN, "CHF")
    assert note == "Invoices in CHF print a Swiss QR-bill with the invoice's number."

    company.payment_reference = "creditor"
    note = slip_note(company, company.legal_name, PLAIN_IBAN, "CHF")
    assert note == "Invoices in CHF print a Swiss QR-bill with a creditor reference (RF)."


@pytest.mark.django_db
def test_another_currency_or_too_large_an_amount_prints_no_slip():
    company = swiss_company((PLAIN_IBAN, "CHF"), (PLAIN_IBAN, "USD"))
    dollars = world.issue(rutschmann(company, currency="USD"), "50.00", DAY, exchange_rate=Decimal("0.9"))
    dear = world.issue(rutschmann(company), "1000000000.00", DAY)

    assert "swiss_slip" not in dollars.printed
    assert "swiss_slip" not in dear.printed


@pytest.mark.django_db
@pytest.mark.parametrize(("country", "codes"), [("CH", 1), ("DE", 2)])
def test_in_euros_only_customers_abroad_get_the_european_code_as_well(country: str, codes: int):
    company = swiss_company((PLAIN_IBAN, "EUR"))
    place = replace(RORSCHACH, country=country)
    invoice = world.issue(
        rutschmann(company, currency="EUR", addresses=[place]), "50.00", DAY, exchange_rate=Decimal("0.95")
    )

    assert len(codes_in(printed_pdf(invoice))) == codes


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "lines"),
    [("de", 3), ("de", 14), ("de", 30), ("ar", 3), ("ar", 14), ("ar", 30), ("fr", 3), ("ja", 3)],
)
def test_the_last_page_alone_has_the_slip_and_every_page_its_foot(language: str, lines: int):
    """At 14 lines the text ends where the slip no longer fits, so it has a page of its own."""
    company = swiss_company((QR_IBAN, "CHF"), registration="CHE-123.456.788")
    rows = [world.line("10.00", description=f"Item {number}") for number in range(lines)]
    pdf = printed_pdf(world.issue(rutschmann(company, language=language), rows, DAY))

    printed = pages(pdf)
    title = {"de": "Zahlteil", "fr": "Section paiement"}.get(language, "Payment part")
    assert [title in page for page in printed] == [False] * (len(printed) - 1) + [True]
    assert len(printed) == {3: 1, 14: 2, 30: 2}[lines]
    assert all(page.count("CHE-123.456.788") == 1 for page in printed)
    foot = [top for word, (_, top) in words_on_last_page(pdf).items() if word == "CHE-123.456.788"]
    assert foot[0] < 192


@pytest.mark.django_db
def test_instalments_ask_for_the_first_part():
    company = swiss_company((PLAIN_IBAN, "CHF"))
    terms = add_terms(company, TermsDetails("Thirds", [PartDetails(30), PartDetails(60), PartDetails(90)]), by=None)
    invoice = world.issue(rutschmann(company), "100.00", DAY, terms_id=terms.pk)
    assert invoice.printed["swiss_slip"].split("\n")[18] == "33.34"


@pytest.mark.django_db
def test_a_qr_iban_in_another_currency_is_refused_where_it_is_typed(company: Any):
    with pytest.raises(Refused) as refusal:
        set_bank_accounts(company.pk, [BankDetails("Main", "Alder", QR_IBAN, currency="USD")], by=None)
    assert refusal.value.code == "qr_iban_currency"
    assert not company.bank_accounts.exists()


@pytest.mark.django_db
def test_the_page_of_bank_accounts_says_whether_invoices_print_slips(client: Any):
    company = swiss_company((QR_IBAN, "CHF"), (PLAIN_IBAN, "EUR"), (PLAIN_IBAN, "USD"))
    client.force_login(world.make_user(company, "administrator"))
    shown = client.get("/settings/bank-accounts/").content.decode()

    assert "Invoices in CHF print a Swiss QR-bill with a QR reference" in shown
    assert "Invoices in EUR print a Swiss QR-bill with the invoice&#x27;s number." in shown
    assert "no Swiss QR-bill for this account: Swiss QR-bills are in CHF or EUR." in shown
