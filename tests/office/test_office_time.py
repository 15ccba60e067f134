"""Moments are shown, typed and narrowed by in the time zone of the company worked in, wherever the server is."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from office.audit import record
from office.models import Run
from office.web.asking import ask_file
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
LATE_IN_MARCH = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
"""Half past midnight on the first of April in Berlin."""


@pytest.fixture
def reader(manager: Any) -> Client:
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def run(company: Any) -> Run:
    made = Run.objects.create(company=company, kind="import_customers", title="Oddly named")
    Run.objects.filter(pk=made.pk).update(started_at=LATE_IN_MARCH)
    return made


def said(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def test_a_page_and_its_files_say_when_it_was_where_the_company_is(reader: Client, run: Run) -> None:
    assert "Apr 1, 2026, 00:30" in said(reader.get("/office/runs/"))
    assert "2026-04-01T00:30:00+02:00" in said(reader.get("/office/runs/?format=csv"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(reader.get("/office/runs/?format=xlsx"))))
    heads, row = (list(each) for each in book.worksheets[0].iter_rows(max_row=2, values_only=True))
    assert row[heads.index("Started")] == datetime(2026, 4, 1, 0, 30)  # noqa: DTZ001  Excel knows no time zone


@pytest.mark.parametrize("form", ["", "&format=csv"])
def test_days_narrow_by_the_companys_day_in_pages_and_in_files_that_are_sent_while_they_are_read(
    reader: Client, run: Run, form: str
) -> None:
    assert run.title in said(reader.get(f"/office/runs/?started_from=2026-04-01{form}"))
    assert run.title not in said(reader.get(f"/office/runs/?started_to=2026-03-31{form}"))


def test_a_file_made_by_the_workers_says_the_same(manager: Any, run: Run) -> None:
    assert b"2026-04-01T00:30:00+02:00" in ask_file(manager, run.company, "/office/runs/?format=csv").content(10_000)


def test_as_known_at_is_typed_in_the_companys_time(reader: Client, customer: Any) -> None:
    world.issue(customer, "100.00", date(2026, 3, 2))
    here = timezone.now().astimezone(BERLIN).replace(tzinfo=None)
    for moment, is_known in ((here - timedelta(minutes=5), False), (here + timedelta(minutes=5), True)):
        page = said(reader.get("/reports/ageing/", {"known_at": f"{moment:%Y-%m-%dT%H:%M:%S}"}))
        assert ("€100.00" in page) == is_known


def test_programs_name_days_and_moments_of_the_company_too(company: Any, customer: Any, manager: Any) -> None:
    world.issue(customer, "100.00", date(2026, 3, 2))
    program = Program(manager)
    here = timezone.now().astimezone(BERLIN).replace(tzinfo=None)
    for moment, count in ((here - timedelta(minutes=5), 0), (here + timedelta(minutes=5), 1)):
        answer = program.get("reports/ageing/", known_at=f"{moment:%Y-%m-%dT%H:%M:%S}").json()
        assert len(answer["tables"][0]["rows"]) == count


def test_programs_find_audit_records_by_the_companys_days(company: Any, manager: Any) -> None:
    now = timezone.now()
    company.time_zone = "Pacific/Kiritimati" if now.hour >= 10 else "Pacific/Pago_Pago"
    company.save()
    there, in_utc = str(company.day_of(now)), str(now.date())
    record(manager, "place_hold", company)
    program = Program(world.make_user(company, "auditor"))
    for day, count in ((there, 1), (in_utc, 0)):
        found = program.get("audit-records/", action="place_hold", recorded_from=day, recorded_to=day).json()["results"]
        assert len(found) == count


def test_outside_of_a_page_nothing_of_it_is_left(reader: Client, run: Run) -> None:
    reader.get("/office/runs/")
    assert timezone.get_current_timezone_name() == "UTC"
