"""A recurring invoice that cannot be made is parked for a person, and the others go on."""

from datetime import date

import pytest
import time_machine

from billing.models import Invoice, Outcome
from billing.operations import bill_recurring as billing
from billing.operations.bill_recurring import bill_again, bill_recurring
from billing.operations.draft_invoice import delete_draft
from billing.timeline import timeline
from ledger.periods import close_month, reopen_month
from ledger.refusals import Refused
from office.models import OutgoingMail
from tests import world
from tests.billing.recurring_samples import made, moment, sweep_at

pytestmark = pytest.mark.django_db


def test_one_that_is_refused_is_parked_and_the_others_go_on(customer, in_march):
    world.issue(customer, "1.00", date(2026, 3, 1))
    stuck = world.make_recurring(customer, "10.00", date(2026, 3, 1), name="Stuck")
    other = world.make_recurring(customer, "20.00", date(2026, 4, 1), name="Other")
    with time_machine.travel(moment("2026-04-02 09:00"), tick=False):
        close_month(customer.company_id, date(2026, 3, 1))
    sweep_at("2026-04-02 10:00")

    parked = stuck.occurrences.get(period_from=date(2026, 3, 1))
    assert (parked.outcome, parked.invoice) == (Outcome.PARKED, None)
    assert parked.problem == "That month is closed. Choose a later date, or have the month reopened."
    assert made(stuck) == [("2026-04-01", "2026-04-01", "2026-04-30")]
    assert made(other) == [("2026-04-01", "2026-04-01", "2026-04-30")]


def test_a_parked_one_is_made_again_on_the_day_somebody_does(customer, clerk, in_march):
    world.issue(customer, "1.00", date(2026, 3, 1))
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), most=1)
    with time_machine.travel(moment("2026-04-02 09:00"), tick=False):
        close_month(customer.company_id, date(2026, 3, 1))
    sweep_at("2026-04-02 10:00")
    parked = recurring.occurrences.get()

    with time_machine.travel(moment("2026-04-03 10:00"), tick=False):
        bill_again(parked.pk, by=clerk, on=date(2026, 4, 3))
        with pytest.raises(Refused) as refusal:
            bill_again(parked.pk, by=clerk, on=date(2026, 4, 3))
        reopen_month(customer.company_id, date(2026, 3, 1))

    assert refusal.value.code == "already_made"
    assert made(recurring) == [("2026-04-03", "2026-03-01", "2026-03-31")]
    assert recurring.occurrences.get().outcome == Outcome.MADE


def test_what_nobody_foresaw_parks_it_too(customer, in_march, monkeypatch):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), most=1)
    monkeypatch.setattr(billing, "period_words", lambda period: 1 / 0)
    bill_recurring(recurring.pk)

    assert recurring.occurrences.get().problem == billing.UNFORESEEN
    assert not Invoice.objects.exists()


def test_a_draft_thrown_away_is_not_made_again_by_itself_but_by_a_person(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), issues=False, most=1)
    bill_recurring(recurring.pk)
    delete_draft(Invoice.objects.get().pk, by=clerk)
    sweep_at("2026-03-02 10:00")
    assert not Invoice.objects.exists()

    again = bill_again(recurring.occurrences.get().pk, by=clerk, on=date(2026, 3, 1))

    assert (again.invoice.is_draft, again.invoice.created_by) == (True, clerk)


def test_it_is_issued_and_mailed_or_says_why_not(customer, in_march):
    mailed = world.make_recurring(customer, "10.00", date(2026, 3, 1), name="Mailed", sends=True)
    nobody = world.make_customer(customer.company, "Castell AG", contacts=[])
    silent = world.make_recurring(nobody, "10.00", date(2026, 3, 1), name="Silent", sends=True)
    bill_recurring(mailed.pk)
    bill_recurring(silent.pk)

    assert OutgoingMail.objects.get().about_id == mailed.occurrences.get().invoice_id
    occurrence = silent.occurrences.get()
    assert (occurrence.outcome, occurrence.invoice.status) == (Outcome.MADE, "issued")
    assert occurrence.problem.startswith("Issued, but not mailed: Nobody at this customer")


def test_the_document_says_which_schedule_and_period_made_it(customer, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    bill_recurring(recurring.pk)

    words = [fact.words for fact in timeline(Invoice.objects.get())]
    assert "Made by Rent for 1 Mar 2026 – 31 Mar 2026" in words
