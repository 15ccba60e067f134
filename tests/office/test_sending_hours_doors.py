"""The page and the API where a company says when its mail leaves."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from office.models import AuditRecord, Company, OwnDay
from tests.api.calling import Program, refused
from tests.world import make_company, make_user

pytestmark = pytest.mark.django_db
TYPED = {"mail_from_hour": "9", "mail_until_hour": "17", "mail_off_days": "before", "mail_daily_limit": "1"}
DAY = date(2026, 3, 2)


@pytest.fixture
def administrator(company):
    return make_user(company, "administrator")


@pytest.fixture
def browser(administrator) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def hours_of(company: Company) -> tuple:
    return Company.objects.values_list(*TYPED).get(pk=company.pk)


def test_hours_are_saved_and_audited(browser, company):
    browser.post(reverse("office:sending_hours"), TYPED)
    assert hours_of(company) == (9, 17, "before", 1)
    row = AuditRecord.objects.get(action="update_company")
    assert (row.before["mail_from_hour"], row.after["mail_from_hour"]) == ("8", "9")


def test_hours_that_end_before_they_begin_are_refused(browser, company, administrator):
    answer = browser.post(reverse("office:sending_hours"), TYPED | {"mail_from_hour": "17"})
    assert (answer.status_code, hours_of(company)) == (200, (8, 18, "next", 3))
    said = Program(administrator).put("sending-hours/", {"mail_until_hour": 8})
    assert (refused(said), hours_of(company)) == ((409, "bad_hours"), (8, 18, "next", 3))


def test_a_day_is_kept_and_removed_on_the_page(browser, company):
    day = company.today()
    browser.post(reverse("office:set_own_day"), {"day": str(day), "is_worked": "", "name": "Outing"})
    assert (OwnDay.objects.get().day, OwnDay.objects.get().is_worked) == (day, False)
    assert "Outing" in browser.get(reverse("office:sending_hours")).content.decode()
    browser.post(reverse("office:remove_own_day", args=[OwnDay.objects.get().pk]))
    assert not OwnDay.objects.exists()


def test_a_day_without_a_reason_is_not_kept(browser):
    answer = browser.post(reverse("office:set_own_day"), {"day": str(DAY), "is_worked": "on", "name": " "})
    assert (answer.status_code, OwnDay.objects.exists()) == (200, False)


def test_programs_do_the_same(company, administrator):
    program = Program(administrator)
    changed = program.put("sending-hours/", {"mail_from_hour": 7, "mail_daily_limit": 0}).json()
    assert changed == {
        "mail_from_hour": 7,
        "mail_until_hour": 18,
        "mail_off_days": "next",
        "mail_daily_limit": 0,
        "own_days": [],
    }
    kept = program.post("own-days/", {"day": str(DAY), "is_worked": True, "name": "Stock-taking"})
    assert (kept.status_code, kept.json()["day"]) == (201, "2026-03-02")
    assert program.get("sending-hours/").json()["own_days"] == [kept.json()]
    assert program.delete(f"own-days/{kept.json()['id']}/").status_code == 204
    assert program.delete(f"own-days/{kept.json()['id']}/").status_code == 404


def test_another_companys_day_is_not_found(browser, administrator):
    other = make_company(legal_name="Other Ltd")
    row = OwnDay.objects.create(company=other, day=DAY, is_worked=False, name="Theirs")
    assert browser.post(reverse("office:remove_own_day", args=[row.pk])).status_code == 404
    assert Program(administrator).delete(f"own-days/{row.pk}/").status_code == 404
    assert OwnDay.objects.filter(pk=row.pk).exists()


def test_a_clerk_may_not(client, company, clerk):
    client.force_login(clerk)
    assert client.get(reverse("office:sending_hours")).status_code == 403
    assert refused(Program(clerk).put("sending-hours/", {}))[0] == 403
