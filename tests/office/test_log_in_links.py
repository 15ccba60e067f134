"""Invitations and forgotten passwords: links by mail that open once, and which passwords may be chosen."""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from ledger.refusals import Refused
from office.mail.kinds import KINDS, NotToBeSent
from office.models import AuditRecord, LinkPurpose, LogInLink, OutgoingMail, User
from office.operations.log_in_links import LINK_MAIL, mail_link, require_good_password, use_link
from office.operations.manage_factors import set_factor_rules
from office.ways_in.factors import factors_of
from office.ways_in.passwords import is_breached
from tests import world
from tests.office.logging_in import NOON, is_in, shown, type_password, with_app

pytestmark = pytest.mark.django_db
GOOD = "a quite long pass phrase"
TYPED = {"name": "Eva", "email": "eva@alder.example", "roles": ["clerk"]}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office(company: Any) -> Client:
    """An administrator's browser."""
    browser = Client()
    browser.force_login(world.make_user(company, "administrator"))
    return browser


def link_in_mail(user: User) -> str:
    """The address in the newest mail with a link, written now."""
    mail = OutgoingMail.objects.filter(kind=LINK_MAIL, staff=user).latest("pk")
    found = re.search(r"/log-in/link/\S+/", KINDS[LINK_MAIL].compose(mail).text)
    assert found
    return found[0]


def invited(office: Client, **more: Any) -> User:
    office.post("/settings/staff/", TYPED | more)
    return User.objects.get(email="eva@alder.example")


def choose(browser: Client, link: str, password: str = GOOD, **more: str) -> Any:
    """Follow a link and choose a password."""
    assert browser.get(link)["Location"] == "/log-in/link/"
    return browser.post("/log-in/link/", {"password": password, "again": password} | more)


def test_somebody_invited_chooses_name_and_password_and_is_in(office: Client, client: Client):
    eva = invited(office)
    assert not eva.has_usable_password()
    assert "Waiting: invited" in office.get("/settings/staff/").content.decode()
    link = link_in_mail(eva)
    secret = link.split("/")[-2]
    assert secret not in str(list(LogInLink.objects.values()) + list(OutgoingMail.objects.values()))

    assert choose(client, link, name="Eva Brandt")["Location"] == "/"
    assert is_in(client)
    assert (User.objects.get(pk=eva.pk).name, LogInLink.objects.get().state) == ("Eva Brandt", "Accepted")
    assert "invited" not in office.get("/settings/staff/").content.decode()
    actions = AuditRecord.objects.filter(subject_id=eva.pk, subject_type="office.user").values_list("action", flat=True)
    assert {"invite_staff", "accept_invitation", "log_in"} <= set(actions)
    assert type_password(Client(), eva, GOOD)["Location"] == "/"


def test_a_link_opens_once_and_a_visit_uses_nothing_up(office: Client, client: Client):
    link = link_in_mail(invited(office))
    for _ in range(3):
        client.head(link)
        client.get(link)
    assert choose(client, link, name="Eva").status_code == 302
    assert Client().get(link)["Location"] == "/log-in/link/"
    assert choose(Client(), link, name="Mallory").status_code == 410


def test_two_who_followed_the_link_at_once_do_not_both_choose(office: Client):
    link = link_in_mail(invited(office))
    first, second = Client(), Client()
    first.get(link)
    second.get(link)
    pair = {"password": GOOD, "again": GOOD, "name": "Eva"}
    assert first.post("/log-in/link/", pair).status_code == 302
    assert second.post("/log-in/link/", pair).status_code == 410


@pytest.mark.parametrize(
    ("purpose", "later"), [(LinkPurpose.INVITATION, timedelta(days=7)), (LinkPurpose.RESET, timedelta(hours=1))]
)
def test_a_link_runs_out(company: Any, clerk: User, purpose: LinkPurpose, later: timedelta):
    mail_link(clerk, company, purpose, by=clerk)
    link = link_in_mail(clerk)
    with time_machine.travel(NOON + later - timedelta(seconds=1), tick=False):
        assert Client().get(link, follow=True).status_code == 200
    with time_machine.travel(NOON + later, tick=False):
        assert Client().get(link, follow=True).status_code == 410
        with pytest.raises(Refused) as refusal:
            use_link(LogInLink.objects.get().pk, GOOD)
        assert refusal.value.code == "link_gone"
        with pytest.raises(NotToBeSent):
            KINDS[LINK_MAIL].compose(OutgoingMail.objects.get(kind=LINK_MAIL))


def test_an_invitation_is_withdrawn_and_sent_anew(office: Client):
    eva = invited(office)
    first = link_in_mail(eva)
    office.post(f"/settings/staff/{eva.pk}/withdraw/")
    assert Client().get(first, follow=True).status_code == 410
    assert "Withdrawn" in office.get(f"/settings/staff/{eva.pk}/").content.decode()

    office.post(f"/settings/staff/{eva.pk}/invite/")
    second = link_in_mail(eva)
    office.post(f"/settings/staff/{eva.pk}/invite/")
    third = link_in_mail(eva)
    assert [Client().get(link, follow=True).status_code for link in (first, second, third)] == [410, 410, 200]


def test_nobody_is_invited_who_has_a_password_or_is_switched_off(office: Client, clerk: User):
    office.post(f"/settings/staff/{clerk.pk}/invite/")
    eva = invited(office)
    link = link_in_mail(eva)
    User.objects.filter(pk=eva.pk).update(is_active=False)
    office.post(f"/settings/staff/{eva.pk}/invite/")
    assert LogInLink.objects.count() == 1
    assert Client().get(link, follow=True).status_code == 410


def test_an_administrator_invites_nobody_of_another_company(office: Client):
    stranger = world.make_user(world.make_company(legal_name="Other"), "clerk")
    for act in ("invite", "withdraw"):
        assert office.post(f"/settings/staff/{stranger.pk}/{act}/").status_code == 404


def test_somebody_invited_to_a_role_that_needs_a_factor_sets_it_up_first(company: Any, office: Client, client: Client):
    set_factor_rules(company, ["clerk"], by=world.make_user(company, "administrator"))
    choose(client, link_in_mail(invited(office)), name="Eva")
    assert client.get("/")["Location"] == "/me/security/"


def test_a_forgotten_password_is_chosen_anew_and_all_sessions_end(clerk: User, client: Client):
    there = Client()
    type_password(there, clerk)
    client.post("/log-in/forgot/", {"email": clerk.email.upper()})
    assert choose(client, link_in_mail(clerk))["Location"] == "/"
    assert (is_in(client), is_in(there)) == (True, False)
    assert "Your password was changed" in OutgoingMail.objects.filter(staff=clerk).values_list("subject", flat=True)


def test_a_new_password_does_not_switch_the_second_factor_off(clerk: User, client: Client):
    with_app(clerk)
    client.post("/log-in/forgot/", {"email": clerk.email})
    assert choose(client, link_in_mail(clerk))["Location"] == "/log-in/code/"
    assert not is_in(client)
    client.post("/log-in/code/", {"code": shown()})
    assert is_in(client)
    assert factors_of(clerk).count() == 2


def test_the_answer_is_the_same_for_addresses_nobody_has(office: Client, clerk: User):
    eva = invited(office)
    mails = OutgoingMail.objects.count()
    said = set()
    for email in (clerk.email, "nobody@alder.example", eva.email):
        answer = Client().post("/log-in/forgot/", {"email": email})
        page = re.sub(r'"X-CSRFToken": "\w+"', "", answer.content.decode())
        said.add((answer.status_code, page.replace(email, "")))
    assert len(said) == 1
    assert OutgoingMail.objects.count() == mails + 1, "and only who has a password gets a mail"


def test_asking_for_links_is_slowed(clerk: User, client: Client):
    tried = [client.post("/log-in/forgot/", {"email": clerk.email}).status_code for _ in range(8)]
    assert tried == [200] * 6 + [429, 429]
    assert LogInLink.objects.filter(used_at=None, ended_at=None).count() == 1


def test_only_one_link_of_a_kind_stands(company: Any, clerk: User):
    """The database's own word on it."""
    link = mail_link(clerk, company, LinkPurpose.RESET, by=None)
    with pytest.raises(IntegrityError, match="log_in_link_one_that_stands"), transaction.atomic():
        LogInLink.objects.create(user=clerk, company=company, purpose=link.purpose, expires_at=link.expires_at)
    with pytest.raises(IntegrityError, match="log_in_link_used_or_ended"), transaction.atomic():
        LogInLink.objects.update(used_at=NOON, ended_at=NOON)


def test_a_mistyped_or_weak_password_is_told_and_the_link_stays(office: Client, client: Client):
    link = link_in_mail(invited(office))
    client.get(link)
    page = client.post("/log-in/link/", {"name": "Eva", "password": GOOD, "again": "other"}).content.decode()
    assert "The two are not the same." in page
    assert "too short" in choose(client, link, "too short 1", name="Eva").content.decode()
    assert choose(client, link, name="Eva").status_code == 302


# which passwords


@pytest.fixture
def stolen(tmp_path: Path) -> list[str]:
    return sorted(sha1(f"stolen {each}".encode()).hexdigest().upper() for each in range(3000))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", ["", ":7", ":123456789"])
@pytest.mark.parametrize("last", ["", "end"])
def test_a_stolen_password_is_found_wherever_it_stands(
    stolen: list[str], tmp_path: Path, end: str, count: str, last: str
):
    path = tmp_path / "stolen.txt"
    path.write_bytes((end.join(line + count for line in stolen) + (end if last else "")).encode())
    of = {sha1(f"stolen {each}".encode()).hexdigest().upper(): f"stolen {each}" for each in range(3000)}
    wanted = [of[line] for line in (stolen[0], stolen[1], stolen[1500], stolen[-2], stolen[-1])]
    assert [is_breached(password, path) for password in wanted] == [True] * 5
    assert all(is_breached(password, path) for password in list(of.values())[::37])
    assert not any(is_breached(f"own {each}", path) for each in range(500))


def test_an_empty_file_and_one_with_a_single_line(tmp_path: Path):
    path = tmp_path / "stolen.txt"
    path.write_bytes(b"")
    assert not is_breached("a", path)
    path.write_text(sha1(b"a").hexdigest())
    assert (is_breached("a", path), is_breached("b", path)) == (True, False)


def test_the_file_is_not_read_but_searched(stolen: list[str], tmp_path: Path, monkeypatch: Any):
    from office.ways_in import passwords

    path, looks = tmp_path / "stolen.txt", []
    path.write_text("\n".join(stolen))
    look = passwords._line_at
    monkeypatch.setattr(passwords, "_line_at", lambda *place: looks.append(1) or look(*place))
    is_breached("own", path)
    assert len(looks) < 20


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_too_short"),
        ("a" * 129, "password_too_long"),
        ("password1234", "password_too_common"),
        ("stolen 5, and all the more so", "password_breached"),
    ],
)
def test_a_password_is_refused_for_its_own_reason(password: str, code: str, tmp_path: Path, settings: Any):
    path = tmp_path / "stolen.txt"
    path.write_text(sha1(b"stolen 5, and all the more so").hexdigest().upper() + ":3\n")
    settings.BREACHED_PASSWORDS = str(path)
    with pytest.raises(Refused) as refusal:
        require_good_password(password)
    assert isinstance(refusal.value.__cause__, ValidationError)
    assert code in [error.code for error in refusal.value.__cause__.error_list]


@pytest.mark.parametrize(
    "password", ["twelve chars", "a" * 64 + "b" * 64, "nur kleine buchstaben", "密码密码密码密码密码密码"]
)
def test_nothing_is_asked_of_which_letters_it_has(password: str):
    require_good_password(password)
