"""Holds by rule: who is held for what, said exactly; who is not; and what is released when the cause is gone."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import DisputeOutcome
from billing.operations.close_dispute import close_dispute
from credit_control.operations.assign_collector import assign_collector
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.look_for_holds import look_for_holds
from credit_control.operations.place_holds_by_rule import companies_to_look_at
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.worklist.reading import worklist
from customers.models import CreditHold, Customer, HoldPolicy, hold_policy_of
from customers.operations.release_hold import release_hold
from ledger.refusals import Refused
from office.models import AuditRecord, Company, Run, Task
from office.tasks import carry_out_run
from tests import world
from tests.api.calling import Program, refused
from tests.billing.disputing import dispute
from tests.credit_control.holding import BILLED, TODAY, look, rule, words
from tests.credit_control.planning import accept, agreed, offer

pytestmark = pytest.mark.django_db
Parallel = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture(autouse=True)
def now(time_machine: Any) -> None:
    time_machine.move_to("2026-03-03T10:00Z", tick=False)


def test_without_a_policy_nobody_is_held(company: Company, customer: Customer) -> None:
    world.issue(customer, "900.00", BILLED)
    assert look(company) == (0, 0)
    assert companies_to_look_at() == []


def test_an_item_so_many_days_late_holds_and_says_which(company: Company, customer: Customer) -> None:
    rule(company, late_days=30)
    invoice = world.issue(customer, "1200.00", BILLED)

    assert look(company, date(2026, 3, 2)) == (0, 0)
    assert look(company) == (1, 0)
    hold = CreditHold.objects.get()
    assert (hold.cause, hold.placed_by, hold.placed_on) == ("late", None, TODAY)
    assert hold.words == f"{invoice.number} is 30 days late: €1,200.00."
    task = Task.objects.get()
    assert (task.title, task.key) == (f"Bramble GmbH is on hold: {hold.words}", f"hold:{hold.pk}")
    assert look(company) == (0, 0)
    assert Task.objects.count() == 1


@pytest.mark.parametrize(("amount", "held"), [("99.99", 0), ("100.00", 1)])
def test_an_item_below_the_amount_holds_nobody(company: Company, customer: Customer, amount: str, held: int) -> None:
    rule(company, late_days=30, late_amount=Decimal(100))
    world.issue(customer, amount, BILLED)
    assert look(company) == (held, 0)


def test_what_is_disputed_does_not_count(company: Company, customer: Customer) -> None:
    rule(company, late_days=30, late_amount=Decimal(50))
    invoice = world.issue(customer, "100.00", BILLED)
    dispute(invoice, "60.00", on=TODAY)
    assert look(company) == (0, 0)


def test_what_is_promised_or_put_off_does_not_count(company: Company, customer: Customer) -> None:
    rule(company, late_days=30)
    promised, put_off = world.issue(customer, "100.00", BILLED), world.issue(customer, "50.00", BILLED)
    details = PromiseDetails(TODAY, "Eva", "EUR", item_ids=[world.item_of(promised).pk])
    record_promise(customer.pk, details, on=TODAY, by=None)
    put_off_due_day(world.item_of(put_off).pk, date(2026, 2, 2), reason="Agreed", by=None)

    assert look(company) == (0, 0)
    assert look(company, date(2026, 3, 4)) == (1, 0)
    assert words(customer) == [f"{put_off.number} is 30 days late: €50.00."]


def test_a_missed_instalment_holds_until_it_is_paid_and_the_plan_goes_on(company: Company, customer: Customer) -> None:
    rule(company, late_days=5)
    invoice, newer = world.issue(customer, "100.00", BILLED), world.issue(customer, "60.00", TODAY)
    plan = agreed(customer, [invoice, newer], (2, "40.00"), (30, "120.00"))

    assert look(company) == (0, 0)
    assert look(company, TODAY + timedelta(days=6)) == (0, 0)
    assert look(company, TODAY + timedelta(days=7)) == (1, 0)
    assert words(customer) == [
        f"{invoice.number}, the instalment of Mar 5, 2026 in Payment plan {plan.pk}, is 5 days late: €40.00."
    ]
    assert Task.objects.get().title.endswith("is 5 days late: €40.00.")

    receipt = world.receive(customer, "40.00", TODAY)
    world.apply(receipt, invoice, "39.99", TODAY)
    assert look(company, TODAY + timedelta(days=8)) == (0, 0)
    world.apply(receipt, invoice, "0.01", TODAY)
    assert look(company, TODAY + timedelta(days=8)) == (0, 1)
    assert CreditHold.objects.get().release_reason == "Paid, or put right"
    assert look(company, TODAY + timedelta(days=34)) == (0, 0)
    assert look(company, TODAY + timedelta(days=35)) == (1, 0)
    assert words(customer) == [
        f"{invoice.number}, the instalment of Apr 2, 2026 in Payment plan {plan.pk}, is 5 days late: €60.00."
    ]


def test_an_instalment_before_the_documents_day_holds_too(company: Company, customer: Customer) -> None:
    rule(company, late_days=3, late_amount=Decimal(40))
    invoice = world.issue(customer, "100.00", TODAY)  # due on 2 April
    plan = agreed(customer, [invoice], (1, "39.99"), (2, "20.01"), (60, "40.00"))
    assert look(company, date(2026, 3, 7)) == (0, 0)  # 39.99 is late for so long
    assert look(company, date(2026, 3, 8)) == (1, 0)
    assert words(customer) == [
        f"{invoice.number}, the instalment of Mar 4, 2026 in Payment plan {plan.pk}, is 4 days late: €60.00."
    ]


def test_what_is_late_is_released_when_a_plan_is_agreed_and_held_again_when_it_ends(
    company: Company, customer: Customer
) -> None:
    rule(company, late_days=30)
    invoice = world.issue(customer, "100.00", BILLED)
    assert look(company) == (1, 0)
    plan = offer(customer, [invoice], (10, "40.00"), (40, "60.00"))
    assert look(company) == (0, 1)  # while they may answer
    accept(plan)
    assert look(company) == (0, 0)
    cancel_plan(plan.pk, "They asked for it", on=TODAY, by=None)
    assert look(company) == (1, 0)
    assert words(customer) == [f"{invoice.number} is 30 days late: €100.00."]


def test_what_is_beyond_a_plan_holds_by_its_own_day(company: Company, customer: Customer) -> None:
    rule(company, late_days=30)
    invoice = world.issue(customer, "100.00", BILLED)
    given_up = dispute(invoice, "30.00", on=TODAY)
    agreed(customer, [invoice], (10, "40.00"), (40, "30.00"))
    assert look(company) == (0, 0)
    close_dispute(given_up.pk, DisputeOutcome.REFUSED, on=TODAY, by=None, note="It is right as it stands")
    assert look(company) == (1, 0)
    assert words(customer) == [f"{invoice.number} is 30 days late: €30.00."]


def test_who_is_over_the_limit_by_more_than_the_percent_is_held(company: Company) -> None:
    rule(company, over_percent=10)
    customer = world.make_customer(company, credit_limit=Decimal(100))
    world.issue(customer, "110.00", TODAY)
    assert look(company) == (0, 0)
    world.draft(customer, "0.01")
    assert look(company) == (1, 0)
    assert words(customer) == ["€110.01 with drafts is over the limit of €100.00."]


def test_a_broken_promise_holds_until_it_is_settled(company: Company, customer: Customer) -> None:
    rule(company, broken_promise=True)
    invoice = world.issue(customer, "100.00", BILLED)
    record_promise(customer.pk, PromiseDetails(date(2026, 2, 10), "Eva", "EUR"), on=date(2026, 2, 9), by=None)

    assert look(company, date(2026, 2, 12)) == (0, 0)
    assert look(company, date(2026, 2, 13)) == (1, 0)
    assert words(customer) == ["Promise of €100.00 for Feb 10, 2026 broken."]
    world.apply(world.receive(customer, "100.00", TODAY), invoice, "100.00", TODAY)
    assert look(company) == (0, 1)


def test_who_is_never_held_by_rule_is_not(company: Company) -> None:
    rule(company, late_days=30)
    customer = world.make_customer(company, never_held_by_rule=True)
    world.issue(customer, "900.00", BILLED)
    assert look(company) == (0, 0)


def test_what_is_paid_is_released_with_a_reason_and_what_is_by_hand_stays(company: Company, customer: Customer) -> None:
    rule(company, late_days=30)
    invoice = world.issue(customer, "100.00", BILLED)
    by_hand = world.hold(customer, "Court")
    look(company)
    world.apply(world.receive(customer, "100.00", TODAY), invoice, "100.00", TODAY)

    assert look(company, TODAY + timedelta(days=1)) == (0, 1)
    released = CreditHold.objects.get(cause="late")
    assert (released.release_reason, released.released_by, released.quiet_until) == ("Paid, or put right", None, None)
    by_hand.refresh_from_db()
    assert by_hand.state == "on_hold"
    assert AuditRecord.objects.get(action="release_hold").by is None


def test_a_company_may_leave_the_releasing_to_people(company: Company, customer: Customer) -> None:
    rule(company, late_days=30, lifts=False)
    invoice = world.issue(customer, "100.00", BILLED)
    look(company)
    world.apply(world.receive(customer, "100.00", TODAY), invoice, "100.00", TODAY)
    assert look(company) == (0, 0)


def test_a_cause_that_is_looked_for_no_more_releases_nobody(company: Company, customer: Customer) -> None:
    rule(company, late_days=30)
    world.issue(customer, "100.00", BILLED)
    look(company)
    rule(company, late_days=None, broken_promise=True)
    assert look(company) == (0, 0)
    assert len(words(customer)) == 1


def test_what_staff_released_is_quiet_for_the_days_they_chose(
    company: Company, customer: Customer, manager: Any
) -> None:
    rule(company, late_days=30, over_percent=0)
    world.issue(customer, "100.00", BILLED)
    look(company)
    release_hold(CreditHold.objects.get().pk, reason="Pays on Friday", on=TODAY, by=manager, quiet_days=5)

    assert look(company, TODAY + timedelta(days=4)) == (0, 0)
    assert look(company, TODAY + timedelta(days=5)) == (1, 0)


def test_the_collector_is_told_and_else_whoever_sells_to_them(company: Company, customer: Customer) -> None:
    rule(company, late_days=30)
    collector, seller = world.make_user(company, "collector"), world.make_user(company, "sales")
    other = world.make_customer(company, "Cedar AG", sales_owner_id=seller.pk)
    assign_collector(company, [customer.pk], collector.pk, by=None)
    for each in (customer, other):
        world.issue(each, "100.00", BILLED)
    look(company)
    assert dict(Task.objects.values_list("about_id", "assignee")) == {customer.pk: collector.pk, other.pk: seller.pk}


def test_two_looks_at_once_leave_one_hold_and_one_task(
    company: Company, customer: Customer, in_parallel: Parallel
) -> None:
    rule(company, late_days=30)
    world.issue(customer, "100.00", BILLED)
    results = in_parallel([lambda: look(company)] * 2)

    assert sorted(results) == [(0, 0), (1, 0)]
    assert (CreditHold.objects.count(), Task.objects.count()) == (1, 1)


def test_a_look_by_a_policy_that_looks_for_nothing_is_refused(company: Company, clerk: Any) -> None:
    rule(company, lifts=True)
    assert refused(Program(clerk).post("hold-policy/look/", {})) == (409, "no_rule")
    with pytest.raises(Refused, match="puts nobody on hold"):
        look_for_holds(company, on=TODAY, by=None)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "wanted", [{"late_days": 0}, {"over_percent": 1001}, {"quiet_days": None}, {"late_amount": Decimal(-1)}]
)
def test_a_policy_that_cannot_be_is_refused(company: Company, wanted: dict) -> None:
    with pytest.raises(Refused):
        rule(company, **wanted)
    assert not HoldPolicy.objects.exists()


def test_on_screen_the_policy_is_tried_before_it_is_saved(company: Company, customer: Customer, client: Client) -> None:
    invoice = world.issue(customer, "100.00", BILLED)
    client.force_login(world.make_user(company, "administrator"))
    typed = {"late_days": "30", "late_amount": "0", "quiet_days": "14", "lifts": "on"}
    page = client.post("/settings/holds/", typed | {"preview": "1"}).content.decode()
    assert f"{invoice.number} is 30 days late" in page
    assert not HoldPolicy.objects.exists()

    client.post("/settings/holds/", typed)
    assert (hold_policy_of(company).late_days, hold_policy_of(company).over_percent) == (30, None)
    client.force_login(world.make_user(company, "collector"))
    answer = client.post("/holds/look/")
    run = Run.objects.get()
    assert answer["Location"] == f"/office/runs/{run.pk}/"
    assert not CreditHold.objects.exists()  # the workers look
    carry_out_run(run.pk)
    shown = client.get(f"/office/runs/{run.pk}/").content.decode()
    assert all(words in shown for words in ("Holds by rule, Mar 3, 2026", "Put on hold", "Finished"))
    assert f"{invoice.number} is 30 days late" in client.get("/holds/?state=on_hold&cause=late").content.decode()
    assert "Nothing matches" in client.get("/holds/?state=released").content.decode()
    [work] = worklist(company, TODAY)
    assert f"On hold: {invoice.number} is 30 days late: €100.00" in work.reasons


def test_programs_set_try_and_look(company: Company, customer: Customer, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", BILLED)
    boss = Program(world.make_user(company, "administrator"))
    assert boss.put("hold-policy/", {"late_days": 30}).json()["late_days"] == 30
    assert refused(Program(clerk).put("hold-policy/", {"late_days": 1})) == (403, "permission_denied")
    [row] = Program(clerk).get("hold-policy/preview/").json()["results"]
    assert (row["customer"]["id"], row["cause"]) == (customer.pk, "late")
    answer = Program(clerk).post("hold-policy/look/", {})
    assert (answer.status_code, answer.json()["title"]) == (202, "Holds by rule, Mar 3, 2026")
    assert Program(clerk).get("hold-policy/").json()["looked_on"] is None
    carry_out_run(answer.json()["id"])
    assert words(customer) == [f"{invoice.number} is 30 days late: €100.00."]
    assert Program(clerk).get("hold-policy/").json()["looked_on"] == "2026-03-03"
