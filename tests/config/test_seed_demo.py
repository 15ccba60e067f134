"""The demo office shows something on every list of payments, and its book is sound."""

from datetime import date
from random import Random
from typing import Any

import pytest
from django.urls import reverse

from config.management.commands.seed_demo import make_demo
from credit_control.models import PaymentPlan
from credit_control.plans.reading import with_state
from office.models import ApprovalRequest, Company, User
from payments.booked_banks import booked_account
from payments.models import DebitRun, Refund
from payments.repayment_choice import choose_refunds
from reports.book_check import check_book

pytestmark = pytest.mark.django_db
LISTS = ["receipt_list", "receipt_batch_list", "refund_list", "write_off_list", "chargeback_list", "debit_run_list"]
LISTS += ["paid_notice_list", "remittance_list", "bank_line_list", "bank_statement_list"]
OTHER_LISTS = [
    "customers:change_request_list",
    "customers:mandate_list",
    "customers:account_list",
    "credit_control:late_charge_list",
    "credit_control:missed_payment_list",
    "credit_control:promise_list",
    "credit_control:plan_list",
    "credit_control:reminder_list",
    "customers:hold_list",
    "billing:dispute_list",
    "credit_control:statement_run_list",
    "credit_control:statement_list",
]


def test_the_demo_office_shows_something_on_every_list_of_payments_and_its_book_is_sound(client: Any) -> None:
    company: Company = make_demo(Random(20), date.today())  # noqa: DTZ011
    client.force_login(User.objects.get(email="manager@demo.example"))

    for name in [*(f"payments:{each}" for each in LISTS), *OTHER_LISTS]:
        page = client.get(reverse(name))
        assert (page.status_code, b"empty-note" in page.content) == (200, False), name
    plans = with_state(PaymentPlan.objects.all(), company, company.today())
    assert sorted(plans.values_list("state", flat=True)) == ["missed", "offered", "on_track"]
    run = DebitRun.objects.get()
    assert (run.state, str(run.collections.get().amount)) == ("waiting", "1240.0000")
    assert ApprovalRequest.objects.get(action="approve_debit_run").subject_id == run.pk
    assert choose_refunds(company, "EUR").refunds == [Refund.objects.get()]
    assert [str(booked_account(each)) for each in company.bank_accounts.order_by("pk")] == [
        "1000 Bank",
        "1010 Euro account",
    ]
    assert check_book() == []
