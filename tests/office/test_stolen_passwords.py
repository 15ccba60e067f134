"""Who logs in with a password that was stolen somewhere comes no further than to choosing another."""

from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from office.models import AuditRecord, LogInLink, OutgoingMail, User
from tests import world
from tests.office.logging_in import NOON, is_in, shown, type_password, with_app

pytestmark = pytest.mark.django_db
CHOOSE = "/log-in/link/"
OTHER = "quite another password"
SAID = "stands on a list of passwords that were stolen"


@pytest.fixture(autouse=True)
def stolen(tmp_path: Path, settings: Any) -> Path:
    """The file of stolen passwords, with that of our people."""
    path = tmp_path / "stolen.txt"
    path.write_text("\n".join(sorted(sha1(each.encode()).hexdigest().upper() for each in (world.PASSWORD, "other"))))
    settings.BREACHED_PASSWORDS = str(path)
    return path


def choose(browser: Client, password: str = OTHER) -> Any:
    return browser.post(CHOOSE, {"password": password, "again": password})


def test_who_logs_in_with_a_stolen_password_chooses_another_before_they_are_in(client: Client, clerk: User) -> None:
    assert type_password(client, clerk).url == CHOOSE
    assert not is_in(client)
    assert client.get("/api/v1/customers/").status_code == 401
    assert SAID in client.get(CHOOSE).content.decode()
    assert "tried first. Choose another" in choose(client, world.PASSWORD).content.decode()
    assert not is_in(client)

    assert choose(client).url == "/"
    assert is_in(client)
    assert AuditRecord.objects.get(action="ask_other_password").by == clerk
    assert AuditRecord.objects.get(action="log_in").after["by"] == "another password for a stolen one"
    assert OutgoingMail.objects.get().subject == "Your password was changed"
    assert SAID not in type_password(client, clerk, OTHER, follow=True).content.decode()
    assert is_in(client)


def test_whether_a_password_is_stolen_is_said_to_nobody_who_does_not_have_it(client: Client, clerk: User) -> None:
    """Neither to who guesses at a stolen one, nor while the second factor of the right one is missing."""
    told = [type_password(Client(), clerk, each).context["form"].errors for each in ("other", "not stolen at all")]
    assert told[0] == told[1] != {}
    assert client.get(CHOOSE).status_code == 410


def test_the_second_factor_comes_first_and_once(client: Client, clerk: User) -> None:
    with time_machine.travel(NOON, tick=False):
        with_app(clerk)
        assert type_password(client, clerk).url == "/log-in/code/"
        assert client.get(CHOOSE).status_code == 410
        assert client.post("/log-in/code/", {"code": "000000"}).status_code == 200
        assert client.get(CHOOSE).status_code == 410
        assert client.post("/log-in/code/", {"code": shown()}).url == CHOOSE
        assert not is_in(client)
        assert choose(client).url == "/"
        assert is_in(client)


def test_the_page_closes_after_ten_minutes_and_with_a_newer_log_in(client: Client, clerk: User) -> None:
    newer = Client()
    type_password(client, clerk)
    type_password(newer, clerk)
    assert client.get(CHOOSE).status_code == 410
    assert newer.get(CHOOSE).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        assert choose(newer).status_code == 410
    assert clerk.check_password(world.PASSWORD)
    assert LogInLink.objects.filter(hash=None).count() == 2  # nothing was mailed that opens it


def test_who_works_for_no_company_comes_nowhere(client: Client, clerk: User) -> None:
    clerk.companies.clear()
    assert type_password(client, clerk).url == "/log-in/"
    assert not is_in(client)


def test_a_list_that_is_gone_keeps_nobody_out_and_the_log_says_so(
    client: Client, clerk: User, stolen: Path, caplog: Any
) -> None:
    stolen.unlink()
    assert type_password(client, clerk).url == "/"
    assert "are not held against the stolen ones" in caplog.text
