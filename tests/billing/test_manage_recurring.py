"""Pausing, ending and changing a recurring invoice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from billing.models import RecurringInvoice
from billing.operations.bill_recurring import bill_recurring
from billing.operations.manage_recurring import (
    edit_recurring_invoice,
    end_recurring_invoice,
    pause_recurring_invoice,
    resume_recurring_invoice,
)
from ledger.refusals import Refused
from tests import world
from tests.billing.recurring_samples import made, moment, sweep_at, totals

pytestmark = pytest.mark.django_db


def test_no_period_begins_in_a_pause_and_none_is_made_up_for(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), most=3)
    bill_recurring(recurring.pk)
    pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 20), by=clerk)
    sweep_at("2026-05-05 10:00")
    assert len(made(recurring)) == 1

    with time_machine.travel(moment("2026-05-06 10:00"), tick=False):
        resume_recurring_invoice(recurring.pk, on=date(2026, 5, 6), by=clerk)
    sweep_at("2026-09-01 10:00")

    assert [first for _, first, _ in made(recurring)] == ["2026-03-01", "2026-06-01", "2026-07-01"]


def test_a_pause_planned_ahead_ends_by_itself(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), interval="week")
    pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 5), last_on=date(2026, 3, 18), by=clerk)
    sweep_at("2026-03-23 10:00")

    assert [first for _, first, _ in made(recurring)] == ["2026-03-01", "2026-03-22"]


def test_it_is_paused_once_and_resumed_only_then(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    with pytest.raises(Refused, match="not paused"):
        resume_recurring_invoice(recurring.pk, on=date(2026, 3, 1), by=clerk)
    with pytest.raises(Refused, match="ends on its first day or later"):
        pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 5), last_on=date(2026, 3, 4), by=clerk)
    pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 1), by=clerk)
    with pytest.raises(Refused, match="paused already"):
        pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 5), by=clerk)

    resume_recurring_invoice(recurring.pk, on=date(2026, 3, 1), by=clerk)
    assert RecurringInvoice.objects.get().next_on == date(2026, 3, 1)


def test_an_ended_one_makes_nothing_and_stays_ended(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    end_recurring_invoice(recurring.pk, by=clerk)
    sweep_at("2026-05-01 10:00")

    assert made(recurring) == []
    with pytest.raises(Refused, match="was ended"):
        pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 1), by=clerk)


def test_the_days_stay_once_a_period_was_billed_but_prices_and_the_end_may_change(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    bill_recurring(recurring.pk)
    details = world.recurring_details(customer, "15.00", date(2026, 3, 1), ends_on=date(2026, 4, 30))

    with pytest.raises(Refused) as refusal:
        edit_recurring_invoice(recurring.pk, replace(details, every=2), version=1, by=clerk)
    edit_recurring_invoice(recurring.pk, details, version=1, by=clerk)
    with pytest.raises(Refused, match="Somebody saved"):
        edit_recurring_invoice(recurring.pk, details, version=1, by=clerk)
    sweep_at("2026-06-01 10:00")

    assert refusal.value.code == "timing_fixed"
    assert totals(recurring) == ["10.00", "15.00"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"lines": []}, "nothing_to_bill"),
        ({"interval": "hour"}, "bad_interval"),
        ({"every": 0}, "bad_interval"),
        ({"wanted_day": 32}, "bad_wanted_day"),
        ({"interval": "week", "wanted_day": 3}, "bad_wanted_day"),
        ({"ends_on": date(2026, 2, 28)}, "ends_before_it_starts"),
        ({"most": 0}, "bad_count"),
        ({"issues": False, "sends": True}, "sends_without_issuing"),
        ({"starts_on": date(2006, 3, 1)}, "start_out_of_range"),
        ({"currency": "USD"}, "no_exchange_rate"),
        ({"customer_id": 10**9}, "unknown_customer"),
        ({"lines": [world.recurring_line("1.00", description="{mnth}")]}, "unknown_placeholder"),
        ({"lines": [world.recurring_line("1.00", new_price=Decimal(2))]}, "bad_new_price"),
        ({"lines": [world.recurring_line("1.00", discount_percent=Decimal(101))]}, "bad_discount"),
        (
            {
                "lines": [
                    world.recurring_line("1.00", "10", new_price=Decimal(10) ** 12, new_price_from=date(2026, 4, 1))
                ]
            },
            "bad_amounts",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(customer, in_march, change, code):
    details = replace(world.recurring_details(customer, "10.00", date(2026, 3, 1)), **change)
    with pytest.raises(Refused) as refusal:
        world.add_recurring_invoice(customer.company, details, by=None)

    assert refusal.value.code == code
    assert not RecurringInvoice.objects.exists()


def test_a_name_stands_for_one(customer, in_march):
    world.make_recurring(customer, "10.00", date(2026, 3, 1))
    with pytest.raises(Refused, match="There is one named Rent already"):
        world.make_recurring(customer, "10.00", date(2026, 3, 1))
