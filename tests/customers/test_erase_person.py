"""Erasing a person: what no law keeps goes, and no sum, no number, no byte of what was issued changes."""

import json
from datetime import date
from hashlib import sha256
from io import StringIO
from threading import Thread
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from billing.models import DocumentLink, InvoicePdf
from billing.operations.send_invoice import send_invoice
from billing.pdf import kept_pdf
from credit_control.operations.note_contact import NoteDetails, note_contact
from customers.models import Contact, Customer, CustomerAccount, PrivacyRequest
from customers.operations import erase_person as operation
from customers.operations.ask_change import ask_change
from customers.operations.declare_payer import declare_payer
from customers.operations.details import AddressDetails, ContactDetails
from customers.operations.erase_person import erase_person
from customers.operations.manage_applications import ApplicationDetails, apply_for_account, decline_application
from customers.operations.merge_customers import merge_customers
from customers.operations.note_privacy_request import (
    answer_privacy_request,
    decline_privacy_request,
    note_privacy_request,
)
from customers.privacy import subject_of, why_not_yet
from ledger.refusals import Refused
from office.models import AuditRecord, MailStatus, OutgoingMail
from office.privacy.packing import pack
from reports.book_check import check_book
from tests import world
from tests.billing.ordering import make_order, order_line
from tests.customers.accounts import confirmed

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def eva(customer: Customer) -> Contact:
    return customer.contacts.get()


def asks(person: Any, wish: str = "erasure") -> PrivacyRequest:
    return note_privacy_request(person, wish, asked_on=DAY, note="By mail of 2 March", by=None)


def erased(person: Any, by: Any = None) -> PrivacyRequest:
    return erase_person(asks(person).pk, by=by)


def billed(customer: Customer) -> Any:
    """An invoice that was mailed, with its PDF."""
    invoice = world.issue(customer, "100.00", DAY)
    kept_pdf(invoice)
    OutgoingMail.objects.filter(contact_id=eva(customer).pk).update(
        status=MailStatus.SENDING, leased_until=timezone.now()
    )
    OutgoingMail.objects.update(status=MailStatus.HANDED_OVER)
    OutgoingMail.objects.update(status=MailStatus.SENT)
    return invoice


def test_a_contact_becomes_a_pseudonym_and_is_found_no_more(customer: Customer, clerk: Any) -> None:
    person = eva(customer)
    Contact.objects.filter(pk=person.pk).update(phone="+49 30 1234")

    request = erased(person, by=clerk)

    person.refresh_from_db()
    assert (person.name, person.email, person.phone) == (f"Erased person {person.pk}", "", "")
    assert (person.is_active, person.gets_invoices, person.gets_statements, person.gets_reminders) == (False,) * 4
    customer.refresh_from_db()
    assert "eva" not in customer.search_text
    assert "erased person" in customer.search_text
    assert (request.status, request.closed_by, request.note) == ("done", clerk, "")
    assert [(each["what"], each["count"]) for each in request.gone] == [("Their name, e-mail address and telephone", 1)]
    row = AuditRecord.objects.get(action="erase_person")
    assert (row.subject_type, row.subject_id, row.by) == ("customers.customer", customer.pk, clerk)
    assert row.after["person"] == person.name


def test_no_sum_no_number_and_no_issued_byte_changes(customer: Customer) -> None:
    invoice = billed(customer)
    before = [bytes(pdf.content) for pdf in InvoicePdf.objects.all()]
    printed = dict(invoice.printed)
    chain = list(AuditRecord.objects.order_by("pk").values())

    erased(eva(customer))

    invoice.refresh_from_db()
    assert (invoice.number, invoice.printed, invoice.total) == ("INV-2026-0001", printed, 100)
    assert [bytes(pdf.content) for pdf in InvoicePdf.objects.all()] == before
    assert [pdf.sha256 for pdf in InvoicePdf.objects.all()] == [sha256(each).hexdigest() for each in before]
    assert list(AuditRecord.objects.order_by("pk").values()[: len(chain)]) == chain
    assert list(check_book()) == []


def test_mails_say_no_more_to_whom_they_went_and_what_waits_is_cancelled(customer: Customer) -> None:
    billed(customer)
    send_invoice(customer.invoices.get().pk, by=None)
    waiting = OutgoingMail.objects.get(status=MailStatus.QUEUED)

    erased(eva(customer))

    waiting.refresh_from_db()
    assert waiting.status == MailStatus.CANCELLED
    assert set(OutgoingMail.objects.values_list("to_email", "kept_message")) == {("", None)}
    assert not DocumentLink.objects.filter(revoked_at=None).exists()


def test_while_a_mail_is_leaving_or_a_change_is_asked_nobody_is_erased(customer: Customer) -> None:
    person = eva(customer)
    world.issue(customer, "100.00", DAY)
    send_invoice(customer.invoices.get().pk, by=None)
    OutgoingMail.objects.update(status=MailStatus.SENDING, leased_until=timezone.now())
    ask_change(person.pk, "contact", {"name": "Eva Sommer", "email": person.email, "phone": ""})
    request = asks(person)

    with pytest.raises(Refused) as refusal:
        erase_person(request.pk, by=None)

    assert refusal.value.code == "settle_first"
    assert "nobody decided" in refusal.value.message
    assert "just leaving" in refusal.value.message
    person.refresh_from_db()
    assert (person.name, PrivacyRequest.objects.get().status) == ("Eva Brandt", "open")


def test_a_customer_who_is_a_person_goes_with_address_references_and_unused_account(company: Any) -> None:
    private = world.make_customer(
        company,
        "Otto Klein",
        tax_id="DE136695976",
        note="Rings twice",
        tags=["vip"],
        contacts=[ContactDetails("Otto Klein", "otto@klein.example")],
        addresses=[AddressDetails(street="Elm Road 1", city="Berlin", country="DE")],
    )
    account = confirmed(private)

    request = erased(private)

    private.refresh_from_db()
    assert private.name == f"Erased customer {private.pk}"
    assert (private.tax_id, private.note, private.tags, private.is_active) == ("", "", [], False)
    assert "klein" not in f"{private.search_text} {private.sort_name} {private.plain_name} {private.near_name}"
    assert private.addresses.count() == 0
    account = CustomerAccount.objects.get(pk=account.pk)
    assert (account.holder, account.sealed_number, account.number_hash, account.last_four) == ("", "", "", "")
    assert account.closed_at is not None
    assert "Otto" not in json.dumps([request.gone, request.stays])
    assert list(check_book()) == []


def test_nothing_new_is_billed_to_whom_was_erased(company: Any) -> None:
    private = world.make_customer(company, "Otto Klein")
    erased(private)
    private.refresh_from_db()
    for act in (lambda: world.draft(private, "5.00"), lambda: make_order(private, order_line("1", "5"))):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "customer_erased"


def test_what_stays_is_said_with_until_when_and_by_which_law(company: Any) -> None:
    private = world.make_customer(company, "Otto Klein")
    invoice = world.issue(private, "100.00", DAY)
    kept_pdf(invoice)
    world.apply(world.receive(private, "100.00", DAY), invoice, "100.00", DAY)

    stays = {each["what"]: each for each in erased(private).stays}

    assert stays["Invoices and credit memos"]["until"] == "2034-12-31"
    assert stays["Payments"]["until"] == "2034-12-31"
    assert "§ 147 (3), (4) AO" in stays["Invoices and credit memos"]["law"]
    year = company.today().year
    assert stays["What was done with their record, in the audit trail"]["until"] == f"{year + 10}-12-31"


def test_a_customer_who_owes_something_is_not_erased(company: Any) -> None:
    private = world.make_customer(company, "Otto Klein")
    world.issue(private, "100.00", DAY)

    with pytest.raises(Refused) as refusal:
        erased(private)

    assert refusal.value.code == "settle_first"
    assert "Something is open" in refusal.value.message


def test_a_customer_who_pays_for_others_or_applies_for_an_account_is_not_erased(company: Any) -> None:
    private, other = (world.make_customer(company, name) for name in ("Otto Klein", "Klein & Co"))
    declare_payer(other.pk, private.pk, by=None)
    application = apply_for_account(private.pk, ApplicationDetails(), by=None)
    request = asks(private)

    with pytest.raises(Refused) as refusal:
        erase_person(request.pk, by=None)

    assert "They pay what others owe" in refusal.value.message
    assert "application for an account" in refusal.value.message
    declare_payer(other.pk, None, by=None)
    decline_application(application.pk, reason="No", by=None)
    assert erase_person(request.pk, by=None).status == "done"


def test_a_request_is_due_in_a_month_asked_once_and_closed_once(customer: Customer) -> None:
    request = asks(eva(customer), "access")
    assert request.due_on == date(2026, 4, 2)
    assert "Eva" not in str(request)
    with pytest.raises(Refused) as again:
        asks(eva(customer), "access")
    assert again.value.code == "asked_already"
    with pytest.raises(Refused) as other:
        erase_person(request.pk, by=None)
    assert other.value.code == "another_wish"

    answer_privacy_request(request.pk, by=None)

    for act in (answer_privacy_request, decline_privacy_request):
        with pytest.raises(Refused) as closed:
            act(request.pk, by=None, **({"reason": "No"} if act is decline_privacy_request else {}))
        assert closed.value.code == "invalid_move"


def test_declining_needs_a_reason_and_who_was_erased_asks_no_more(customer: Customer) -> None:
    request = asks(eva(customer))
    with pytest.raises(Refused) as refusal:
        decline_privacy_request(request.pk, reason=" ", by=None)
    assert refusal.value.code == "reason_missing"
    assert decline_privacy_request(request.pk, reason="It is not them", by=None).status == "declined"

    erased(eva(customer))
    with pytest.raises(Refused) as gone:
        asks(eva(customer))
    assert gone.value.code == "erased_already"
    with pytest.raises(Refused) as day:
        note_privacy_request(customer, "access", asked_on=date(2999, 1, 1), note="n", by=None)
    assert day.value.code == "day_to_come"


def test_the_file_of_a_person_holds_what_is_held_and_no_secret(customer: Customer, tmp_path: Any) -> None:
    invoice = billed(customer)
    send_invoice(invoice.pk, by=None)
    path = tmp_path / "eva.zip"

    with path.open("wb") as file:
        pack(subject_of(customer), customer.name, file)

    with ZipFile(path) as packed:
        told = json.loads(packed.read("data.json"))
        names = packed.namelist()
        page = packed.read("data.html").decode()
    kinds = {each["what"]: each for each in told["held"]}
    assert kinds["Their name, e-mail address and telephone"]["rows"][0]["name"] == "Eva Brandt"
    assert kinds["Invoices and credit memos"]["kept_until"] == "2034-12-31"
    assert f"files/invoicepdf-{InvoicePdf.objects.get().pk}.pdf" in names
    assert "Eva Brandt" in page
    link = DocumentLink.objects.first()
    assert link is None or link.token_hash not in json.dumps(told)


def test_after_a_restore_the_same_persons_are_erased_again(customer: Customer, tmp_path: Any) -> None:
    """The backup knew them still, and one of them as asking."""
    file = tmp_path / "erasures.json"
    private = world.make_customer(customer.company, "Otto Klein")
    person = eva(customer)
    request = asks(person)
    rows = [
        {"customer": customer.pk, "contact": person.pk, "asked_on": "2026-03-02"},
        {"customer": private.pk, "contact": None, "asked_on": "2026-03-02"},
        {"customer": 0, "contact": 0, "asked_on": "2026-03-02"},
    ]
    file.write_text(json.dumps(rows))

    call_command("erasures", file, "--again")
    call_command("erasures", file, "--again")

    assert eva(customer).name == f"Erased person {person.pk}"
    assert Customer.objects.get(pk=private.pk).name == f"Erased customer {private.pk}"
    assert PrivacyRequest.objects.get(pk=request.pk).status == "done"
    call_command("erasures", file)
    assert json.loads(file.read_text()) == rows[:2]


def test_who_owes_something_in_the_restored_copy_is_named(customer: Customer, tmp_path: Any) -> None:
    world.issue(customer, "10.00", DAY)
    file = tmp_path / "erasures.json"
    file.write_text(json.dumps([{"customer": customer.pk, "contact": None, "asked_on": "2026-03-02"}]))
    said = StringIO()

    with pytest.raises(SystemExit):
        call_command("erasures", file, "--again", stderr=said)

    assert "Something is open" in said.getvalue()
    assert eva(customer).name == "Eva Brandt"


def test_papers_and_notes_of_the_customer_that_name_the_person_are_said_to_stay(customer: Customer) -> None:
    """Whatever holds their name and is tied to the customer alone: a note, the audit of a change; not another's."""
    other = world.make_customer(customer.company, "Cedar")
    for whose, whom in ((customer, "eva brandt"), (customer, "Otto"), (other, "Eva Brandt")):
        note_contact(whose.pk, NoteDetails(words="Pays on Friday", person=whom), by=None)

    stays = {each["what"]: each["count"] for each in erased(eva(customer)).stays}

    assert stays["Notes of calls and letters"] == 1
    assert stays["What was done with their record, in the audit trail"] >= 1
    customer.refresh_from_db()
    assert (customer.name, customer.is_active) == ("Bramble GmbH", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_held", [True, False], ids=["held", "control"])
def test_no_mail_begins_to_leave_while_its_person_is_erased(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    """Between the question whether one is leaving and the erasing, a worker reaches for it; else it takes it."""
    world.issue(customer, "100.00", DAY)
    send_invoice(customer.invoices.get().pk, by=None)
    request, taken = asks(eva(customer)), []

    def reach() -> None:
        with transaction.atomic():
            free = OutgoingMail.objects.select_for_update(no_key=True, skip_locked=True)
            taken.append(bool(free.filter(status=MailStatus.QUEUED).values_list("pk")))
        connection.close()

    def asked_then_reached_for(asked: PrivacyRequest) -> list[str]:
        waits = why_not_yet(asked)
        worker = Thread(target=reach)
        worker.start()
        worker.join()
        return waits

    monkeypatch.setattr(operation, "why_not_yet", asked_then_reached_for)
    if not is_held:
        monkeypatch.setattr(operation, "hold_mails", lambda subject: None)
    erase_person(request.pk, by=None)

    assert taken == [not is_held]


def test_a_record_that_was_merged_into_theirs_is_erased_with_them(company: Any) -> None:
    gone, kept = (world.make_customer(company, name) for name in ("Otto Klein", "Herr Klein Berlin"))
    merge_customers(gone.pk, kept.pk, reason="Entered twice", by=None)

    erased(kept)

    for each in (gone, kept):
        each.refresh_from_db()
        assert each.name == f"Erased customer {each.pk}"
        assert "klein" not in each.search_text
    assert gone.merged_into_id == kept.pk
