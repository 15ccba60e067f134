"""Getting paid: what there is to look at."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from credit_control.models import Statement
from credit_control.operations.ask_plan import Wish, ask_plan
from credit_control.operations.find_missed_payments import find_missed_payments
from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.operations.provide_month import provide_month
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_provisions import set_provision_rates, set_specific_provision
from credit_control.operations.set_reference_rates import add_usual_rates
from customers.models import Customer
from office.models import OutgoingMail
from tests import world
from tests.credit_control.planning import agreed, offer
from tests.credit_control.reminding import ladder, remind
from tests.credit_control.samples import claim, rule_for, statement_run
from tests.office.mailing import become


def a_late_charge(company: Any) -> dict[str, int]:
    """What a customer was charged for paying late, and another who would be, by a rule of the company's."""
    rule, today = rule_for(company, "12", fee_steps=[["0", "40"]]), company.today()
    for name in ("Late Ltd", "Later Ltd"):
        customer = world.make_customer(company, name)
        world.issue(customer, "500.00", today - timedelta(days=60), due_on=today - timedelta(days=30))
    add_usual_rates(company, by=None)
    charge = claim(Customer.objects.get(name="Late Ltd"), today)
    steps = ladder(company, [1, 8], has_letter=True)
    reminded = world.make_customer(company, "Slow Ltd")
    item = world.item_of(world.issue(reminded, "80.00", today - timedelta(days=9), due_on=today - timedelta(days=2)))
    reminder, _ = remind(reminded)
    assert reminder
    details = PromiseDetails(today + timedelta(days=3), "Eva Brandt", "EUR", Decimal(100))
    record_promise(customer.pk, details, on=today, by=None)
    slow = [world.issue(customer, "200.00", today - timedelta(days=45), due_on=today - timedelta(days=20))]
    plan = agreed(customer, slow, (0, "50.00"), (30, "75.00"), (60, "75.00"), on=today - timedelta(days=10))
    more = [world.issue(customer, "90.00", today - timedelta(days=45), due_on=today - timedelta(days=15))]
    lost = world.make_customer(company, "Lost Ltd")
    given = world.item_of(world.issue(lost, "70.00", today - timedelta(days=90), due_on=today - timedelta(days=80)))
    details = HandOverDetails("Swift & Sons", [given.pk], was_warned=True)
    find_missed_payments(company, on=today)
    return {"late_charge": charge.pk, "late_rule": rule.pk, "debtor": customer.pk} | {
        "hand_over": hand_to_agency(lost.pk, details, on=today, by=None).pk,
        "reminder": reminder.pk,
        "plan": plan.pk,
        "plan_offer": offer(customer, more, (5, "45.00"), (40, "45.00")).pk,
        "late_item": item.pk,
        "plan_request": a_plan_request(company).pk,
        "ladder": steps.pk,
    }


def a_provision(company: Any) -> int:
    """Expected loss posted at the end of last month, by how late it was and of one customer by hand."""
    today = company.today()
    last_month = today.replace(day=1) - timedelta(days=1)
    rates = [(0, Decimal("0.5")), (1, Decimal(3)), (31, Decimal(10)), (91, Decimal(50))]
    set_provision_rates(company, today - timedelta(days=400), rates, late_days=90, on=today, by=None)
    lost = Customer.objects.get(company=company, name="Lost Ltd")
    set_specific_provision(lost, Decimal(80), reason="Insolvent", on=last_month, by=None)
    return provide_month(company, last_month, by=None).pk


def a_plan_request(company: Any) -> Any:
    """A customer who asks to pay in three instalments."""
    today = company.today()
    customer = world.make_customer(company, "Willow Works")
    world.issue(customer, "300.00", today - timedelta(days=30), due_on=today - timedelta(days=3))
    wish = Wish("EUR", 3, today + timedelta(days=10), "Our season begins in May")
    return ask_plan(customer.contacts.get().pk, wish, on=today)


def statements(company: Any, customer: Any) -> dict[str, int]:
    """A run that sent, one that was looked at, and a statement over a parent's subsidiaries."""
    parent = world.make_customer(company, "Compass plc", group_statement="beside")
    for name in ("Compass North", "Compass South"):
        branch = world.make_customer(company, name, parent_id=parent.pk, statement_form="balance_forward")
        world.issue(branch, "120.00", company.today() - timedelta(days=40))
    clerk = world.make_user(company, "clerk")
    sent, looked = statement_run(company, clerk, starts=True), statement_run(company, clerk)
    become("sent", OutgoingMail.objects.filter(kind="statement"), finished_at=timezone.now())
    mint_account_link(parent, parent.contacts.get())
    kept = Statement.objects.get(run=sent, customer=parent, is_combined=True)
    return {"statement_run": sent.pk, "statement_look": looked.pk, "statement": kept.pk}
