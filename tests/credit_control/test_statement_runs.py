"""Statement runs: looked at first, started for all or some, each statement kept and mailed once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credit_control.models import Statement, StatementPdf, StatementRow, StatementRun
from credit_control.operations.manage_statement_runs import (
    look_again,
    prepare_statement_run,
    resume_statement_run,
    start_statement_run,
    stop_statement_run,
)
from credit_control.operations.send_statement import send_statement
from credit_control.statements.asking import Period, figures_of, own
from credit_control.statements.kept import figures_from
from credit_control.statements.statement_mail import STATEMENT_MAIL
from customers.access import customers_for
from customers.models import Customer
from customers.operations.create_customer import create_customer
from customers.operations.details import ContactDetails, CustomerDetails
from ledger.refusals import Refused
from office.mail import NotToBeSent
from office.models import AuditRecord, OutgoingMail, RunStatus
from office.work.runs import carry_out
from tests import world
from tests.credit_control.samples import owing
from tests.office.mailing import become

pytestmark = pytest.mark.django_db
JAN, END = date(2026, 1, 1), date(2026, 1, 31)


def prepared(company: Any, by: Any = None, period: Period | None = None) -> StatementRun:
    run = prepare_statement_run(company, Customer.objects.all(), period or Period(company, JAN, END), by=by)
    list(carry_out(run.pk))
    return run


def sent(run: StatementRun, by: Any, **how: Any) -> StatementRun:
    start_statement_run(run.pk, by=by, **how)
    list(carry_out(run.pk))
    run.run.refresh_from_db()
    return run


def outcomes(run: StatementRun) -> dict[str, tuple[str, str]]:
    rows = StatementRow.objects.filter(run=run).select_related("customer")
    return {row.customer.name + "+" * row.is_combined: (row.outcome, row.note) for row in rows}


def bounce(customer: Customer) -> None:
    contact = customer.contacts.get()
    mail = OutgoingMail.objects.create(
        key=f"bounced {contact.pk}",
        kind="invoice",
        company=customer.company,
        customer_id=customer.pk,
        contact_id=contact.pk,
        about_type="billing.invoice",
        about_id=0,
        to_email=contact.email,
        due_at=timezone.now(),
    )
    become("bounced", OutgoingMail.objects.filter(pk=mail.pk))


def test_the_look_says_who_gets_one_and_why_others_do_not(company: Any, clerk: Any) -> None:
    owing(company, "Owes")
    owing(company, "Wants none", statement_form="none")
    owing(company, "Nobody there", contacts=[])
    owing(company, "Not theirs", contacts=[ContactDetails("Eva", "eva@x.example", gets_statements=False)])
    bounce(owing(company, "Came back"))
    world.make_customer(company, "Nothing open")
    world.make_customer(company, "Always told", statement_when_zero=True)
    world.make_customer(company, "Gone", is_active=False)
    run = prepared(company, clerk)

    assert outcomes(run) == {
        "Owes": ("waiting", ""),
        "Wants none": ("left_out", "They want no statements."),
        "Nobody there": ("left_out", "Nobody there gets statements by mail."),
        "Not theirs": ("left_out", "Nobody there gets statements by mail."),
        "Came back": ("left_out", "Mail to eva@came.example came back."),
        "Nothing open": ("left_out", "Nothing is open."),
        "Always told": ("waiting", ""),
    }
    assert StatementRow.objects.get(customer__name="Owes").closing == {"EUR": "100.00"}
    assert (Statement.objects.count(), OutgoingMail.objects.filter(kind="statement").count()) == (0, 0)
    run.run.refresh_from_db()
    assert run.run.result == {"Will get one": 2, "Left out": 5}


def test_started_each_is_kept_with_its_mail_once(company: Any, clerk: Any) -> None:
    one, two = owing(company, "One"), owing(company, "Two", statement_form="balance_forward", statement_excel=True)
    run = sent(prepared(company, clerk), clerk)

    assert (run.run.status, run.run.result) == (RunStatus.DONE, {"Made": 2})
    kept = {statement.customer: statement for statement in Statement.objects.all()}
    assert figures_from(kept[one]).totals[0].closing == 100
    assert [row.amount for row in figures_from(kept[two]).sections[0].parts[0].movements] == [Decimal(100)]
    assert kept[one].closing == {str(one.pk): {"EUR": "100.00"}}
    assert OutgoingMail.objects.filter(kind="statement").count() == 2


def letter_of(customer: Customer) -> Any:
    return STATEMENT_MAIL.compose(OutgoingMail.objects.get(kind="statement", customer_id=customer.pk))


def test_the_letter_is_in_their_language_with_pdf_excel_and_link(company: Any, clerk: Any) -> None:
    customer = owing(company, "Bremer", language="de", statement_excel=True)
    sent(prepared(company, clerk), clerk)
    letter = letter_of(customer)
    assert letter.subject == "Kontoauszug vom 31.01.2026 von Alder Ltd"
    assert "100,00\xa0€" in letter.text
    assert "/p/account/" in letter.text
    assert "/p/account/" in letter.html
    names = [file.name for file in letter.attachments]
    assert names == [f"statement-{customer.number}-2026-01-31.pdf", f"statement-{customer.number}-2026-01-31.xlsx"]
    assert letter.attachments[0].content == bytes(StatementPdf.objects.get().content)
    assert letter_of(customer).attachments[0].content == letter.attachments[0].content


def test_some_are_taken_off(company: Any, clerk: Any) -> None:
    one, two = owing(company, "One"), owing(company, "Two")
    run = prepared(company, clerk)
    row = StatementRow.objects.get(customer=one)
    sent(run, clerk, without=[row.pk])
    assert outcomes(run) == {"One": ("left_out", "Somebody took them off the list."), "Two": ("done", "")}
    assert Statement.objects.get().customer == two


@pytest.mark.django_db(transaction=True)
def test_a_statement_opens_where_the_last_one_closed_and_late_entries_move_it(company: Any, clerk: Any) -> None:
    customer = owing(company, "One", statement_form="balance_forward")
    sent(prepared(company, clerk), clerk)
    late = world.issue(customer, "40.00", date(2026, 1, 20))

    period = Period(company, date(2026, 2, 1), date(2026, 2, 28))
    [figures] = figures_of(period, [own(customer, "balance_forward")])
    [part] = figures.sections[0].parts
    assert (part.opening, part.closing) == (Decimal(100), Decimal(140))
    assert [(row.reference, row.dated_on) for row in part.movements] == [(late.number, date(2026, 1, 20))]
    assert figures.faults == []


def test_figures_that_do_not_open_where_the_last_closed_are_parked_until_approved(company: Any, clerk: Any) -> None:
    customer = owing(company, "One")
    sent(prepared(company, clerk), clerk)
    last = Statement.objects.get()
    wrong = type(last)(**{field.attname: getattr(last, field.attname) for field in last._meta.concrete_fields})
    wrong.pk, wrong.run_id, wrong.closing = None, None, {str(customer.pk): {"EUR": "90.00"}}
    wrong.save(force_insert=True)

    run = prepared(company, clerk, Period(company, date(2026, 2, 1), date(2026, 2, 28)))
    outcome, note = outcomes(run)["One"]
    assert outcome == "parked"
    assert "closed at 90.00 EUR, this one opens at 100" in note
    with pytest.raises(Refused) as refusal:
        start_statement_run(run.pk, by=clerk)
    assert refusal.value.code == "nothing_left"
    sent(run, clerk, approved=[StatementRow.objects.get(run=run).pk])
    assert outcomes(run)["One"][0] == "done"
    assert "C00001" in AuditRecord.objects.filter(action="start_statement_run").latest("pk").after["sent all the same"]


def test_a_parent_gets_one_statement_over_its_subsidiaries_instead_of_theirs(company: Any, clerk: Any) -> None:
    parent = world.make_customer(company, "Compass", group_statement="instead")
    for name in ("North", "South"):
        child = create_customer(company, CustomerDetails(name, parent_id=parent.pk), by=None)
        world.issue(child, "60.00", JAN)
    run = sent(prepared(company, clerk), clerk)
    assert outcomes(run) == {
        "Compass+": ("done", ""),
        "North": ("left_out", "Compass gets one statement over all of theirs."),
        "South": ("left_out", "Compass gets one statement over all of theirs."),
    }
    statement = Statement.objects.get()
    assert (statement.is_combined, statement.customer) == (True, parent)
    assert figures_from(statement).totals[0].closing == 120
    assert letter_of(parent).subject.startswith("Combined statement of account")


def test_or_beside_theirs(company: Any, clerk: Any) -> None:
    parent = owing(company, "Compass", group_statement="beside")
    child = create_customer(
        company, CustomerDetails("North", parent_id=parent.pk, contacts=[ContactDetails("N", "n@n.example")]), by=None
    )
    world.issue(child, "60.00", JAN)
    run = sent(prepared(company, clerk), clerk)
    assert {name: outcome for name, (outcome, _) in outcomes(run).items()} == {
        "Compass+": "done",
        "Compass": "done",
        "North": "done",
    }
    totals = {(s.customer.name, s.is_combined): figures_from(s).totals[0].closing for s in Statement.objects.all()}
    assert totals == {("Compass", True): 160, ("Compass", False): 100, ("North", False): 60}


def test_what_changed_since_the_look_counts(company: Any, clerk: Any) -> None:
    one = owing(company, "One")
    run = prepared(company, clerk)
    Customer.objects.filter(pk=one.pk).update(statement_form="none")
    sent(run, clerk)
    assert outcomes(run)["One"] == ("left_out", "They want no statements.")
    assert Statement.objects.count() == 0


def test_refusals_and_the_way_back(company: Any, clerk: Any) -> None:
    for period in (Period(company, END, JAN), Period(company, JAN, date(2999, 1, 1))):
        with pytest.raises(Refused):
            prepare_statement_run(company, Customer.objects.all(), period, by=clerk)
    with pytest.raises(Refused) as refusal:
        prepare_statement_run(company, Customer.objects.none(), Period(company, JAN, END), by=clerk)
    assert refusal.value.code == "nothing_chosen"

    owing(company, "One")
    run = prepare_statement_run(company, Customer.objects.all(), Period(company, JAN, END), by=clerk)
    stop_statement_run(run.pk, by=clerk)
    with pytest.raises(Refused):
        start_statement_run(run.pk, by=clerk)
    resume_statement_run(run.pk, by=clerk)
    list(carry_out(run.pk))
    look_again(run.pk, by=clerk)
    list(carry_out(run.pk))
    sent(run, clerk)
    for again in (start_statement_run, look_again, stop_statement_run, resume_statement_run):
        with pytest.raises(Refused):
            again(run.pk, by=clerk)
    assert Statement.objects.count() == OutgoingMail.objects.filter(kind="statement").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_a_scheduled_day_or_a_statement_twice(company: Any, clerk: Any) -> None:
    owing(company, "One")
    run = sent(prepared(company, clerk), clerk)
    statement = Statement.objects.get()
    statement.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        statement.save(force_insert=True)
    StatementRun.objects.filter(pk=run.pk).update(scheduled_for=JAN)
    other = prepared(company, clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementRun.objects.filter(pk=other.pk).update(scheduled_for=JAN)


def test_a_runs_mail_does_not_leave_for_who_gets_no_statements_any_more(company: Any, clerk: Any) -> None:
    customer = owing(company, "One")
    sent(prepared(company, clerk), clerk)
    mail = OutgoingMail.objects.get(kind="statement")
    assert STATEMENT_MAIL.reason_not_to_send(mail) == ""
    customer.contacts.update(gets_statements=False)
    no_more = "Not sent: Eva Brandt gets no statements any more."
    assert STATEMENT_MAIL.reason_not_to_send(mail) == no_more
    with pytest.raises(NotToBeSent, match=no_more):
        STATEMENT_MAIL.compose(mail)
    people = [customer.contacts.get().pk]
    chosen = send_statement(Period(company, JAN, END), own(customer, "open_item"), by=clerk, contact_ids=people)
    assert STATEMENT_MAIL.reason_not_to_send(OutgoingMail.objects.get(about_id=chosen.pk, kind="statement")) == ""


@pytest.mark.django_db(transaction=True)
def test_two_who_start_at_once_start_it_once(company: Any, clerk: Any, in_parallel: Any) -> None:
    for number in range(3):
        owing(company, f"Customer{number}")
    run = prepared(company, clerk)
    results = in_parallel([lambda: start_statement_run(run.pk, by=clerk)] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Refused"] * 3 + ["StatementRun"]
    in_parallel([lambda: list(carry_out(run.pk))] * 3)
    list(carry_out(run.pk))
    assert Statement.objects.count() == OutgoingMail.objects.filter(kind="statement").count() == 3


def test_the_pages_of_a_run(company: Any, clerk: Any) -> None:
    owing(company, "One")
    owing(company, "Nobody", contacts=[])
    client = Client()
    client.force_login(clerk)
    answer = client.post(reverse("credit_control:statement_run_new"), {"from_on": "2026-01-01", "on": "2026-01-31"})
    run = StatementRun.objects.get()
    assert answer["Location"] == reverse("credit_control:statement_run", args=[run.pk])
    list(carry_out(run.pk))
    page = client.get(answer["Location"]).content.decode()
    for words in ("Send 1 statement", "Nobody there gets statements by mail.", "€100.00"):
        assert words in page
    client.post(reverse("credit_control:start_statement_run", args=[run.pk]))
    list(carry_out(run.pk))
    page = client.get(answer["Location"] + "?mail=queued").content.decode()
    assert "1 mail" in page
    assert "One" in page
    OutgoingMail.objects.update(due_at=timezone.now())
    progress = client.get(reverse("credit_control:statement_run_progress", args=[run.pk]))
    assert "HX-Refresh" not in progress
    become("sent")
    assert client.get(reverse("credit_control:statement_run_progress", args=[run.pk]))["HX-Refresh"] == "true"
    assert run.run.title in client.get(reverse("credit_control:statement_run_list")).content.decode()
    assert "One" in client.get(reverse("credit_control:statement_list")).content.decode()


def test_who_does_not_see_a_subsidiary_makes_no_statement_over_it(company: Any) -> None:
    limited = world.make_user(company, "clerk", only_own_customers=True)
    parent = owing(company, "Parent", sales_owner_id=limited.pk, group_statement="beside")
    for name, owner in (("Theirs", limited.pk), ("Others", None)):
        owing(company, name, parent_id=parent.pk, sales_owner_id=owner)
    run = prepare_statement_run(company, customers_for(limited), Period(company, JAN, END), by=limited)
    list(carry_out(run.pk))
    assert outcomes(run) == {
        "Parent+": ("left_out", "It is over subsidiaries that are not yours to see."),
        "Parent": ("waiting", ""),
        "Theirs": ("waiting", ""),
    }
    Customer.objects.filter(name="Others").update(sales_owner=limited)
    run = prepare_statement_run(company, customers_for(limited), Period(company, JAN, END), by=limited)
    list(carry_out(run.pk))
    assert outcomes(run)["Parent+"] == ("waiting", "")


def test_who_sees_only_own_customers_starts_their_own_runs_and_no_others(company: Any, clerk: Any) -> None:
    limited = world.make_user(company, "clerk", only_own_customers=True)
    owing(company, "Theirs", sales_owner_id=limited.pk)
    owing(company, "Others")
    whole = prepared(company, clerk)
    client = Client()
    client.force_login(limited)
    answer = client.post(reverse("credit_control:statement_run_new"), {"from_on": "2026-01-01", "on": "2026-01-31"})
    own_run = StatementRun.objects.latest("pk")
    assert answer["Location"] == reverse("credit_control:statement_run", args=[own_run.pk])
    list(carry_out(own_run.pk))
    assert outcomes(own_run) == {"Theirs": ("waiting", "")}
    for run, status in ((whole, 404), (own_run, 302)):
        assert client.post(reverse("credit_control:start_statement_run", args=[run.pk])).status_code == status
    whole.run.refresh_from_db()
    assert whole.run.is_dry
