"""Write-offs by their pages and by programs."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import ReasonCode
from office.models import ApprovalRequest
from office.operations.set_approval_rules import set_approval_rules
from payments.models import WriteOff
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import DAY, taxed_invoice

pytestmark = pytest.mark.django_db


def test_on_screen_it_is_chosen_shown_and_reversed(company: Any, customer: Any, manager: Any) -> None:
    taxed = taxed_invoice(company, customer)
    browser = Client()
    browser.force_login(manager)
    item = world.item_of(taxed)
    page = browser.get(reverse("payments:write_off_new", args=[customer.pk]), {"item": "all"}).content.decode()
    assert 'value="172.5"' in page
    assert "€22.50" in page
    code = ReasonCode.objects.get(company=company, code="insolvent").pk
    typed = {f"item_{item.pk}": "172.50", "reason_code": code, "reason": ""}
    shown = browser.post(reverse("payments:write_off_new", args=[customer.pk]), typed, follow=True).content.decode()
    assert "could be claimed back" in shown
    row = WriteOff.objects.get()
    listed = browser.get(reverse("payments:write_off_list")).content.decode()
    assert row.number in listed
    assert browser.get(reverse("paper", args=[row.entry_id])).url == reverse("payments:write_off", args=[row.pk])
    browser.post(reverse("payments:reverse_write_off", args=[row.pk]), {"reason": "Paid after all"})
    assert world.open_of(taxed) == Decimal("172.50")


def test_on_screen_above_the_limit_it_is_sent_to_another_person(company: Any, customer: Any, clerk: Any) -> None:
    set_approval_rules(company, {"write_off": (Decimal(5), "manager")}, by=None)
    item = world.item_of(world.issue(customer, "10.00", DAY))
    browser = Client()
    browser.force_login(clerk)
    browser.post(reverse("payments:write_off_new", args=[customer.pk]), {f"item_{item.pk}": "10", "reason": "Gone"})

    assert ApprovalRequest.objects.get().arguments["shares"] == [[item.pk, "10"]]
    assert not WriteOff.objects.exists()


def test_a_program_writes_off_all_that_is_owed_reads_it_and_reverses_it(customer: Any, manager: Any) -> None:
    program, invoice = Program(manager), world.issue(customer, "10.00", DAY)
    answer = program.post("write-offs/", {"customer": customer.pk, "reason": "Gone"})
    [row] = answer.json()["results"]
    assert (answer.status_code, row["amount"], row["status"], row["recovered"]) == (201, "10.00", "recorded", "0.00")
    assert [each["amount"] for each in row["allocations"]] == ["10.00"]
    assert program.get(f"write-offs/{row['id']}/").json() == row
    assert [each["number"] for each in program.get("write-offs/", customer=customer.pk).json()["results"]] == [
        row["number"]
    ]
    assert refused(program.post("write-offs/", {"customer": customer.pk, "reason": "Gone"})) == (409, "nothing_chosen")
    reversed_ = program.post(f"write-offs/{row['id']}/reverse/", {"reason": "No"}).json()
    assert (reversed_["status"], world.open_of(invoice)) == ("reversed", 10)


def test_one_without_the_right_is_refused(customer: Any, company: Any) -> None:
    world.issue(customer, "10.00", DAY)
    program = Program(world.make_user(company, "collector"))
    assert refused(program.post("write-offs/", {"customer": customer.pk, "reason": "Gone"}))[0] == 403


def test_a_program_sets_the_policy_and_limits_by_role(company: Any) -> None:
    program = Program(world.make_user(company, "administrator"))
    policy = program.put("payment-policy/", {"tolerance_amount": "2.50", "tolerance_percent": "1"}).json()
    assert policy == {"tolerance_amount": "2.50", "tolerance_percent": "1", "relieves_tax": False}
    rule = {"action": "write_off", "above": "5.00", "role": "manager", "limits": {"clerk": "20.00"}}
    assert program.put("approval-rules/", {"rules": [rule]}).json()["rules"] == [rule]
