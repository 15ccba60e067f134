"""Holds: placed once per cause, released once with a reason and, above an amount, a second person's word."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from customers.holds import in_words, standing_holds
from customers.models import CreditHold, Customer
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import release_hold
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db

Parallel = Callable[[Sequence[Callable[[], Any]]], list[Any]]
DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)


def code_of(act: Callable[..., Any], *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **more)
    return refusal.value.code


def test_a_hold_says_who_placed_it_when_and_why(customer: Customer, clerk: Any) -> None:
    hold = place_hold(customer.pk, "  Insolvent since May ", on=DAY, by=clerk)

    assert (hold.cause, hold.words, hold.placed_on, hold.placed_by, hold.state) == (
        "by_hand",
        "Insolvent since May",
        DAY,
        clerk,
        "on_hold",
    )
    audit = AuditRecord.objects.get(action="place_hold")
    assert (audit.subject_id, audit.by, audit.reason) == (customer.pk, clerk, "Insolvent since May")
    assert in_words(standing_holds([customer.pk])[customer.pk]) == "Insolvent since May"


def test_a_hold_needs_a_reason_and_stands_once_per_cause(customer: Customer, clerk: Any) -> None:
    assert code_of(place_hold, customer.pk, "  ", on=DAY, by=clerk) == "reason_missing"
    assert code_of(place_hold, customer.pk, "x" * 301, on=DAY, by=clerk) == "reason_too_long"
    world.hold(customer)
    assert code_of(place_hold, customer.pk, "Again", on=DAY, by=clerk) == "on_hold_already"
    world.hold(customer, cause="late")
    assert CreditHold.objects.count() == 2


def test_a_released_hold_keeps_who_and_why_and_others_stand(customer: Customer, manager: Any) -> None:
    by_hand, late = world.hold(customer), world.hold(customer, "INV-1 is late", cause="late")
    released = release_hold(late.pk, reason="Paid by phone", on=NEXT, by=manager)

    assert (released.state, released.released_by, released.release_reason) == ("released", manager, "Paid by phone")
    assert (released.released_on, released.quiet_until) == (NEXT, NEXT + timedelta(days=14))
    assert standing_holds([customer.pk]) == {customer.pk: [by_hand]}
    assert AuditRecord.objects.get(action="release_hold").after == {"released": "INV-1 is late"}
    assert world.hold(customer, "Late again", cause="late").pk > released.pk


def test_a_release_needs_a_reason_and_happens_once(customer: Customer, manager: Any) -> None:
    hold = world.hold(customer, cause="late")
    how = {"on": NEXT, "by": manager}

    assert code_of(release_hold, hold.pk, reason=" ", **how) == "reason_missing"
    assert code_of(release_hold, hold.pk, reason="r", quiet_days=367, **how) == "bad_quiet_days"
    hold.refresh_from_db()
    assert hold.state == "on_hold"
    assert release_hold(hold.pk, reason="r", quiet_days=0, **how).quiet_until is None
    assert code_of(release_hold, hold.pk, reason="r", **how) == "invalid_move"
    assert AuditRecord.objects.filter(action="release_hold").count() == 1


def test_what_was_placed_by_hand_has_no_quiet_days(customer: Customer, manager: Any) -> None:
    assert release_hold(world.hold(customer).pk, reason="r", on=NEXT, by=manager, quiet_days=9).quiet_until is None


def test_above_a_rules_amount_another_person_says_yes(company: Any, customer: Customer, manager: Any) -> None:
    set_approval_rules(company, {"release_hold": (Decimal(100), "manager")}, by=None)
    world.issue(customer, "100.01", DAY)
    hold = world.hold(customer, cause="late")
    with pytest.raises(ApprovalNeeded) as needed:
        release_hold(hold.pk, reason="They pay soon", on=NEXT, by=manager)
    request = ask_approval(needed.value, by=manager)

    assert (request.amount, request.subject_id, standing_holds([customer.pk])) == (
        Decimal("100.01"),
        hold.pk,
        {customer.pk: [hold]},
    )
    assert code_of(approve_request, request.pk, by=manager) == "own_request"
    boss = world.make_user(company, "manager")
    approve_request(request.pk, by=boss)
    hold.refresh_from_db()
    assert (hold.released_by, hold.approved_by, hold.release_reason) == (manager, boss, "They pay soon")
    assert hold.quiet_until == company.today() + timedelta(days=14)


def test_up_to_the_rules_amount_nobody_is_asked(company: Any, customer: Customer, manager: Any) -> None:
    set_approval_rules(company, {"release_hold": (Decimal(100), "manager")}, by=None)
    world.issue(customer, "100.00", DAY)
    assert release_hold(world.hold(customer).pk, reason="r", on=NEXT, by=manager).state == "released"


def test_an_amount_without_a_rate_does_not_pass_below_a_rule(company: Any, customer: Customer, manager: Any) -> None:
    world.issue(customer, "900.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    hold = world.hold(customer)
    set_approval_rules(company, {"release_hold": (Decimal(100), "manager")}, by=None)

    assert code_of(release_hold, hold.pk, reason="r", on=NEXT, by=manager) == "no_exchange_rate"
    set_approval_rules(company, {"release_hold": None}, by=None)
    assert release_hold(hold.pk, reason="r", on=NEXT, by=manager).state == "released"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE customers_credithold SET words = 'Other'", "stays as it was placed"),
        ("UPDATE customers_credithold SET released_on = '2026-03-03'", "hold_released_whole_or_not"),
        ("UPDATE customers_credithold SET release_reason = 'r'", "hold_released_whole_or_not"),
        ("UPDATE customers_credithold SET quiet_until = '2026-03-03'", "hold_released_whole_or_not"),
        ("DELETE FROM customers_credithold", "stays as it was placed"),
        (
            "UPDATE customers_credithold SET released_on = '2026-03-01', released_at = now(), release_reason = 'r'",
            "hold_released_after_it_was_placed",
        ),
        (
            "INSERT INTO customers_credithold (company_id, customer_id, cause, words, placed_on, placed_at,"
            " release_reason) SELECT company_id, customer_id, cause, words, placed_on, placed_at, '' "
            "FROM customers_credithold",
            "hold_once_per_cause_at_a_time",
        ),
    ],
)
def test_the_database_keeps_holds_as_they_were_placed(customer: Customer, change: str, rule: str) -> None:
    world.hold(customer)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_released_hold_never_changes(customer: Customer, manager: Any) -> None:
    release_hold(world.hold(customer).pk, reason="r", on=NEXT, by=manager)
    with pytest.raises(IntegrityError, match="stays as it was placed"), transaction.atomic():
        CreditHold.objects.update(release_reason="Another")


def test_nobody_approves_their_own_release(customer: Customer, manager: Any) -> None:
    world.hold(customer)
    words = {"released_on": NEXT, "released_at": "2026-03-03T00:00Z", "release_reason": "r"}
    with pytest.raises(IntegrityError, match="nobody_approves_their_own_release"), transaction.atomic():
        CreditHold.objects.update(**words, released_by=manager, approved_by=manager)


def test_of_two_releases_at_once_one_is_refused(customer: Customer, manager: Any, in_parallel: Parallel) -> None:
    hold = world.hold(customer)
    results = in_parallel([lambda: release_hold(hold.pk, reason="r", on=NEXT, by=manager)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["CreditHold", "Refused"]
    assert AuditRecord.objects.filter(action="release_hold").count() == 1


def test_of_two_holds_placed_at_once_one_is_refused(customer: Customer, in_parallel: Parallel) -> None:
    results = in_parallel([lambda: place_hold(customer.pk, "w", on=DAY, by=None, cause="late")] * 2)

    assert sorted(type(result).__name__ for result in results) == ["CreditHold", "Refused"]
    assert CreditHold.objects.count() == 1


def test_on_screen_a_hold_is_seen_placed_and_released(customer: Customer, client: Client, manager: Any) -> None:
    client.force_login(manager)
    client.post(f"/customers/{customer.pk}/holds/place/", {"reason": "Court"})
    assert "nothing more is billed" in client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Bramble GmbH" in client.get("/customers/?held=1").content.decode()

    hold = CreditHold.objects.get()
    answer = client.get(f"/customers/holds/{hold.pk}/")
    assert answer.url == f"/customers/{customer.pk}/holds/#hold-{hold.pk}"
    client.post(f"/customers/holds/{hold.pk}/release/", {"reason": ""})
    assert CreditHold.objects.get().state == "on_hold"
    client.post(f"/customers/holds/{hold.pk}/release/", {"reason": "Settled"})
    page = client.get(f"/customers/{customer.pk}/holds/").content.decode()
    assert (CreditHold.objects.get().state, "Settled" in page) == ("released", True)
    assert "Bramble GmbH" not in client.get("/customers/?held=1").content.decode()


def test_on_screen_a_release_above_the_amount_is_sent_for_approval(
    company: Any, customer: Customer, client: Client, manager: Any
) -> None:
    set_approval_rules(company, {"release_hold": (Decimal(0), "manager")}, by=None)
    world.issue(customer, "1.00", DAY)
    hold = world.hold(customer)
    client.force_login(manager)
    client.post(f"/customers/holds/{hold.pk}/release/", {"reason": "Settled"})

    assert ApprovalRequest.objects.get().subject_name == "Bramble GmbH: Asked to wait"
    client.force_login(world.make_user(company, "manager"))
    assert f"/customers/holds/{hold.pk}/" in client.get("/approvals/").content.decode()


def test_a_draft_of_somebody_on_hold_says_so_in_the_list(customer: Customer, client: Client, manager: Any) -> None:
    client.force_login(manager)
    draft = world.draft(customer, "5.00")
    world.draft(customer, "6.00", kind="credit_memo")
    assert "Customer on hold" not in client.get("/invoices/").content.decode()
    world.hold(customer)
    assert client.get("/invoices/").content.decode().count("Customer on hold") == 1
    assert "Customer on hold" not in client.get("/credit-memos/").content.decode()
    assert draft.is_draft


def test_who_may_not_place_or_release_is_turned_away(company: Any, customer: Customer, client: Client) -> None:
    hold = world.hold(customer)
    client.force_login(world.make_user(company, "colleague"))
    assert client.post(f"/customers/holds/{hold.pk}/release/", {"reason": "r"}).status_code == 403
    client.force_login(world.make_user(company, "sales"))
    assert client.post(f"/customers/{customer.pk}/holds/place/", {"reason": "r"}).status_code == 403
    assert (CreditHold.objects.count(), CreditHold.objects.get().state) == (1, "on_hold")


def test_programs_place_read_and_release(customer: Customer, clerk: Any, manager: Any) -> None:
    placed = Program(clerk).post("holds/", {"customer": customer.pk, "reason": "Court"}).json()
    assert (placed["state"], placed["words"], placed["placed_by"]) == ("on_hold", "Court", "Clerk")
    [shown] = Program(clerk).get(f"customers/{customer.pk}/").json()["holds"]
    assert shown["id"] == placed["id"]
    assert Program(clerk).get("customers/").json()["results"][0]["holds"] == [shown]
    assert refused(Program(clerk).post("holds/", {"customer": customer.pk, "reason": "C"})) == (409, "on_hold_already")

    address = f"holds/{placed['id']}/release/"
    asked = Program(clerk).post(address, {"reason": "They paid"})
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert Program(manager).post(address, {"reason": "r"}).json()["release_reason"] == "r"
    assert [row["id"] for row in Program(clerk).get("holds/?state=released").json()["results"]] == [placed["id"]]
    assert Program(clerk).get("holds/?state=on_hold&cause=late").json()["results"] == []
    assert Program(clerk).get(address.removesuffix("release/")).json()["state"] == "released"


def test_a_program_is_told_where_a_release_waits_for_somebody(company: Any, customer: Customer, manager: Any) -> None:
    set_approval_rules(company, {"release_hold": (Decimal(0), "manager")}, by=None)
    world.issue(customer, "1.00", DAY)
    answer = Program(manager).post(f"holds/{world.hold(customer).pk}/release/", {"reason": "r"})
    assert (answer.status_code, answer.json()["action"]) == (202, "release_hold")
