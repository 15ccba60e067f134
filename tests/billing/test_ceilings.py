"""Discounts and days to pay beyond what one may give alone wait for a second person, by both doors."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Invoice
from billing.operations.issue_invoice import issue_invoice, issue_invoices
from billing.operations.manage_recurring import add_recurring_invoice, edit_recurring_invoice
from customers.days_to_pay import GIVE_DAYS
from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails, details_of
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms, set_second_person
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_role_limits import set_role_limits
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def rule(company: Any, action: str, above: str, **limits: str) -> None:
    set_approval_rules(company, {action: (Decimal(above), "manager")}, by=None)
    set_role_limits(company, action, {role: Decimal(each) for role, each in limits.items()}, by=None)


def asked(draft: Invoice, by: Any, **how: Any) -> tuple[str, Decimal | None, str]:
    """What issuing a draft asks for: the act, how much, and in which words."""
    with pytest.raises(ApprovalNeeded) as needed:
        issue_invoice(draft.pk, by=by, on=DAY, **how)
    draft.refresh_from_db()
    assert draft.is_draft
    return needed.value.asked.action, needed.value.asked.amount, needed.value.asked.reason


def refusal(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    return refused.value.code


def with_line_discount(customer: Any, percent: str) -> Invoice:
    lines = [world.line("100.00"), world.line("50.00", discount_percent=Decimal(percent))]
    return world.draft(customer, lines)


def test_a_discount_on_a_line_above_ones_own_ceiling_is_asked_for(company: Any, customer: Any, clerk: Any) -> None:
    rule(company, "give_line_discount", "10", clerk="5")
    assert asked(with_line_discount(customer, "5.000001"), clerk) == (
        "give_line_discount",
        Decimal("5.0001"),
        "Line 2 has 5.0001 % off.",
    )
    assert issue_invoice(with_line_discount(customer, "5").pk, by=clerk, on=DAY).number
    manager = world.make_user(company, "manager")
    assert issue_invoice(with_line_discount(customer, "10").pk, by=manager, on=DAY).number
    assert issue_invoice(with_line_discount(customer, "90").pk, by=None, on=DAY).number


def test_a_discount_on_all_counts_in_percent_however_it_is_typed(company: Any, customer: Any, clerk: Any) -> None:
    rule(company, "give_discount", "10")
    lines = [world.line("150.00", quantity="2", discount_percent=Decimal(50))]
    typed = {"discount_percent": Decimal("10.5")}, {"discount_amount": Decimal("15.01")}
    found = [asked(world.draft(customer, lines, **each), clerk)[:2] for each in typed]
    assert found == [("give_discount", Decimal("10.5")), ("give_discount", Decimal("10.0067"))]
    fine = world.draft(customer, lines, discount_amount=Decimal("15.00"))
    assert issue_invoice(fine.pk, by=clerk, on=DAY).number
    memo = world.draft(customer, lines, kind="credit_memo", discount_percent=Decimal(50))
    assert issue_invoice(memo.pk, by=clerk, on=DAY).number


def test_days_to_pay_beyond_the_customers_own_are_asked_for(company: Any, clerk: Any) -> None:
    rule(company, GIVE_DAYS, "45")
    customer = world.make_customer(company, net_days=30)
    later = {"net_days": 46}, {"due_on": date(2026, 4, 17), "dated_on": DAY}
    words = "It is to be paid within 46 days; Bramble GmbH has 30."
    assert [asked(world.draft(customer, "9.00", **each), clerk) for each in later] == [(GIVE_DAYS, 46, words)] * 2
    assert issue_invoice(world.draft(customer, "9.00", net_days=45).pk, by=clerk, on=DAY).number

    patient = world.make_customer(company, number="C-9", net_days=90)  # given by the office itself
    assert issue_invoice(world.draft(patient, "9.00").pk, by=clerk, on=DAY).number


def test_some_terms_are_chosen_by_nobody_alone(company: Any, clerk: Any, manager: Any) -> None:
    terms = add_terms(company, TermsDetails("Soon", [PartDetails(7)], needs_second_person=True), by=None)
    customer = world.make_customer(company)
    words = "It is to be paid within 7 days by the terms “Soon”; Bramble GmbH has 30."
    draft = world.draft(customer, "9.00", terms_id=terms.pk)
    assert asked(draft, manager) == asked(draft, clerk) == (GIVE_DAYS, 7, words)

    usual = world.make_customer(company, number="C-2", terms_id=terms.pk)
    assert issue_invoice(world.draft(usual, "9.00").pk, by=clerk, on=DAY).number
    set_second_person(company, terms.pk, False, by=None)
    assert issue_invoice(draft.pk, by=clerk, on=DAY).number


def test_more_days_are_not_given_to_a_customer_for_good(company: Any, customer: Any, clerk: Any, manager: Any) -> None:
    rule(company, GIVE_DAYS, "45", manager="100")
    odd = add_terms(company, TermsDetails("Odd", [PartDetails(9)], needs_second_person=True), by=None)

    def change(by: Any, **given: Any) -> str:
        customer.refresh_from_db()
        details = CustomerDetails(**{**details_of(customer).__dict__, **given})
        return update_customer(customer.pk, details, version=customer.version, by=by).name

    assert refusal(change, clerk, net_days=60) == "above_ceiling"
    assert refusal(change, clerk, terms_id=odd.pk) == "above_ceiling"
    assert refusal(change, manager, net_days=101) == "above_ceiling"
    assert refusal(create_customer, company, CustomerDetails("New", net_days=46), by=clerk) == "above_ceiling"
    customer.refresh_from_db()
    assert (customer.net_days, customer.terms_id, customer.version) == (30, None, 1)
    assert change(manager, net_days=100, terms_id=odd.pk)
    assert change(clerk, name="Bramble AG") == "Bramble AG"  # who has them keeps them
    assert create_customer(company, CustomerDetails("New"), by=clerk).net_days == company.net_days


def test_nor_by_what_is_issued_again_and_again_unseen(company: Any, customer: Any, clerk: Any, manager: Any) -> None:
    rule(company, GIVE_DAYS, "45", manager="100")
    rule(company, "give_line_discount", "10", manager="50")
    today = company.today()

    def lines(percent: str) -> list[Any]:
        return [world.recurring_line("100.00", discount_percent=Decimal(percent))]

    def set_up(by: Any, percent: str = "0", **more: Any) -> Any:
        details = world.recurring_details(customer, lines(percent), today, **{"name": str(by)} | more)
        return add_recurring_invoice(company, details, by=by)

    assert refusal(set_up, clerk, "10.01") == refusal(set_up, manager, "50.01") == "above_ceiling"
    assert refusal(set_up, clerk, net_days=46) == refusal(set_up, manager, net_days=101) == "above_ceiling"
    assert set_up(clerk, "60", net_days=200, issues=False).pk  # each draft is asked for when it is issued
    recurring = set_up(manager, "20", net_days=60)

    def change(percent: str, **more: Any) -> str:
        details = world.recurring_details(customer, lines(percent), today, **{"name": "Other", "net_days": 60} | more)
        recurring.refresh_from_db()
        return edit_recurring_invoice(recurring.pk, details, version=recurring.version, by=clerk).name

    assert refusal(change, "20.01") == refusal(change, "20", net_days=61) == "above_ceiling"
    assert change("20") == "Other"  # what was given before stays


def test_one_act_may_need_the_word_of_several_one_after_another(company: Any, clerk: Any, manager: Any) -> None:
    rule(company, "give_discount", "0")
    rule(company, "give_line_discount", "0")
    customer = world.make_customer(company, needs_po_number=True)
    line = world.line("50.00", discount_percent=Decimal(5))
    draft = world.draft(customer, [line], discount_percent=Decimal(10))
    with pytest.raises(ApprovalNeeded) as needed:
        issue_invoice(draft.pk, by=clerk, on=DAY, override="They never send one")
    ask_approval(needed.value, by=clerk)

    for action in ("override_checks", "give_line_discount", "give_discount"):
        draft.refresh_from_db()
        assert draft.is_draft
        waiting = ApprovalRequest.objects.get(state="waiting")
        assert (waiting.action, waiting.requested_by) == (action, clerk)
        approve_request(waiting.pk, by=manager)
    draft.refresh_from_db()
    assert (draft.status, draft.issued_by) == ("issued", clerk)
    noted = AuditRecord.objects.filter(action__in=["override_checks", "give_line_discount", "give_discount"])
    assert {row.action: row.after["approved_by"] for row in noted} == dict.fromkeys(
        ["override_checks", "give_line_discount", "give_discount"], str(manager)
    )


def test_a_yes_to_one_of_several_is_none_to_another_draft(
    company: Any, customer: Any, clerk: Any, manager: Any
) -> None:
    rule(company, "give_line_discount", "0")
    first, second = with_line_discount(customer, "5"), with_line_discount(customer, "50")
    with pytest.raises(ApprovalNeeded) as needed:
        issue_invoice(first.pk, by=clerk, on=DAY)
    yes = approve_request(ask_approval(needed.value, by=clerk).pk, by=manager)
    assert asked(second, clerk)[1] == 50
    assert refusal(issue_invoice, second.pk, by=clerk, on=DAY, approved=yes) == "approval_outdated"


def test_many_at_once_are_refused_and_ask_no_more_than_one(company: Any, customer: Any, clerk: Any) -> None:
    drafts = [with_line_discount(customer, "5") for _ in range(4)]
    counts = []
    for some in (drafts[:1], drafts[1:]):
        with CaptureQueriesContext(connection) as queries:
            issue_invoices([draft.pk for draft in some], by=clerk, on=DAY)
        counts.append(sum("approvalrule" in query["sql"] for query in queries))
    assert counts == [1, 1]
    rule(company, "give_line_discount", "0")
    assert refusal(issue_invoices, [with_line_discount(customer, "5").pk], by=clerk, on=DAY) == "approval_needed"


def test_on_the_page_and_by_a_program_it_goes_to_the_inbox(
    company: Any, customer: Any, clerk: Any, manager: Any
) -> None:
    rule(company, "give_line_discount", "2.5")
    first, second = with_line_discount(customer, "5"), with_line_discount(customer, "7.25")
    client = Client()
    client.force_login(clerk)
    page = client.post(reverse("billing:issue_invoice", args=[first.pk]), {"version": "1"}, follow=True)
    assert "Above 2.5 % this needs the approval of a manager." in page.content.decode()
    assert "asks to issue it: Line 2 has 5 % off." in page.content.decode()

    answer = Program(clerk).post(f"invoices/{second.pk}/issue/")
    said = answer.json()
    assert (answer.status_code, said["action"], said["amount"], said["unit"]) == (
        202,
        "give_line_discount",
        "7.25",
        "%",
    )
    assert ApprovalRequest.objects.get(pk=said["id"]).role.name == "manager"
    client.force_login(manager)
    assert "Give a discount on a line of <a" in (inbox := client.get(reverse("office:approval_list")).content.decode())
    assert "</strong>, 7.25 %" in inbox
    assert Program(manager).post(f"approvals/{said['id']}/approve/").json()["state"] == "approved"
    second.refresh_from_db()
    assert second.number


@pytest.mark.parametrize(
    ("action", "above"),
    [("give_discount", "100.5"), ("give_discount", "1.00001"), (GIVE_DAYS, "1.5"), (GIVE_DAYS, "9999")],
)
def test_a_ceiling_is_a_number_of_its_unit(company: Any, action: str, above: str) -> None:
    assert refusal(rule, company, action, above) == "bad_amounts"


def test_programs_read_and_set_ceilings_in_their_units(company: Any) -> None:
    program = Program(world.make_user(company, "administrator"))
    rules = [
        {"action": GIVE_DAYS, "above": "60", "limits": {"manager": "90"}},
        {"action": "give_discount", "above": "12.5"},
    ]
    said = program.put("approval-rules/", {"rules": rules}).json()
    assert [(each["action"], each["above"], each["limits"]) for each in said["rules"]] == [
        ("give_days_to_pay", "60", {"manager": "90"}),
        ("give_discount", "12.5", {}),
    ]
    assert said["units"] == {
        "give_line_discount": "%",
        "give_discount": "%",
        "give_days_to_pay": "days",
        "write_off_share": "%",
    }


def test_terms_are_put_under_a_second_person_by_both_doors(company: Any) -> None:
    administrator = world.make_user(company, "administrator")
    rules = Client()
    rules.force_login(administrator)
    page = rules.get(reverse("office:approval_rules")).content.decode()
    assert page.count('name="limit_write_off_share_') == 2  # a clerk's and a manager's, each once
    terms = add_terms(company, TermsDetails("Later", [PartDetails(60)]), by=None)
    client = Client()
    client.force_login(administrator)
    client.post(reverse("customers:set_second_person", args=[terms.pk]), {"needs": "yes"})
    terms.refresh_from_db()
    assert terms.needs_second_person
    answer = Program(administrator).post(f"terms/{terms.pk}/second-person/", {"needs_second_person": False})
    assert answer.json()["needs_second_person"] is False
    assert AuditRecord.objects.filter(action="set_second_person").count() == 2
