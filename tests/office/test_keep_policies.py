"""Each change of a rule keeps a version in plain words, and each act says under which version it was done."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from billing.operations.set_check_policies import set_check_policies
from billing.operations.set_required_facts import set_required_facts
from credit_control.operations.set_credit_policy import set_credit_policy
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from customers.operations.set_application_policy import set_application_policy
from customers.operations.set_hold_policy import set_hold_policy
from office.models import AuditRecord, Company, PolicyVersion
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_role_limits import set_role_limits
from office.operations.update_company import update_company
from office.policies.registry import differences
from payments.operations.set_match_policy import PolicyDetails, set_match_policy
from payments.operations.set_payment_policy import set_payment_policy
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def under_approval(company: Company, above: str = "100", by: Any = None) -> None:
    set_approval_rules(company, {"write_off": (Decimal(above), "manager")}, by=by)


def later_terms(company: Company) -> None:
    if not company.payment_terms.exists():
        add_terms(company, TermsDetails("Later", [PartDetails(90)], needs_second_person=True), by=None)


def limited(company: Company) -> None:
    under_approval(company)
    set_role_limits(company, "write_off", {"clerk": Decimal(20)}, by=None)


CHANGES: dict[str, tuple[Callable[[Company], Any], str]] = {
    "approvals.write_off": (under_approval, "Write off: above €100.00 it needs the approval of a manager."),
    "approvals.give_discount": (
        lambda company: set_approval_rules(company, {"give_discount": (Decimal(5), "manager")}, by=None),
        "Discount on a whole document: above 5 % it needs the approval of a manager.",
    ),
    "terms.second_person": (
        later_terms,
        "Who chooses one of these asks a second person, a manager: Later.",
    ),
    "checks.price": (
        lambda company: set_check_policies(company, {"price": "stop"}, by=None),
        "A price is off the list: it is stopped, unless a manager issues it all the same and says why.",
    ),
    "required_facts.tax_id": (
        lambda company: set_required_facts(company, {"tax_id": "warn"}, by=None),
        "Tax number: whoever issues a document without it is warned.",
    ),
    "applications.required": (
        lambda company: set_application_policy(company, ["limit", "tax_id"], by=None),
        "Before an account is opened on application: The tax id is valid; The credit limit is decided.",
    ),
    "holds.late": (
        lambda company: set_hold_policy(company, {"late_days": 30}, by=None),
        "Who is 30 days late with anything is held.",
    ),
    "holds.over": (
        lambda company: set_hold_policy(company, {"over_percent": 10}, by=None),
        "Who is over the limit by more than 10 % is held.",
    ),
    "holds.orders": (
        lambda company: set_hold_policy(company, {"counts_orders": True}, by=None),
        "What is ordered and not billed counts against a credit limit.",
    ),
    "short_payments.tolerance": (
        lambda company: set_payment_policy(
            company, {"tolerance_amount": Decimal(5), "tolerance_percent": Decimal("0.5")}, by=None
        ),
        "Of a document up to €5.00, and no more than 0.5 %, may be missing.",
    ),
    "matching.most": (
        lambda company: set_match_policy(company, PolicyDetails(most=Decimal(900)), by=None),
        "Greatest amount: 900.",
    ),
    "credit.promise_days": (
        lambda company: set_credit_policy(company, {"promise_days": 45}, by=None),
        "Days ahead that a promise may be: 45.",
    ),
    "unattended.most_issued_unseen": (
        lambda company: update_company(company.pk, {"most_issued_unseen": Decimal(500)}, by=None),
        "A recurring invoice is issued without a person up to €500.00.",
    ),
}


@pytest.mark.parametrize("key", CHANGES)
def test_each_change_keeps_what_held_before_and_what_holds_now(company: Any, key: str) -> None:
    change, words = CHANGES[key]
    change(company)
    after, before = PolicyVersion.objects.all()
    assert (before.version, after.version) == (1, 2)
    assert [(each.key, each.after) for each in differences(before.rules, after.rules)] == [(key, words)]

    change(company)
    assert PolicyVersion.objects.count() == 2


def test_limits_of_roles_are_in_the_words(company: Any) -> None:
    limited(company)
    assert PolicyVersion.objects.all()[0].rules["approvals.write_off"] == (
        "Write off: above €100.00 it needs the approval of a manager. A clerk does it alone up to €20.00."
    )


def test_what_changes_no_rule_keeps_no_version_of_its_own(company: Any) -> None:
    update_company(company.pk, {"phone": "1"}, by=None)
    update_company(company.pk, {"phone": "2"}, by=None)
    assert [each.version for each in PolicyVersion.objects.all()] == [1]


def test_each_act_says_under_which_version_it_was_done(company: Any, customer: Any, manager: Any) -> None:
    world.issue(customer, "10.00", DAY)
    under_approval(company, by=manager)
    world.issue(customer, "20.00", DAY)
    under_approval(company, "50", by=manager)
    world.issue(customer, "30.00", DAY)
    theirs = world.make_customer(world.make_company())
    world.issue(theirs, "40.00", DAY)

    rows = AuditRecord.objects.filter(action="issue_invoice").order_by("pk")
    assert [row.policy_version for row in rows] == [0, 2, 3, 0]
    assert [each.changed_by for each in PolicyVersion.objects.order_by("version")] == [None, manager, manager]
    changes = AuditRecord.objects.filter(action="set_approval_rules").order_by("pk")
    assert [row.policy_version for row in changes] == [1, 2]  # done under what held before


def test_the_database_stamps_it_whatever_the_writer_says(company: Any) -> None:
    under_approval(company)
    row = AuditRecord(action="x", company=company, subject_type="office.company", subject_id=1, policy_version=77)
    row.save()
    row.refresh_from_db()
    assert row.policy_version == 2


def test_two_at_once_follow_one_another(company: Any, manager: Any, in_parallel: Any) -> None:
    jobs = [
        lambda: set_hold_policy(company, {"late_days": 30}, by=manager),
        lambda: under_approval(company, by=manager),
        lambda: set_credit_policy(company, {"promise_days": 45}, by=manager),
    ]
    assert not [result for result in in_parallel(jobs) if isinstance(result, Exception)]
    kept = list(PolicyVersion.objects.order_by("version"))
    assert [each.version for each in kept] == [1, 2, 3, 4]
    changed = [differences(before.rules, after.rules) for before, after in pairwise(kept)]
    assert [len(each) for each in changed] == [1, 1, 1]


def test_pages_say_what_holds_and_what_changed(company: Any, manager: Any, clerk: Any) -> None:
    under_approval(company, by=manager)
    client = Client()
    client.force_login(clerk)
    page = client.get("/settings/policies/").content.decode()
    assert "Version 2, since" in page
    assert "Write off: nobody else is asked." in page  # struck out among the changes
    assert "Write off: above €100.00 it needs the approval of a manager." in page
    assert "/settings/approvals/" not in page  # a clerk changes none

    before = client.get("/settings/policies/1/").content.decode()
    assert "What held before anything was changed" in before
    assert "above €100.00" not in before
    assert client.get("/settings/policies/3/").status_code == 404


def test_programs_read_them(company: Any, manager: Any) -> None:
    program = Program(manager)
    assert program.get("policies/").json()["version"] == 0
    under_approval(company, by=manager)
    now = program.get("policies/").json()
    assert (now["version"], now["rules"]["approvals.write_off"][:27]) == (2, "Write off: above €100.00 it")
    versions = program.get("policy-versions/").json()["results"]
    assert [(each["version"], each["changed_by"]) for each in versions] == [(1, None), (2, manager.pk)]
    assert program.get("policy-versions/2/").json()["rules"] == now["rules"]
    assert program.get("policy-versions/9/").status_code == 404


def test_another_company_has_its_own(company: Any, manager: Any) -> None:
    other = world.make_company()
    under_approval(other)
    assert Program(manager).get("policies/").json()["version"] == 0
    assert Program(manager).get("policy-versions/2/").status_code == 404
