"""Who is in, and how that ends: by oneself, by others, by time, by a new password."""

import io
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from office.models import AuditRecord, LogIn, User
from office.operations.manage_staff import StaffDetails, update_staff
from office.ways_in.log_ins import device_words, end_log_ins, log_ins_of
from office.web.sessions import BEGAN, SEEN
from tests import world
from tests.office.logging_in import NOON, aged, is_in, type_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_one_sees_where_one_is_logged_in_and_puts_others_out(clerk: User):
    here, there, third = Client(), Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
    for browser in (here, there, third):
        type_password(browser, clerk)
    assert "Firefox on Windows" in here.get("/me/security/").content.decode()

    other = LogIn.objects.get(device="Firefox on Windows")
    here.post(f"/me/security/log-ins/{other.pk}/end/")
    assert (is_in(here), is_in(there), is_in(third)) == (True, True, False)
    here.post("/me/security/log-ins/end/")
    assert (is_in(here), is_in(there)) == (True, False)
    assert AuditRecord.objects.filter(action__startswith="end_").count() == 2


@pytest.mark.parametrize(("began", "seen"), [(timedelta(hours=12), timedelta()), (timedelta(), timedelta(hours=2.2))])
def test_a_log_in_that_is_over_by_itself_is_listed_no_more(clerk: User, began: timedelta, seen: timedelta):
    here, there = Client(), Client()
    type_password(there, clerk)
    LogIn.objects.update(began_at=NOON - began, seen_at=NOON - seen)
    type_password(here, clerk)
    assert here.get("/me/security/").content.decode().count("by password") == 1


def test_nobody_ends_anothers_log_in(client: Client, clerk: User, manager: User):
    browser = Client()
    type_password(browser, manager)
    client.force_login(clerk)
    assert client.post(f"/me/security/log-ins/{LogIn.objects.get(user=manager).pk}/end/").status_code == 404
    assert is_in(browser)


def test_the_key_of_a_session_is_not_kept_as_it_is(client: Client, clerk: User):
    type_password(client, clerk)
    key = client.session.session_key
    assert key
    assert key not in str(list(LogIn.objects.values()))
    assert Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize(
    ("roles", "is_active", "stays"), [(["clerk"], True, True), ([], True, False), (["clerk"], False, False)]
)
def test_a_role_taken_away_or_a_person_switched_off_is_out_at_the_next_request(
    admin: User, clerk: User, roles: list[str], is_active: bool, stays: bool
):
    browser = Client()
    type_password(browser, clerk)
    update_staff(clerk.pk, StaffDetails(clerk.email, "Nora", roles, is_active=is_active), by=admin)
    assert is_in(browser) is stays
    assert LogIn.objects.get().ended_at is None if stays else LogIn.objects.get().ended_because


def test_a_new_password_ends_all_other_sessions_and_not_this_one(clerk: User):
    here, there = Client(), Client()
    type_password(here, clerk)
    type_password(there, clerk)
    new = "another horse battery"
    typed = {"old_password": world.PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/me/password/", typed)["Location"] == "/me/security/"
    assert (is_in(here), is_in(there)) == (True, False)
    assert list(LogIn.objects.order_by("pk").values_list("ended_because", flat=True)) == ["", "password changed"]
    here.post("/me/security/log-ins/end/")
    assert is_in(here), "the key that the session has now is the one that is kept"


@pytest.mark.parametrize(
    ("began", "seen", "stays"),
    [(11.9, 0, True), (12.1, 0, False), (3, 1.9, True), (3, 2.1, False)],
)
def test_a_session_ends_after_twelve_hours_or_two_without_a_click(
    client: Client, clerk: User, began: float, seen: float, stays: bool
):
    type_password(client, clerk)
    aged(client, **{BEGAN: began * 3600, SEEN: seen * 3600})
    assert is_in(client) is stays
    assert (LogIn.objects.get().ended_at is None) is stays


def test_now_and_then_it_is_noted_that_one_is_here(client: Client, clerk: User, django_assert_num_queries: Any):
    type_password(client, clerk)
    long_ago = timezone.now() - timedelta(minutes=6)
    LogIn.objects.update(seen_at=long_ago)
    client.get("/")
    assert LogIn.objects.get().seen_at == long_ago
    aged(client, **{SEEN: 360})
    client.get("/")
    assert LogIn.objects.get().seen_at > long_ago


def test_logging_out_ends_it(client: Client, clerk: User):
    type_password(client, clerk)
    client.post("/log-out/")
    assert LogIn.objects.get().ended_because == "logged out"
    assert not is_in(client)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str):
    assert device_words(agent) == words


def test_after_a_new_key_whoever_is_in_can_still_be_put_out(clerk: User, client: Client, settings: Any):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    client.post("/log-in/", {"username": clerk.email, "password": world.PASSWORD})
    assert client.get("/").status_code == 200
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts", stdout=io.StringIO())
    settings.ENCRYPTION_KEYS = [new]

    with transaction.atomic():
        assert end_log_ins(log_ins_of(clerk), "Put out") == 1

    assert not Session.objects.exists()
    assert client.get("/")["Location"].startswith("/log-in/")
