"""At issue the e-invoice is judged; a broken rule refuses the issue and says what mends it."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from billing.checks import FILES
from billing.einvoice import checking, rules
from billing.einvoice.kept import kept_einvoice
from billing.einvoice.markup import parse
from billing.einvoice.rules import judge
from billing.mail import compose
from billing.models import DocumentStatus, EInvoice, Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import edit_draft
from billing.operations.issue_invoice import draft_and_issue, issue_invoice, issue_invoices
from billing.operations.send_invoice import send_invoice
from customers.models import Customer, EInvoiceFormat
from ledger.checks import run_checks
from ledger.refusals import Refused
from office.helper import Helper
from office.models import Company, NumberSeries
from tests import world
from tests.api.calling import Program, refused
from tests.billing.einvoices import buyer, seller

DAY = date(2026, 3, 2)
XML_FORMATS = [EInvoiceFormat.PEPPOL_UBL, EInvoiceFormat.XRECHNUNG_UBL, EInvoiceFormat.XRECHNUNG_CII]


@pytest.fixture
def company(db: None) -> Company:
    return seller()


def lines_of(company: Company) -> list:
    return [world.line("80.00", "2", world.make_tax(company, "19"))]


@pytest.mark.parametrize("form", EInvoiceFormat.values)
def test_an_issued_document_has_an_e_invoice_of_the_kind_its_customer_wants(company, form):
    invoice = world.issue(buyer(company, form), lines_of(company), DAY)

    kept = kept_einvoice(invoice)

    assert kept.format == invoice.einvoice_format == form
    assert invoice.number.encode() in bytes(kept.content)
    assert [each for each in judge(parse(bytes(kept.content)), is_ours=True) if each.is_fatal] == []


def test_it_is_made_once_and_its_hash_is_kept(company):
    invoice = world.issue(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company), DAY)

    first, second = kept_einvoice(invoice), kept_einvoice(Invoice.objects.get(pk=invoice.pk))

    assert first.pk == second.pk
    assert sha256(bytes(second.content)).hexdigest() == second.sha256
    assert run_checks(FILES) == []


def test_nobody_changes_kept_bytes(company):
    kept = kept_einvoice(world.issue(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company), DAY))

    with pytest.raises(Exception, match="permission denied|append-only"), transaction.atomic():
        EInvoice.objects.filter(pk=kept.pk).update(sha256="0" * 64)


def test_what_the_customer_changes_later_changes_no_e_invoice(company):
    customer = buyer(company, EInvoiceFormat.XRECHNUNG_UBL)
    invoice = world.issue(customer, lines_of(company), DAY)
    Customer.objects.update(buyer_reference="other", einvoice_format="")

    content = bytes(kept_einvoice(Invoice.objects.get(pk=invoice.pk)).content)

    assert b"04011000-12345-03" in content


@pytest.mark.parametrize(
    ("form", "missing", "rule", "field"),
    [
        (EInvoiceFormat.XRECHNUNG_UBL, {"buyer_reference": ""}, "BR-DE-15", "Customer: buyer reference"),
        (EInvoiceFormat.XRECHNUNG_CII, {"buyer_reference": ""}, "BR-DE-15", "Customer: buyer reference"),
        (
            EInvoiceFormat.PEPPOL_UBL,
            {"electronic_address": "", "electronic_address_scheme": ""},
            "PEPPOL-EN16931-R010",
            "Customer: electronic address",
        ),
        (EInvoiceFormat.PEPPOL_UBL, {"buyer_reference": ""}, "PEPPOL-EN16931-R003", "Customer: buyer reference"),
        (EInvoiceFormat.FACTURX, {"addresses": []}, "BR-11", "Customer: country"),
    ],
)
def test_a_broken_rule_refuses_the_issue_with_its_id_and_the_field_to_mend(company, form, missing, rule, field):
    draft = world.draft(buyer(company, form, **missing), lines_of(company))

    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY)

    assert refusal.value.code == "einvoice_rule_broken"
    assert f"{rule}: " in refusal.value.message
    assert field in refusal.value.message
    assert Invoice.objects.get(pk=draft.pk).status == DocumentStatus.DRAFT
    assert not NumberSeries.objects.filter(kind="invoice", last__gt=0).exists()


def test_the_sellers_gaps_are_named_too(db):
    company = seller(contact_name="", phone="", city="")
    draft = world.draft(buyer(company, EInvoiceFormat.XRECHNUNG_UBL), lines_of(company))

    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY)

    for words in ("Settings: whom to ask", "Settings: phone", "Settings: city"):
        assert words in refusal.value.message


def test_a_line_without_a_tax_is_named(company):
    draft = world.draft(buyer(company, EInvoiceFormat.XRECHNUNG_CII), "10.00")

    with pytest.raises(Refused, match=r"BR-CO-04: .*Line: tax"):
        issue_invoice(draft.pk, by=None, on=DAY)


def test_one_broken_e_invoice_stops_a_whole_batch(company):
    good = world.draft(buyer(company, EInvoiceFormat.XRECHNUNG_UBL), lines := lines_of(company))
    bad = world.draft(buyer(company, EInvoiceFormat.XRECHNUNG_UBL, name="Nettle", buyer_reference=""), lines)

    with pytest.raises(Refused, match="BR-DE-15"):
        issue_invoices([good.pk, bad.pk], by=None, on=DAY)

    assert Invoice.objects.filter(status="issued").count() == 0


@pytest.fixture
def rules_that_die(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The process that judges ends at once, as when the machine has no memory left."""
    script = tmp_path / "child.py"
    script.write_text("raise SystemExit(1)")
    monkeypatch.setattr(rules, "_judge", Helper(script, seconds=5))


def test_without_a_format_nothing_is_judged(company, rules_that_die):
    invoice = world.issue(world.make_customer(company), "10.00", DAY)

    assert invoice.einvoice_format == ""
    with pytest.raises(Refused) as refusal:
        kept_einvoice(invoice)
    assert refusal.value.code == "no_einvoice"


def test_where_the_rules_cannot_be_asked_the_issue_says_so(company, rules_that_die):
    draft = world.draft(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company))

    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY)

    assert refusal.value.code == "einvoice_rules_unavailable"


def test_a_draft_that_changes_while_it_is_judged_is_not_issued(company):
    draft = world.draft(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company))
    judged = checking.judge_drafts([draft.pk], DAY)
    edit_draft(draft.pk, InvoiceDetails(draft.customer_id, [world.line("1.00")]), version=draft.version, by=None)

    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY, judged=judged)

    assert refusal.value.code == "stale"


def test_nothing_is_locked_while_the_rules_are_asked(company, monkeypatch):
    """The judgement comes before the transaction that issues; a control shows that the question would be noticed."""
    draft = world.draft(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company))
    asked_with = []
    real = checking.judge

    def watched(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowShareLock'"
                " AND relation = 'billing_invoice'::regclass"
            )
            asked_with.append(cursor.fetchone()[0])
        return real(*args, **kwargs)

    monkeypatch.setattr(checking, "judge", watched)
    issue_invoice(draft.pk, by=None, on=DAY)
    assert asked_with == [0]

    with transaction.atomic():
        Invoice.objects.select_for_update(no_key=True).get(pk=draft.pk)
        checking.judge_drafts([world.draft(draft.customer, lines_of_again(company)).pk], DAY)
    assert asked_with == [0, 1]


def lines_of_again(company: Company) -> list:
    return [world.line("80.00", "2", company.taxes.get())]


def test_a_credit_memo_is_of_type_381_and_names_its_invoice(company):
    invoice = world.issue(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company), DAY)

    memo = credit_invoice(invoice.pk, {invoice.lines.get().pk: Decimal("0.5")}, reason="Broken", by=None, on=DAY)
    root = parse(bytes(kept_einvoice(memo).content))

    assert root.tag.endswith("}CreditNote")
    assert root.findtext("{*}CreditNoteTypeCode") == "381"
    assert root.findtext("{*}BillingReference/{*}InvoiceDocumentReference/{*}ID") == invoice.number
    assert root.findtext("{*}LegalMonetaryTotal/{*}PayableAmount") == "47.60"
    assert [str(each) for each in judge(root, is_ours=True)] == []


def test_a_credit_memo_that_breaks_a_rule_leaves_nothing_behind(company):
    customer = buyer(company, EInvoiceFormat.XRECHNUNG_UBL)
    invoice = world.issue(customer, lines_of(company), DAY)
    Customer.objects.update(buyer_reference="")

    with pytest.raises(Refused, match="BR-DE-15"):
        credit_invoice(invoice.pk, None, reason="Broken", by=None, on=DAY)

    assert Invoice.objects.count() == 1


def test_what_another_system_issued_gets_no_e_invoice_here(company):
    customer = buyer(company, EInvoiceFormat.XRECHNUNG_UBL)
    details = InvoiceDetails(customer.pk, [world.line("10.00")], dated_on=DAY)

    [invoice] = draft_and_issue(company, [details], by=None, on=DAY)

    assert invoice.einvoice_format == ""


def test_a_document_from_before_keeps_its_hash_and_is_refused_clearly(company):
    invoice = world.issue(buyer(company, EInvoiceFormat.PEPPOL_UBL), lines_of(company), DAY)
    del invoice.printed["einvoice"]

    with pytest.raises(Refused) as refusal:
        kept_einvoice(invoice)

    assert refusal.value.code == "no_einvoice"


@pytest.mark.parametrize(("by_mail", "names"), [(True, ["pdf", "xml"]), (False, ["pdf"])])
def test_it_goes_along_with_the_mail_where_the_customer_wants_that(company, by_mail, names):
    invoice = world.issue(buyer(company, EInvoiceFormat.PEPPOL_UBL, einvoice_by_mail=by_mail), lines_of(company), DAY)

    [mail] = send_invoice(invoice.pk, by=None)

    assert [file.name.rsplit(".", 1)[1] for file in compose(mail).attachments] == names


def test_staff_and_programs_get_the_same_bytes(company):
    invoice = world.issue(buyer(company, EInvoiceFormat.XRECHNUNG_CII), lines_of(company), DAY)
    clerk = world.make_user(company)
    browser = Client()
    browser.force_login(clerk)

    page = browser.get(f"/invoices/{invoice.pk}/xml/")
    api = Program(clerk).get(f"invoices/{invoice.pk}/xml/")

    assert page.content == api.content == bytes(kept_einvoice(invoice).content)
    assert page["Content-Type"] == api["Content-Type"] == "application/xml"
    assert page["Content-Disposition"] == f'attachment; filename="{invoice.number}.xml"'


def test_a_program_is_told_why_there_is_none(company):
    invoice = world.issue(world.make_customer(company), "10.00", DAY)

    assert refused(Program(world.make_user(company)).get(f"invoices/{invoice.pk}/xml/")) == (409, "no_einvoice")
