"""Opening a new customer's account on application: the checklist, the second person, and what is not billed before."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import IssueCheck
from billing.operations.set_check_policies import set_check_policies
from customers.applications import checklist_of, not_opened
from customers.models import AccountApplication, ApplicationPoint, Customer, PointKey
from customers.operations import manage_applications
from customers.operations.details import AddressDetails, ContactDetails
from customers.operations.manage_applications import (
    ApplicationDetails,
    apply_for_account,
    approve_application,
    decline_application,
    reopen_point,
    tick_point,
    waive_point,
)
from customers.operations.merge_customers import merge_customers
from customers.operations.set_application_policy import set_application_policy
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord, OutgoingMail
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request, decline_request, withdraw_request
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import confirmed
from tests.customers.test_mandates import signed

pytestmark = pytest.mark.django_db

BERLIN = AddressDetails(street="Ring 1", postal_code="10115", city="Berlin", country="DE")


def newcomer(company: Any, name: str = "Cedar GmbH", **details: Any) -> Customer:
    values: dict[str, Any] = {"tax_id": "DE136695976", "addresses": [BERLIN]}
    return world.make_customer(company, name, **values | details)


def applied(customer: Customer, by: Any = None, **details: Any) -> AccountApplication:
    asked = ApplicationDetails(**{"limit": Decimal(500), "net_days": 14} | details)
    return apply_for_account(customer.pk, asked, by=by)


def ready(customer: Customer, by: Any = None) -> AccountApplication:
    """An application of which every required point is settled."""
    application = applied(customer, by)
    tick_point(application.pk, "way_to_pay", note="Pays by transfer", by=by)
    return application


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.code


def stand(application: AccountApplication) -> dict[str, str]:
    application.refresh_from_db()
    return {point.key: point.state for point in checklist_of(application)}


def today_of(application: AccountApplication) -> Any:
    return application.company.today()


def test_what_is_known_settles_its_points(company: Any) -> None:
    bare = applied(newcomer(company, tax_id="DE1", addresses=[], contacts=[]), limit=None, net_days=None)
    assert set(stand(bare).values()) == {"missing"}

    known = newcomer(company, "Rowan AG", registry_number="HRB 1 B")
    signed(known, confirmed(known))
    facts = {point.key: (point.state, point.words) for point in checklist_of(applied(known))}
    assert facts == {
        "tax_id": ("done", "DE136695976"),
        "registry_number": ("done", "HRB 1 B"),
        "address": ("done", "Ring 1, 10115 Berlin, DE"),
        "contact": ("done", "eva@rowan.example"),
        "terms": ("done", "within 14 days"),
        "limit": ("done", "500 EUR"),
        "way_to_pay": ("done", f"mandate {known.mandates.get()}"),
        "registry_extract": ("missing", ""),
        "credit_report": ("missing", ""),
        "references": ("missing", ""),
    }


def test_a_tax_id_outside_the_union_is_taken_as_it_is(company: Any) -> None:
    assert stand(applied(newcomer(company, tax_id="CHE-123.456.788 MWST")))["tax_id"] == "done"


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"limit": Decimal(-1)}, "bad_credit_limit"),
        ({"limit": Decimal(10) ** 12}, "bad_credit_limit"),
        ({"net_days": 366}, "bad_net_days"),
        ({"terms_id": 999_999}, "unknown_terms"),
    ],
)
def test_what_cannot_be_asked_is_refused(company: Any, details: dict[str, Any], code: str) -> None:
    customer = newcomer(company)
    assert code_of(lambda: applied(customer, **details)) == code
    assert not AccountApplication.objects.exists()


def test_a_customer_applies_once_at_a_time_and_not_with_an_account(company: Any) -> None:
    customer = newcomer(company)
    first = applied(customer)
    assert code_of(lambda: applied(customer)) == "application_open"
    decline_application(first.pk, reason="No answer", by=None)
    second = ready(customer)
    approve_application(second.pk, on=company.today(), by=None)
    assert code_of(lambda: applied(customer)) == "account_open"

    billed = newcomer(company, "Rowan AG")
    world.issue(billed, "10.00", company.today())
    assert code_of(lambda: applied(billed)) == "account_open"


def test_points_are_ticked_waived_and_taken_back_with_a_note(company: Any, clerk: Any) -> None:
    application = applied(newcomer(company, tax_id=""), clerk)
    pk = application.pk
    assert code_of(lambda: tick_point(pk, "tax_id", note="Seen", by=clerk)) == "read_from_facts"
    assert code_of(lambda: tick_point(pk, "references", note=" ", by=clerk)) == "reason_missing"
    assert code_of(lambda: waive_point(pk, "tax_id", reason="", by=clerk)) == "reason_missing"
    assert code_of(lambda: waive_point(pk, "nothing", reason="r", by=clerk)) == "unknown_point"
    assert code_of(lambda: waive_point(pk, "address", reason="r", by=clerk)) == "point_stands_so"
    assert code_of(lambda: reopen_point(pk, "references", reason="r", by=clerk)) == "point_stands_so"
    assert code_of(lambda: reopen_point(pk, "address", reason="r", by=clerk)) == "point_stands_so"
    assert not ApplicationPoint.objects.exists()

    waive_point(pk, "tax_id", reason="Private person", by=clerk)
    tick_point(pk, "references", note="Two answered", by=clerk)
    assert code_of(lambda: tick_point(pk, "references", note="Again", by=clerk)) == "point_stands_so"
    reopen_point(pk, "references", reason="One took it back", by=clerk)
    states = stand(application)
    assert (states["tax_id"], states["references"]) == ("waived", "missing")
    assert [(row.point, row.act, row.said_by) for row in ApplicationPoint.objects.all()] == [
        ("tax_id", "waived", clerk),
        ("references", "ticked", clerk),
        ("references", "reopened", clerk),
    ]
    told = AuditRecord.objects.filter(subject_type="customers.customer", action__endswith="_point").order_by("id")
    assert [row.action for row in told] == ["waive_point", "tick_point", "reopen_point"]


def test_an_account_is_opened_by_a_second_person_once_all_is_settled(company: Any, clerk: Any, manager: Any) -> None:
    customer = newcomer(company)
    application = applied(customer, clerk)
    day = company.today()
    with pytest.raises(Refused) as refusal:
        approve_application(application.pk, on=day, by=clerk)
    assert (refusal.value.code, refusal.value.message) == (
        "points_open",
        "Still open: There is a mandate, or another way to pay. Settle or waive that first.",
    )
    tick_point(application.pk, "way_to_pay", note="Transfer", by=clerk)
    with pytest.raises(ApprovalNeeded) as needed:
        approve_application(application.pk, on=day, by=clerk, reason="Good firm")
    request = ask_approval(needed.value, by=clerk)
    assert (request.amount, request.role.name) == (Decimal(500), "manager")
    assert OutgoingMail.objects.filter(kind="approval_asked").count() == 1
    for call in (
        lambda: decline_application(application.pk, reason="r", by=clerk),
        lambda: waive_point(application.pk, "references", reason="r", by=clerk),
    ):
        assert code_of(call) == "approval_waiting"
    approve_request(request.pk, by=manager)

    application.refresh_from_db(), customer.refresh_from_db()
    assert (application.status, application.decided_by, application.reason) == ("approved", manager, "Good firm")
    assert (customer.credit_limit, customer.net_days, customer.terms) == (Decimal(500), 14, None)
    change = customer.limit_changes.get()
    assert (change.limit, change.changed_by, change.approved_by) == (Decimal(500), clerk, manager)
    assert code_of(lambda: approve_application(application.pk, on=day, by=None)) == "invalid_move"
    assert code_of(lambda: decline_application(application.pk, reason="r", by=None)) == "invalid_move"


def test_what_the_second_person_declines_is_declined_and_what_is_taken_back_stays(
    company: Any, clerk: Any, manager: Any
) -> None:
    application = ready(newcomer(company), clerk)

    def ask() -> ApprovalRequest:
        with pytest.raises(ApprovalNeeded) as needed:
            approve_application(application.pk, on=company.today(), by=clerk)
        return ask_approval(needed.value, by=clerk)

    withdraw_request(ask().pk, by=clerk)
    application.refresh_from_db()
    assert application.status == "open"
    decline_request(ask().pk, by=manager, reason="Too young")
    application.refresh_from_db()
    assert (application.status, application.reason, application.decided_by) == ("declined", "Too young", manager)


def test_declining_needs_a_reason(company: Any, clerk: Any) -> None:
    application = applied(newcomer(company), clerk)
    assert code_of(lambda: decline_application(application.pk, reason=" ", by=clerk)) == "reason_missing"


def test_nothing_is_billed_before_the_account_is_open(company: Any) -> None:
    customer = newcomer(company)
    draft = world.draft(customer, "10.00")
    application = ready(customer)

    def told() -> list[tuple[str, str]]:
        found = concerns_of(drafts_to_check([draft.pk]))
        return [(each.severity, each.message) for each in found if each.check == IssueCheck.NOT_OPENED]

    words = "The account of Cedar GmbH is not opened yet: their application waits."
    assert told() == [("stop", words)]
    set_check_policies(company, {"not_opened": "warn"}, by=None)
    assert told() == [("warn", words)]
    decline_application(application.pk, reason="Too young", by=None)
    assert told() == [("warn", "The account of Cedar GmbH is not opened: their application was declined.")]
    approve_application(ready(customer).pk, on=company.today(), by=None)
    assert told() == []
    assert not_opened([customer.pk]) == {}


def test_a_company_says_which_points_it_requires(company: Any, clerk: Any) -> None:
    set_application_policy(company, ["references", "tax_id"], by=clerk)
    application = applied(newcomer(company))
    assert [point.key for point in checklist_of(application) if point.is_required] == ["tax_id", "references"]
    assert code_of(lambda: set_application_policy(company, ["nothing"], by=clerk)) == "unknown_point"
    set_application_policy(company, [], by=clerk)
    approve_application(application.pk, on=company.today(), by=None)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_applicationpoint SET note = 'x'",
        "DELETE FROM customers_applicationpoint",
        "UPDATE customers_accountapplication SET wanted_limit = 1",
        "DELETE FROM customers_accountapplication",
    ],
)
def test_what_was_asked_and_said_stays(company: Any, sql: str) -> None:
    ready(newcomer(company))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_approved_and_declined_at_once_one_of_them_counts(company: Any, in_parallel: Any) -> None:
    for number in range(4):
        application = ready(newcomer(company, f"Racer{number} AG", tax_id=f"CHE{number}"))
        results = in_parallel(
            [
                lambda pk=application.pk: approve_application(pk, on=company.today(), by=None),
                lambda pk=application.pk: decline_application(pk, reason="r", by=None),
            ]
        )
        assert sorted(type(result).__name__ for result in results) == ["AccountApplication", "Refused"]
        application.refresh_from_db()
        customer = Customer.objects.get(pk=application.customer_id)
        assert (customer.credit_limit is not None) == (application.status == "approved")


def decided_twice_without_the_lock(company: Any, in_parallel: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What became of both, where nothing but the database can refuse the second."""
    application, both_read = ready(newcomer(company)), Barrier(2)

    def unlocked(application_id: int) -> AccountApplication:
        read = AccountApplication.objects.select_related("company", "customer", "wanted_terms").get(pk=application_id)
        both_read.wait(timeout=20)
        return read

    monkeypatch.setattr(manage_applications, "_locked", unlocked)
    results = in_parallel(
        [
            lambda: approve_application(application.pk, on=company.today(), by=None),
            lambda: decline_application(application.pk, reason="r", by=None),
        ]
    )
    return sorted(type(result).__name__ for result in results)


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_the_guard_refuses_the_second(
    company: Any, in_parallel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert decided_twice_without_the_lock(company, in_parallel, monkeypatch) == ["AccountApplication", "IntegrityError"]


@pytest.mark.django_db(transaction=True)
def test_the_control_without_lock_and_guard_both_count(
    company: Any, in_parallel: Any, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    superuser_cursor.execute("ALTER TABLE customers_accountapplication DISABLE TRIGGER application_stays_as_asked")
    try:
        assert decided_twice_without_the_lock(company, in_parallel, monkeypatch) == ["AccountApplication"] * 2
    finally:
        superuser_cursor.execute("ALTER TABLE customers_accountapplication ENABLE TRIGGER application_stays_as_asked")


def test_programs_open_look_through_and_decide(company: Any, clerk: Any, manager: Any) -> None:
    program, customer = Program(clerk), newcomer(company)
    asked = program.post(f"customers/{customer.pk}/applications/", {"limit": "500.00", "net_days": 14}).json()
    where = f"account-applications/{asked['id']}/"
    assert (asked["status"], asked["wanted_limit"], len(asked["points"])) == ("open", "500.00", len(PointKey))
    assert refused(program.post(where + "approve/", {})) == (409, "points_open")
    body = {"point": "way_to_pay", "note": "Transfer"}
    assert program.post(where + "tick/", body).status_code == 200
    assert program.post(where + "reopen/", body).status_code == 200
    assert program.post(where + "waive/", body).json()["points"][5]["state"] == "waived"
    assert program.post(where + "approve/", {"reason": "Good"}).status_code == 202
    approve_request(ApprovalRequest.objects.get().pk, by=manager)
    assert program.get(where).json()["status"] == "approved"
    assert [row["id"] for row in program.get("account-applications/", status="approved").json()["results"]] == [
        asked["id"]
    ]
    assert refused(program.post(where + "decline/", {"reason": "r"})) == (409, "invalid_move")
    assert program.get("application-policy/").json()["required"][0] == "tax_id"
    assert refused(program.put("application-policy/", {"required": []})) == (403, "permission_denied")
    administrator = Program(world.make_user(company, "administrator"))
    assert administrator.put("application-policy/", {"required": ["limit"]}).json() == {"required": ["limit"]}


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_new_customer_is_opened_on_application_by_a_tick(company: Any, clerk: Any) -> None:
    client = browser_of(clerk)
    typed = {"name": "Cedar GmbH", "language": "en", "net_days": "14", "credit_limit": "500", "on_application": "1"}
    typed |= {"contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}
    assert client.post(reverse("customers:new"), typed).status_code == 302
    application = AccountApplication.objects.get()
    assert (application.wanted_limit, application.wanted_net_days, application.asked_by) == (Decimal(500), 14, clerk)
    assert application.customer.credit_limit is None

    page = client.get(reverse("customers:customer", args=[application.customer_id])).content.decode()
    assert "Application for an account" in page
    assert "There is a mandate, or another way to pay" in page
    assert "3 required points still open" in page or "4 required points still open" in page
    point = {"point": "way_to_pay", "note": "Transfer"}
    for name in ("tick_point", "reopen_point", "waive_point"):
        client.post(reverse(f"customers:{name}", args=[application.pk]), point)
    assert [row.act for row in ApplicationPoint.objects.all()] == ["ticked", "reopened", "waived"]
    client.post(reverse("customers:decline_application", args=[application.pk]), {"reason": "No answer"})
    again = client.post(reverse("customers:apply_for_account", args=[application.customer_id]), {"limit": "1"})
    assert again.status_code == 302
    assert AccountApplication.objects.count() == 2


def test_who_may_only_add_customers_asks_and_decides_nothing(company: Any) -> None:
    seller = world.make_user(company, "sales")
    application = applied(newcomer(company), seller)
    client = browser_of(seller)
    for name in ("approve_application", "decline_application", "tick_point", "waive_point", "reopen_point"):
        assert client.post(reverse(f"customers:{name}", args=[application.pk]), {}).status_code == 403


def test_contacts_who_left_settle_nothing(company: Any) -> None:
    left = [ContactDetails("Eva", "eva@x.example", is_active=False)]
    assert stand(applied(newcomer(company, contacts=left)))["contact"] == "missing"


def test_a_declined_twin_closes_no_account_and_an_open_application_is_decided_first(company: Any) -> None:
    kept, gone = world.make_customer(company, "Old AG"), newcomer(company)
    application = apply_for_account(gone.pk, ApplicationDetails(), by=None)
    with pytest.raises(Refused) as refusal:
        merge_customers(gone.pk, kept.pk, reason="Same", by=None)
    assert "decide that first" in refusal.value.message
    decline_application(application.pk, reason="They are here already", by=None)
    merge_customers(gone.pk, kept.pk, reason="Same", by=None)
    assert not_opened([kept.pk]) == {}
