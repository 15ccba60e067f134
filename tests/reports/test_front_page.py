"""The front page's list of what to do next: only what is there, for those who may do it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from office.models import BankAccount, Company
from office.roles import ROLES
from payments.models import BankLine, UnreadLine
from payments.operations.match_bank_line import match_bank_line
from payments.operations.receive_payment import Plan
from payments.operations.settle_unread_line import leave_out_unread_line
from payments.operations.take_bank_file import take_bank_file
from reports.to_do import KINDS, tasks
from tests import world
from tests.billing.disputing import dispute
from tests.payments.bank_samples import OURS, camt, entry, statement

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def told(user: Any, company: Company) -> dict[str, int]:
    return {task.words: task.count for task in tasks(user, company, DAY)}


def test_what_the_bank_brought_waits_until_it_is_done(company: Company, customer: Any, clerk: Any) -> None:
    assert told(clerk, company) == {}
    BankAccount.objects.create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    entries = [entry("5.00"), entry("6.00"), entry("1..2"), entry("3.00", sign="DBIT")]
    take_bank_file(company, "march.xml", camt(statement(*entries, closing="109.20")), by=None)
    assert told(clerk, company) == {"Bank lines to match": 2, "Bank lines for you to look at": 1}

    match_bank_line(BankLine.objects.get(amount=5).pk, customer, Decimal(5), Plan(), by=None)
    leave_out_unread_line(UnreadLine.objects.get().pk, reason="Not money", by=None)
    assert told(clerk, company) == {"Bank lines to match": 1, "Payments to apply": 1}


@pytest.mark.parametrize("details", [{"role": "collector"}, {"role": "manager", "only_own_customers": True}])
def test_who_may_not_match_is_not_told(company: Company, details: dict[str, Any]) -> None:
    BankAccount.objects.create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    take_bank_file(company, "march.xml", camt(statement(entry("5.00"), entry("1..2"), closing="109.20")), by=None)
    assert told(world.make_user(company, **details), company) == {}


def test_an_auditor_is_told_of_what_is_late_and_of_nothing_to_do(company: Company, customer: Any) -> None:
    world.issue(customer, "10.00", date(2026, 1, 2), due_on=date(2026, 1, 2))
    world.receive(customer, "5.00", DAY)
    world.draft(customer, "7.00")
    late, drafts, free = "Invoices overdue", "Drafts to finish and issue", "Payments to apply"
    assert told(world.make_user(company, "auditor"), company) == {late: 1}
    assert told(world.make_user(company, "sales"), company) == {late: 1, drafts: 1}
    assert told(world.make_user(company, "clerk"), company) == {late: 1, drafts: 1, free: 1}


def test_as_many_are_overdue_as_the_list_shows(company: Company, customer: Any, client: Any) -> None:
    late, disputed = (world.issue(customer, "10.00", date(2026, 1, 2), due_on=date(2026, 1, 2)) for _ in range(2))
    dispute(disputed, "10.00")
    user = world.make_user(company, "auditor")
    client.force_login(user)
    [kind] = [kind for kind in KINDS if kind.words == "Invoices overdue"]
    page = client.get(reverse(kind.page) + kind.query).content.decode()
    assert (late.number in page, disputed.number in page) == (True, False)
    assert told(user, company) == {"Invoices overdue": 1}


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"mail server"}))
def test_what_somebody_is_told_of_they_can_open(company: Company, client: Any, role: str) -> None:
    user = world.make_user(company, role)
    client.force_login(user)
    theirs = [kind for kind in KINDS if not kind.rights or any(map(user.has_perm, kind.rights))]
    opened = {kind.words: client.get(reverse(kind.page) + kind.query).status_code for kind in theirs}
    assert set(opened.values()) == {200}, opened


def test_the_companys_own_currency_comes_first(company: Any, customer: Any, client: Any) -> None:
    day = company.today()
    for currency in ("AUD", "EUR"):
        rate = {} if currency == "EUR" else {"exchange_rate": Decimal("0.6")}
        world.issue(customer, "10.00", day, currency=currency, **rate)
        world.receive(customer, "4.00", day, currency=currency, **rate)
    client.force_login(world.make_user(company))
    page = client.get(reverse("home")).context

    assert [row["currency"] for row in page["owed"]] == ["EUR", "AUD"]
    assert [currency for currency, _ in page["tiles"]] == ["EUR", "AUD"]
