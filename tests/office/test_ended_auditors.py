"""An auditor comes in until a day, by password, session and key; an administrator prolongs it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.refusals import Refused
from office.models import AuditRecord, User
from office.operations.manage_staff import StaffDetails, add_staff, update_staff
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
GOOD = "a long enough pass phrase 7"


@pytest.fixture
def auditor(company: Any) -> User:
    """Who comes in until today."""
    details = StaffDetails("nora@audit.example", "Nora", ["auditor"], until=timezone.now().date())
    return add_staff(company, details, GOOD, by=None)


def prolong(auditor: User, days: int, by: Any = None) -> User:
    until = timezone.now().date() + timedelta(days=days)
    return update_staff(auditor.pk, StaffDetails(auditor.email, auditor.name, ["auditor"], until=until), by=by)


def test_an_auditor_without_an_end_is_refused(company: Any) -> None:
    with pytest.raises(Refused) as refusal:
        add_staff(company, StaffDetails("nora@audit.example", "Nora", ["auditor"]), GOOD, by=None)

    assert refusal.value.code == "until_missing"
    assert not User.objects.filter(email="nora@audit.example").exists()


def test_session_key_and_password_end_by_themselves_after_the_last_day(
    company: Any, auditor: User, time_machine: Any
) -> None:
    browser, program, address = Client(), Program(auditor), reverse("office:audit_list")
    browser.force_login(auditor)
    assert (browser.get(address).status_code, program.get("audit-records/").status_code) == (200, 200)
    assert Client().login(email=auditor.email, password=GOOD)

    User.objects.filter(pk=auditor.pk).update(until=timezone.now().date() - timedelta(days=1))
    assert browser.get(address).status_code == 302
    assert program.get("audit-records/").status_code == 401
    assert not Client().login(email=auditor.email, password=GOOD)


def test_an_administrator_prolongs_it_and_that_is_kept(company: Any, auditor: User) -> None:
    User.objects.filter(pk=auditor.pk).update(until=timezone.now().date() - timedelta(days=1))
    admin = world.make_user(company, "administrator")
    prolong(auditor, 7, by=admin)
    program = Program(auditor)
    row = AuditRecord.objects.get(action="update_staff", subject_id=auditor.pk)

    assert program.get("audit-records/").status_code == 200
    assert (row.before, row.after) == (
        {"until": str(timezone.now().date() - timedelta(days=1))},
        {"until": str(timezone.now().date() + timedelta(days=7))},
    )


def test_the_page_of_staff_says_until_when(company: Any, auditor: User, client: Client) -> None:
    client.force_login(world.make_user(company, "administrator"))
    assert "Until" in client.get(reverse("office:staff_list")).content.decode()
    User.objects.filter(pk=auditor.pk).update(until=timezone.now().date() - timedelta(days=1))
    assert "Ended" in client.get(reverse("office:staff_list")).content.decode()
    page = client.get(reverse("office:staff", args=[auditor.pk])).content.decode()
    assert f'value="{timezone.now().date() - timedelta(days=1)}"' in page
