"""Who decides a request: its role, deputies, and after days all who decide; never who asked, by whichever log-in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded, waiting_for
from office.approvals.deciding import goes_on_at, waiting_too_long
from office.mail.handing_over import hand_over
from office.models import ApprovalRequest, AuditRecord, Company, Deputy, OutgoingMail, User
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.escalate_requests import escalate_request, escalate_requests
from office.operations.manage_staff import StaffDetails, update_staff
from office.operations.name_deputy import end_deputy, name_deputy
from office.operations.set_approval_rules import set_approval_rules
from office.operations.update_company import update_company
from office.tasks import escalate_waiting_requests
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    """An invoice of 300.00 where each credit needs a manager."""
    set_approval_rules(company, {"credit_invoice": (Decimal(0), "manager")}, by=None)
    return world.issue(customer, "300.00", DAY)


def sent_to(relay: Any, person: User) -> list[tuple[str, str]]:
    """Hand over what waits for a person, and give subject and text of all that left for them."""
    for mail in OutgoingMail.objects.filter(staff=person, status="queued"):
        hand_over(mail.pk)
    theirs = [letter for letter in relay.taken if person.email in letter["To"]]
    return [(letter["Subject"], letter.get_body(("plain",)).get_content()) for letter in theirs]


def asked(invoice: Invoice, by: User) -> ApprovalRequest:
    with pytest.raises(ApprovalNeeded) as needed:
        credit_invoice(invoice.pk, Decimal(150), reason="Goodwill", by=by, on=DAY)
    return ask_approval(needed.value, by=by)


def refusal(request: ApprovalRequest, by: User) -> str:
    with pytest.raises(Refused) as refused_:
        approve_request(request.pk, by=by)
    return refused_.value.code


def stands_in(company: Company, person: User, deputy: User, days: int = 0) -> Deputy:
    today = company.today()
    return name_deputy(company, person, deputy, today, today + timedelta(days=days), by=person)


def test_a_deputy_decides_in_the_place_of_another_on_those_days_alone(
    invoice: Invoice, company: Any, clerk: Any, manager: Any
) -> None:
    asker = world.make_user(company, "clerk", name="Asker")
    request = asked(invoice, asker)
    assert refusal(request, clerk) == "not_your_role"
    today = company.today()
    later = name_deputy(company, manager, clerk, today + timedelta(days=1), today + timedelta(days=3), by=manager)
    assert refusal(request, clerk) == "not_your_role"
    assert list(waiting_for(clerk, company)) == []

    end_deputy(later.pk, by=manager)
    stands_in(company, manager, clerk)
    assert list(waiting_for(clerk, company)) == [request]
    approve_request(request.pk, by=clerk)
    assert invoice.credit_memos.get().issued_by == asker


def test_one_that_ended_or_whose_person_left_decides_nothing(
    invoice: Invoice, company: Any, clerk: Any, manager: Any
) -> None:
    request = asked(invoice, world.make_user(company, "clerk", name="Asker"))
    named = stands_in(company, manager, clerk)
    end_deputy(named.pk, by=clerk)
    assert refusal(request, clerk) == "not_your_role"
    stands_in(company, manager, clerk)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert refusal(request, clerk) == "not_your_role"


@pytest.mark.parametrize("who", ["manager", "clerk"])
def test_one_whose_time_or_whose_persons_time_is_over_decides_nothing(
    invoice: Invoice, company: Any, clerk: Any, manager: Any, who: str
) -> None:
    request = asked(invoice, world.make_user(company, "clerk", name="Asker"))
    stands_in(company, manager, clerk)
    people = {"manager": manager, "clerk": clerk}
    User.objects.filter(pk=people[who].pk).update(until=company.today() - timedelta(days=2))
    assert refusal(request, clerk) == "not_your_role"


def test_one_whose_person_works_for_another_company_decides_nothing(
    invoice: Invoice, company: Any, clerk: Any, manager: Any
) -> None:
    request = asked(invoice, world.make_user(company, "clerk", name="Asker"))
    stands_in(company, manager, clerk)
    manager.companies.set([world.make_company(legal_name="Birch Ltd")])
    assert refusal(request, clerk) == "not_your_role"


def test_nothing_is_done_for_who_asked_and_whose_time_is_over(invoice: Invoice, company: Any, manager: Any) -> None:
    asker = world.make_user(company, "clerk", name="Asker")
    request = asked(invoice, asker)
    User.objects.filter(pk=asker.pk).update(until=company.today() - timedelta(days=2))
    assert refusal(request, manager) == "may_not_any_more"


def test_a_deputy_decides_nothing_of_the_person_in_whose_place_they_stand(
    invoice: Invoice, company: Any, clerk: Any, manager: Any
) -> None:
    request = asked(invoice, manager)
    stands_in(company, manager, clerk)
    assert refusal(request, clerk) == "not_your_role"
    other = world.make_user(company, "manager", name="Other manager")
    stands_in(company, other, clerk)
    approve_request(request.pk, by=clerk)


def second_log_in(company: Company, first: User, role: str = "manager") -> User:
    """Another log-in of a person, as the staff page keeps it."""
    second = world.make_user(company, role, name="Second log-in")
    details = StaffDetails(second.email, second.name, [role], same_person_as_id=first.pk)
    return update_staff(second.pk, details, by=None)


def test_nobody_approves_their_own_request_by_another_log_in_or_by_a_program(
    invoice: Invoice, company: Any, manager: Any
) -> None:
    request = asked(invoice, manager)
    second = second_log_in(company, manager)
    third = second_log_in(company, second)
    assert third.same_person_as == manager
    for log_in in (manager, second, third):
        assert refusal(request, log_in) == "own_request"
        assert list(waiting_for(log_in, company)) == []
        answer = Program(log_in).post(f"approvals/{request.pk}/approve/", {})
        assert refused(answer) == (409, "own_request")

    clerk = world.make_user(company, "clerk", name="Deputy")
    stands_in(company, second, clerk)
    assert refusal(request, clerk) == "not_your_role"  # in the place of who asked, by whichever log-in


def test_the_database_refuses_it_too(invoice: Invoice, company: Any, manager: Any) -> None:
    waits = ApprovalRequest.objects.filter(pk=asked(invoice, manager).pk)
    second, change = second_log_in(company, manager), {"state": "approved", "decided_at": timezone.now()}
    for how in (change, change | {"state": "declined"}):
        with pytest.raises(IntegrityError, match="whichever log-in"), transaction.atomic():
            waits.update(decided_by=second, **how)
    for how in ({"reason": "More"}, {"escalated_at": timezone.now(), "reason": "More"}):
        with pytest.raises(IntegrityError, match="stays as it was asked"), transaction.atomic():
            waits.update(**how)
    waits.update(escalated_at=timezone.now())
    with pytest.raises(IntegrityError, match="stays as it was asked"), transaction.atomic():
        waits.update(escalated_at=None)
    waits.update(decided_by=world.make_user(company, "manager"), **change)


def test_a_log_in_is_another_of_somebody_here_and_not_of_itself(company: Any, manager: Any, clerk: Any) -> None:
    def change(user: User, other_id: int) -> str:
        role = user.groups.get().name
        with pytest.raises(Refused) as refused_:
            update_staff(user.pk, StaffDetails(user.email, user.name, [role], same_person_as_id=other_id), by=None)
        return refused_.value.code

    stranger = world.make_user(world.make_company(), "clerk", name="Stranger")
    assert change(manager, manager.pk) == "own_log_in"
    assert change(manager, stranger.pk) == "unknown_person"
    second = second_log_in(company, manager)
    assert change(manager, second.pk) == "own_log_in"
    assert change(manager, clerk.pk) == "has_log_ins"


def test_who_may_be_named_by_whom(company: Any, clerk: Any, manager: Any) -> None:
    today = company.today()
    administrator = world.make_user(company, "administrator")

    def code(person: User, deputy: User, by: User, first: int = 0, last: int = 5) -> str:
        days = today + timedelta(days=first), today + timedelta(days=last)
        with pytest.raises(Refused) as refused_:
            name_deputy(company, person, deputy, *days, by=by)
        return refused_.value.code

    auditor = world.make_user(company, "auditor")
    assert code(manager, clerk, clerk) == "not_yours"
    assert code(manager, manager, manager) == "own_deputy"
    assert code(manager, second_log_in(company, manager), manager) == "own_deputy"
    assert code(clerk, manager, clerk) == "decides_nothing"
    assert code(manager, auditor, manager) == "may_not_see"
    assert code(manager, world.make_user(world.make_company(), "clerk"), manager) == "not_of_company"
    assert code(manager, clerk, manager, -5, -1) == "bad_days"
    assert code(manager, clerk, manager, 5, 4) == "bad_days"
    assert code(manager, clerk, manager, 0, 400) == "bad_days"
    name_deputy(company, manager, clerk, today, today + timedelta(days=5), by=administrator)
    assert code(manager, clerk, manager, 5, 9) == "overlaps"
    assert AuditRecord.objects.get(action="name_deputy").after["deputy"] == str(clerk)
    named = Deputy.objects.get()
    with pytest.raises(Refused, match="Only the two"):
        end_deputy(named.pk, by=world.make_user(company, "collector"))
    end_deputy(named.pk, by=clerk)
    with pytest.raises(Refused, match="ended already"):
        end_deputy(named.pk, by=clerk)


@pytest.mark.django_db(transaction=True)
def test_mails_go_to_who_decides_and_to_who_asked(
    relay: Any, invoice: Invoice, company: Any, clerk: Any, manager: Any
) -> None:
    deputy = world.make_user(company, "collector", name="Deputy")
    stands_in(company, manager, deputy)
    world.make_user(company, "manager", name="Limited", only_own_customers=True)  # does not see the customer
    asker = world.make_user(company, "clerk", name="Asker")
    request = asked(invoice, asker)
    told = OutgoingMail.objects.filter(kind="approval_asked")
    assert {mail.staff for mail in told} == {manager, deputy}
    [(subject, text)] = sent_to(relay, manager)
    assert subject == "Credit INV-2026-0001, €150.00"
    assert "Asker asks for a second person's word." in text
    assert f"/approvals/#request-{request.pk}" in text

    approve_request(request.pk, by=manager, reason="Agreed by phone")
    [(subject, text)] = sent_to(relay, asker)
    assert subject == "Approved: Credit INV-2026-0001, €150.00"
    assert f"{manager} approved what you asked for:" in text
    assert "Agreed by phone" in text
    assert sent_to(relay, deputy) == []  # it was decided before it left


def test_what_waits_too_long_goes_on_once_to_all_who_decide(
    invoice: Invoice, company: Any, clerk: Any, manager: Any, time_machine: Any
) -> None:
    request = asked(invoice, clerk)
    administrator = world.make_user(company, "administrator")
    escalate_waiting_requests()
    assert refusal(request, administrator) == "not_your_role"

    time_machine.move_to(timezone.now() + timedelta(days=7))
    escalate_waiting_requests()
    escalate_waiting_requests()
    request.refresh_from_db()
    assert request.escalated_at
    assert not escalate_request(request.pk)
    assert list(waiting_for(administrator, company)) == [request]
    mails = OutgoingMail.objects.filter(kind="approval_asked")
    assert sorted(mail.to_email for mail in mails) == sorted([manager.email, administrator.email])
    assert refusal(request, clerk) == "own_request"
    approve_request(request.pk, by=administrator)
    assert AuditRecord.objects.filter(action="escalate_request").count() == 1


@pytest.mark.parametrize(
    ("days", "goes_on"), [(2, date(2026, 3, 10)), (1, date(2026, 3, 9)), (0, date(2026, 3, 6)), (None, None)]
)
def test_days_that_nobody_works_do_not_count(
    invoice: Invoice, company: Any, clerk: Any, time_machine: Any, days: int | None, goes_on: date | None
) -> None:
    time_machine.move_to(datetime(2026, 3, 6, 12, tzinfo=UTC))  # a Friday
    asked(invoice, clerk)
    update_company(company.pk, {"approval_days": days}, by=None)
    assert goes_on_at(ApprovalRequest.objects.get()) == goes_on
    time_machine.move_to(datetime(2026, 3, 9, 12, tzinfo=UTC))
    assert len(waiting_too_long(Company.objects.get(pk=company.pk))) == (goes_on is not None and goes_on.day != 10)


def test_two_workers_let_it_go_on_once(
    invoice: Invoice, company: Any, clerk: Any, manager: Any, in_parallel: Any, time_machine: Any
) -> None:
    asked(invoice, clerk)
    time_machine.move_to(timezone.now() + timedelta(days=7))
    assert sorted(in_parallel([lambda: escalate_requests(company)] * 2)) == [0, 1]
    assert AuditRecord.objects.filter(action="escalate_request").count() == 1


def test_pages_name_and_end_deputies(invoice: Invoice, company: Any, clerk: Any, manager: Any) -> None:
    request, today = asked(invoice, world.make_user(company, "clerk", name="Asker")), str(company.today())
    client, theirs = Client(), Client()
    client.force_login(manager)
    theirs.force_login(clerk)
    assert "Name a deputy" not in theirs.get("/approvals/deputies/").content.decode()
    assert 'name="decision"' not in theirs.get("/approvals/").content.decode()

    typed = {"person": manager.pk, "deputy": clerk.pk, "first_on": today, "last_on": today}
    page = client.post("/approvals/deputies/", typed, follow=True).content.decode()
    assert f"Kept: {clerk} for {manager}." in page
    page = theirs.get("/approvals/").content.decode()
    assert page.count('name="decision"') == 2
    assert f'id="request-{request.pk}"' in page
    theirs.post(f"/approvals/{request.pk}/decide/", {"decision": "approve"})
    assert invoice.credit_memos.count() == 1
    client.post(f"/approvals/deputies/{Deputy.objects.get().pk}/end/")
    assert Deputy.objects.get().ended_by == manager


def test_programs_name_and_end_them(company: Any, clerk: Any, manager: Any) -> None:
    program, today = Program(manager), str(company.today())
    answer = program.post("deputies/", {"deputy": clerk.pk, "first_on": today, "last_on": today})
    assert (answer.status_code, answer.json()["person"]) == (201, manager.pk)
    named = answer.json()["id"]
    assert [row["id"] for row in Program(clerk).get("deputies/").json()["results"]] == [named]
    stranger = world.make_user(world.make_company(), "manager")
    assert Program(stranger).post(f"deputies/{named}/end/", {}).status_code == 404
    days = {"first_on": today, "last_on": today}
    assert program.post("deputies/", {"deputy": stranger.pk, **days}).status_code == 404
    assert program.post(f"deputies/{named}/end/", {}).json()["ended_by"] == manager.pk
