"""Refunds and repayments by their pages and by programs."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import ApprovalRequest
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from payments.kept_files import bytes_of
from payments.models import Refund, RepaymentBatch
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import IBAN, confirmed
from tests.payments.debits import may_debit
from tests.payments.test_settle_debits import clock

__all__ = ["clock"]
from tests.payments.test_refunds import DAY, state_of

pytestmark = pytest.mark.django_db


def test_the_pages_refund_list_prepare_and_give_the_file(company: Any, customer: Any, manager: Any) -> None:
    account = may_debit(company)
    to = confirmed(customer)
    memo = world.issue_credit_memo(customer, "40.00", DAY)
    browser = Client()
    browser.force_login(manager)
    typed = {"credit": world.item_of(memo).pk, "amount": "40", "reason": "asked", "way": f"transfer:{to.pk}"}
    browser.post(reverse("payments:refund_credit", args=[customer.pk]), typed)
    row = Refund.objects.get()
    assert (row.account, row.refunded_on) == (to, company.today())
    page = browser.get(reverse("payments:refund_list") + "?state=to_pay").content.decode()
    assert row.number in page
    assert "DE •••• 3000" in page
    address = reverse("payments:repayment_new")
    chosen = {"bank_account_id": account.pk, "pay_on": str(company.today()), "version": ""}
    assert "Ask to pay €40.00<" in browser.get(address, chosen).content.decode()
    browser.post(address, chosen)
    batch = RepaymentBatch.objects.get()
    file = reverse("payments:repayment_file", args=[batch.pk])
    assert browser.post(file).status_code == 404
    approve_request(ApprovalRequest.objects.get().pk, by=world.make_user(company, "manager"))
    batch.refresh_from_db()
    assert browser.post(file).content == bytes_of(batch.file)
    assert IBAN not in browser.get(reverse("payments:repayment", args=[batch.pk])).content.decode()
    browser.post(reverse("payments:cancel_repayment", args=[batch.pk]), {"reason": "Never sent"})
    assert state_of(row) == "to_pay"
    browser.force_login(world.make_user(company, "clerk"))
    assert browser.post(address, chosen).status_code == 403


def test_a_refund_above_the_limit_is_sent_for_approval_from_the_page(customer: Any, manager: Any) -> None:
    set_approval_rules(customer.company, {"refund_credit": (Decimal(0), "manager")}, by=None)
    memo = world.issue_credit_memo(customer, "40.00", DAY)
    browser = Client()
    browser.force_login(manager)
    typed = {"credit": world.item_of(memo).pk, "amount": "40", "reason": "asked", "way": "cash"}
    browser.post(reverse("payments:refund_credit", args=[customer.pk]), typed)
    assert ApprovalRequest.objects.get().arguments["method"] == "cash"
    assert not Refund.objects.exists()


def test_a_program_refunds_lists_pays_and_gets_the_file(company: Any, customer: Any, manager: Any) -> None:
    account = may_debit(company)
    to = confirmed(customer)
    item = world.item_of(world.issue_credit_memo(customer, "40.00", DAY)).pk
    program = Program(manager)
    body = {"customer": customer.pk, "credit": item, "amount": "40.00", "reason": "asked", "account": to.pk}
    made = program.post("refunds/", body).json()
    assert (made["method"], made["account_id"]) == ("transfer", to.pk)
    assert [row["state"] for row in program.get("refunds/", customer=customer.pk).json()["results"]] == ["to_pay"]
    wanted = {"bank_account": account.pk, "pay_on": str(company.today())}
    batch = program.post("repayments/", wanted).json()
    assert (batch["state"], batch["lines"][0]["account"], batch["lines"][0]["amount"]) == (
        "waiting",
        "DE •••• 3000",
        "40.00",
    )
    assert refused(program.post("repayments/", wanted)) == (409, "nothing_to_pay")
    assert program.get(f"repayments/{batch['id']}/file/").status_code == 404
    approve_request(ApprovalRequest.objects.get().pk, by=world.make_user(company, "manager"))
    assert program.get(f"repayments/{batch['id']}/file/").json()["name"] == f"{batch['message_id']}.xml"
    assert program.post(f"repayments/{batch['id']}/cancel/", {"reason": "Never sent"}).json()["state"] == "cancelled"
    assert len(program.get("repayments/").json()["results"]) == 1
    stranger = Program(world.make_user(world.make_company(legal_name="Birch Ltd"), "manager"))
    assert stranger.get(f"repayments/{batch['id']}/").status_code == 404
