"""Getting paid as a person would type it."""

from datetime import timedelta
from typing import Any

from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.record_promise import PromiseDetails, record_promise
from tests import world
from tests.browser.things.credit_control import a_plan_request
from tests.credit_control.planning import offer
from tests.credit_control.reminding import ladder
from tests.credit_control.samples import claim, rule_for, statement_run
from tests.rules.hostile import DAY, Forms

PLAN_TYPED = {
    "currency": "EUR",
    "item": "1",
    "count": "2",
    "each": "5",
    "first_amount": "5",
    "first_on": "2026-12-01",
    "rhythm": "month",
    "day": "2026-12-01",
    "amount": "5",
    "valid_until": "2026-12-01",
}


def looked_at(customer: Any) -> int:
    """A statement run that waits to be started."""
    return statement_run(customer.company).pk


def late_charge(customer: Any) -> int:
    """What a customer was charged for a late invoice."""
    rule_for(customer.company)
    world.issue(customer, "500.00", DAY, due_on=DAY)
    charge = claim(customer, DAY + timedelta(days=30))
    assert charge
    return charge.pk


def handed_over(customer: Any) -> int:
    """An invoice of 10.00 that is with an agency."""
    item = world.item_of(world.issue(customer, "10.00", DAY))
    details = HandOverDetails("Swift", [item.pk], was_warned=True)
    return hand_to_agency(customer.pk, details, on=customer.company.today(), by=None).pk


def planned(customer: Any, **details: Any) -> int:
    """A plan for an invoice of 10.00."""
    return offer(customer, [world.issue(customer, "10.00", DAY)], (10, "5.00"), (40, "5.00"), **details).pk


def promised(customer: Any) -> int:
    """A promise for an invoice of 10.00."""
    today = customer.company.today()
    item = world.item_of(world.issue(customer, "10.00", DAY))
    return record_promise(customer.pk, PromiseDetails(today, "Eva", "EUR", item_ids=[item.pk]), on=today, by=None).pk


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    return {
        "credit_control:hold_policy": (
            [],
            {"over_percent": "10", "late_days": "30", "late_amount": "5", "quiet_days": "14", "preview": "1"},
        ),
        "credit_control:look_for_holds": ([], {}),
        "credit_control:claim_late_charges": ([], {"on": "2026-03-02", "customer": str(customer.pk)}),
        "credit_control:waive_late_charge": ([late_charge(customer)], {"reason": "r"}),
        "credit_control:send_reminders": ([], {"customer": str(customer.pk), "all": "1"}),
        "credit_control:hand_over_new": ([customer.pk], {"agency": "a", "note": "n", "currency": "EUR"}),
        "credit_control:provide_month": ([], {"month": "2026-02"}),
        "credit_control:provision_rates": ([], {"from_on": "2026-03-02", "late_days": "90", "rates": "1 5"}),
        "credit_control:set_specific_provision": ([customer.pk], {"percent": "5", "reason": "r"}),
        "credit_control:end_hand_over": ([handed_over(customer)], {"outcome": "paid", "note": "n"}),
        "credit_control:note_contact": ([customer.pk], {"words": "w", "kind": "call", "person": "p"}),
        "credit_control:assign_collector": ([], {"customer": str(customer.pk), "collector": ""}),
        "credit_control:put_off_due_day": (
            [world.item_of(world.issue(customer, "10.00", DAY)).pk],
            {"due_on": str(customer.company.today()), "reason": "r"},
        ),
        "credit_control:credit_policy": (
            [],
            {
                "reminders": "off",
                "reminder_hour": "9",
                "most_unattended": "500",
                "smallest_reminder": "0",
                "promise_days": "30",
                "promise_grace_days": "2",
                "own_promise_days": "14",
                "paid_notice_days": "10",
                "own_plan_parts": "6",
                "plan_months": "12",
                "plan_offer_days": "14",
                "plan_notice_days": "3",
                "plan_grace_days": "3",
                "plan_cancel_days": "20",
            },
        ),
        "credit_control:ladder_new": (
            [],
            {
                "name": "n",
                "steps-TOTAL_FORMS": "1",
                "steps-INITIAL_FORMS": "0",
                "steps-0-days": "7",
                "steps-0-channel": "mail",
                "steps-0-tone": "first",
            },
        ),
        "credit_control:ladder": (
            [ladder(customer.company, [1], name="Hostile").pk],
            {
                "name": "n",
                "steps-TOTAL_FORMS": "1",
                "steps-INITIAL_FORMS": "0",
                "steps-0-days": "7",
                "steps-0-channel": "mail",
                "steps-0-tone": "first",
            },
        ),
        "credit_control:add_usual_ladder": ([], {}),
        "credit_control:choose_ladder": ([], {"ladder": "", "group": "1", "customer": ""}),
        "credit_control:statement_run_new": ([], {"from_on": "2026-03-01", "on": "2026-03-02", "group": ""}),
        "credit_control:start_statement_run": ([looked_at(customer)], {"without": "1", "approved": "1"}),
        "credit_control:send_statement": (
            [customer.pk],
            {"from_on": "2026-03-01", "on": "2026-03-02", "form": "open_item", "combined": "on"},
        ),
        "credit_control:statement_schedule": ([], {"day_of_month": "1", "at": "06:00", "sends": "on", "most": "9"}),
        "credit_control:withdraw_promise": ([promised(customer)], {"reason": "r"}),
        "credit_control:promise_new": (
            [customer.pk],
            {"pay_on": str(customer.company.today()), "amount": "1", "said_by": "s", "note": "n", "currency": "EUR"},
        ),
        "credit_control:decline_plan_request": ([a_plan_request(customer.company).pk], {"answer": "a"}),
        "credit_control:plan_new": ([customer.pk], PLAN_TYPED | {"offer": "1", "agreed_by": "s", "note": "n"}),
        "credit_control:plan_sum": ([customer.pk], PLAN_TYPED),
        "credit_control:change_plan": ([planned(customer)], PLAN_TYPED | {"offer": "1", "reason": "r"}),
        "credit_control:accept_plan": ([planned(customer)], {"name": "n"}),
        "credit_control:decline_plan": ([planned(customer)], {"reason": "r"}),
        "credit_control:resend_plan": ([planned(customer)], {}),
        "credit_control:withdraw_plan": ([planned(customer)], {"reason": "r"}),
        "credit_control:cancel_plan": ([planned(customer, agreed_by="Eva")], {"reason": "r"}),
        "credit_control:customer_rule": ([customer.pk], {"rule": ""}),
        "credit_control:rule_new": (
            [],
            {
                "name": "n",
                "reference": "none",
                "percent": "1",
                "day_count": "ACT/365F",
                "currency": "EUR",
                "fee_steps": "0: 40",
                "fee_percent": "0",
                "period_days": "7",
                "grace_days": "1",
                "smallest_claim": "1",
                "due_from": "2026-03-02",
            },
        ),
        "credit_control:add_usual_rule": ([], {"usual": "eu"}),
        "credit_control:choose_rule": ([], {"rule": "", "group": ""}),
        "credit_control:set_reference_rate": (
            [],
            {"reference": "ecb", "from_on": "2026-01-01", "percent": "1", "source": "s"},
        ),
    }
