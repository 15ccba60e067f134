"""Credit limits: changed with a reason, raised above a rule's amount by two people, and for a while only."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from customers.models import Customer, LimitChange
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from customers.operations.manage_applications import ApplicationDetails, apply_for_account
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded, Asked, require_approval
from office.models import ApprovalRequest, AuditRecord, Company, ExchangeRate
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_role_limits import set_role_limits
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db

Parallel = Callable[[Sequence[Callable[[], Any]]], list[Any]]
DAY = date(2026, 3, 2)
LAST = date(2026, 3, 9)


@pytest.fixture
def limited(company: Company) -> Customer:
    return world.make_customer(company, credit_limit=Decimal(100))


def change(customer: Customer, limit: str | None, until: date | None = None, **more: Any) -> Customer:
    details = LimitDetails(None if limit is None else Decimal(limit), until)
    return change_credit_limit(customer.pk, details, **{"reason": "Agreed", "on": DAY, "by": None} | more)


def code_of(*args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        change(*args, **more)
    return refusal.value.code


def history(customer: Customer) -> list[tuple]:
    return list(customer.limit_changes.values_list("limit", "until", "reason"))


def test_a_limit_is_changed_with_a_reason_and_its_history_kept(limited: Customer, manager: Any) -> None:
    change(limited, "250.00", by=manager, reason="Good payer")

    limited.refresh_from_db()
    assert (limited.credit_limit, limited.limit_on(DAY)) == (Decimal(250), Decimal(250))
    assert history(limited) == [(Decimal(250), None, "Good payer"), (Decimal(100), None, "When they were added")]
    audit = AuditRecord.objects.get(action="change_credit_limit")
    assert (audit.before, audit.after, audit.by) == ({"credit_limit": "100.0000"}, {"credit_limit": "250.00"}, manager)


def test_a_temporary_limit_falls_back_by_itself(limited: Customer) -> None:
    change(limited, "500", LAST)
    limited.refresh_from_db()
    assert [limited.limit_on(day) for day in (DAY, LAST, date(2026, 3, 10))] == [500, 500, 100]

    change(limited, "120")
    limited.refresh_from_db()
    assert (limited.limit_on(DAY), limited.temporary_limit_until) == (120, None)


def test_what_cannot_be_is_refused_and_changes_nothing(limited: Customer) -> None:
    assert code_of(limited, "5", reason=" ") == "reason_missing"
    assert code_of(limited, "-1") == "bad_credit_limit"
    assert code_of(limited, "1000000000000") == "bad_credit_limit"
    assert code_of(limited, None, LAST) == "limit_missing"
    assert code_of(limited, "5", date(2026, 3, 1)) == "day_past"
    assert code_of(limited, "100.00") == "same_limit"
    limited.refresh_from_db()
    assert (limited.credit_limit, len(history(limited))) == (100, 1)


@pytest.mark.parametrize(
    ("limit", "until", "asks"),
    [("150", None, False), ("150.01", None, True), ("150.01", LAST, True), ("90", None, False), (None, None, True)],
)
def test_only_a_raise_above_the_rules_amount_asks_somebody(
    company: Company, limited: Customer, manager: Any, limit: str | None, until: date | None, asks: bool
) -> None:
    set_approval_rules(company, {"change_credit_limit": (Decimal(150), "manager")}, by=None)
    if not asks:
        change(limited, limit, until, by=manager)
        assert len(history(limited)) == 2
        return
    with pytest.raises(ApprovalNeeded) as needed:
        change(limited, limit, until, by=manager)
    request = ask_approval(needed.value, by=manager)
    assert len(history(limited)) == 1
    boss = world.make_user(company, "manager")
    with pytest.raises(Refused, match="Nobody approves their own"):
        approve_request(request.pk, by=manager)
    if until:
        with pytest.raises(Refused, match="is past"):  # it was asked for a day that is over
            approve_request(request.pk, by=boss)
        return
    approve_request(request.pk, by=boss)
    latest = LimitChange.objects.first()
    assert (latest.limit, latest.approved_by, latest.changed_by) == (limit and Decimal(limit), boss, manager)


def test_to_have_no_limit_is_asked_for_as_such_however_much_one_may_do_alone(
    company: Company, limited: Customer, manager: Any, client: Client
) -> None:
    most = Decimal("999999999999.99")
    set_approval_rules(company, {"change_credit_limit": (Decimal(150), "manager")}, by=None)
    set_role_limits(company, "change_credit_limit", {"manager": most}, by=None)
    change(limited, "999999999999.99", by=manager)
    with pytest.raises(ApprovalNeeded) as needed:
        change(limited, None, by=manager)
    assert needed.value.message == "To have no limit needs the approval of a manager."
    request = ask_approval(needed.value, by=manager)
    assert (request.amount, request.arguments["limit"]) == (None, None)
    assert AuditRecord.objects.get(action="ask_approval").after == {"amount": "no limit"}

    boss = world.make_user(company, "manager")
    client.force_login(boss)
    page = " ".join(client.get("/approvals/").content.decode().split())
    assert f"{limited}</a></strong>, no limit" in page
    assert "1,000,000,000,000" not in page
    [row] = Program(boss).get("approvals/").json()["results"]
    assert (row["amount"], row["arguments"]["limit"]) == (None, None)
    approve_request(request.pk, by=boss)
    limited.refresh_from_db()
    assert limited.credit_limit is None


@pytest.mark.parametrize(
    ("asked", "approved", "is_refused"),
    [("200.00", None, False), (None, "200.00", True), (None, None, False), ("200.00", "200.00", False)],
)
def test_an_approval_of_a_limit_is_none_of_having_no_limit(
    company: Company, limited: Customer, manager: Any, asked: str | None, approved: str | None, is_refused: bool
) -> None:
    """Its amount alone says so, though the arguments were the same."""
    amounts = [None if each is None else Decimal(each) for each in (asked, approved)]
    wanted = Asked("change_credit_limit", company, limited, amounts[0], {}, "More")
    said_yes = ApprovalRequest(action="change_credit_limit", arguments={}, amount=amounts[1], state="approved")
    if is_refused:
        with pytest.raises(Refused, match="no longer what was asked"):
            require_approval(wanted, manager, said_yes)
    else:
        require_approval(wanted, manager, said_yes)


def test_the_rule_is_asked_for_the_limit_in_the_companys_currency(company: Company, manager: Any) -> None:
    set_approval_rules(company, {"change_credit_limit": (Decimal(150), "manager")}, by=None)
    customer = world.make_customer(company, currency="USD", credit_limit=Decimal(10))
    assert code_of(customer, "200", by=manager) == "no_exchange_rate"
    ExchangeRate.objects.create(company=company, currency="USD", on=DAY, rate=Decimal("0.75"))
    change(customer, "200", by=manager)
    assert code_of(customer, "200.02", by=manager) == "approval_needed"


def test_two_changes_at_once_are_both_kept_one_after_the_other(limited: Customer, in_parallel: Parallel) -> None:
    in_parallel([lambda: change(limited, "200"), lambda: change(limited, "300")])
    limited.refresh_from_db()
    assert limited.credit_limit == history(limited)[0][0]
    assert {row[0] for row in history(limited)} == {Decimal(100), Decimal(200), Decimal(300)}


def test_the_history_never_changes(limited: Customer) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        LimitChange.objects.update(reason="Other")


def test_a_temporary_limit_needs_its_last_day(limited: Customer) -> None:
    with pytest.raises(IntegrityError, match="customer_temporary_limit_has_a_last_day"), transaction.atomic():
        Customer.objects.update(temporary_limit=Decimal(5))


def test_changing_a_customer_leaves_the_limit_alone(limited: Customer, clerk: Any) -> None:
    program, address = Program(clerk), f"customers/{limited.pk}/"
    assert program.put(address, {"name": "New", "version": 1}).json()["credit_limit"] == "100.00"
    same = {"name": "New", "version": 2, "credit_limit": "100.00"}
    assert program.put(address, same).json()["credit_limit"] == "100.00"
    other = same | {"version": 3, "credit_limit": "900.00"}
    assert refused(program.put(address, other)) == (409, "limit_has_its_own_change")


def test_a_limit_is_not_taken_into_another_currency(company: Company, clerk: Any) -> None:
    customer = world.make_customer(company, currency="JPY", credit_limit=Decimal(1_000_000))
    program, address = Program(clerk), f"customers/{customer.pk}/"
    answer = program.put(address, {"name": "New", "version": 1, "currency": "EUR"})
    assert refused(answer) == (409, "limit_in_currency")
    change(customer, "0", company.today(), on=company.today())
    assert refused(program.put(address, {"name": "New", "version": 1, "currency": "EUR"})) == (409, "limit_in_currency")
    change(customer, "0")
    answer = program.put(address, {"name": "New", "version": 1, "currency": "EUR"}).json()
    assert (answer["currency"], answer["credit_limit"]) == ("EUR", "0.00")


def test_who_has_no_limit_gets_another_currency_unless_one_is_asked_for_them(company: Company, clerk: Any) -> None:
    customer = world.make_customer(company)
    program, address = Program(clerk), f"customers/{customer.pk}/"
    assert program.put(address, {"name": "New", "version": 1, "currency": "JPY"}).json()["currency"] == "JPY"
    apply_for_account(customer.pk, ApplicationDetails(limit=Decimal(500)), by=clerk)
    answer = program.put(address, {"name": "New", "version": 2, "currency": "EUR"})
    assert refused(answer) == (409, "limit_in_currency")


def test_on_screen_a_limit_is_changed_and_a_clerk_is_turned_away(
    company: Company, limited: Customer, client: Client, manager: Any
) -> None:
    address = f"/customers/{limited.pk}/limit/"
    client.force_login(world.make_user(company, "clerk"))
    assert client.post(address, {"limit": "5", "reason": "r"}).status_code == 403
    assert "credit_limit" not in client.get(f"/customers/{limited.pk}/edit/").content.decode()
    client.force_login(manager)
    client.post(address, {"limit": "2*150", "reason": "Season", "until": company.today().isoformat()})
    page = client.get(f"/customers/{limited.pk}/holds/").content.decode()
    assert all(words in page for words in ("€300.00", "Season", "until"))

    set_approval_rules(company, {"change_credit_limit": (Decimal(1), "manager")}, by=None)
    client.post(address, {"limit": "400", "reason": "More"})
    assert ApprovalRequest.objects.get().subject_id == limited.pk
    client.post(address, {"limit": "x", "reason": "More"})
    assert len(history(limited)) == 2


def test_programs_change_and_read_limits(company: Company, limited: Customer, clerk: Any, manager: Any) -> None:
    address = f"customers/{limited.pk}/credit-limit/"
    body = {"limit": "300.00", "until": company.today().isoformat(), "reason": "Season"}
    assert refused(Program(clerk).post(address, body)) == (403, "permission_denied")
    answer = Program(manager).post(address, body).json()
    assert (answer["limit"], answer["until"], answer["reason"]) == ("300.00", body["until"], "Season")
    assert [row["limit"] for row in Program(clerk).get(address).json()["results"]] == ["300.00", "100.00"]
    assert Program(clerk).get(f"customers/{limited.pk}/").json()["exposure"]["limit"] == "300.00"
