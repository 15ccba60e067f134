"""Whoever has a key that ends soon, or whose own time ends, is told once and in time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from office.mail.kinds import KINDS, NotToBeSent
from office.models import ApiToken, OutgoingMail, User
from office.operations.create_api_token import create_api_token
from office.operations.revoke_api_token import revoke_api_token
from office.operations.tell_of_ends import tell_of_ends
from tests import world

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def key_that_ends(user: User, when: datetime) -> ApiToken:
    with time_machine.travel(NOW - timedelta(days=300), tick=False):
        key, _ = create_api_token("Shop", by=user)
    ApiToken.objects.filter(pk=key.pk).update(expires_at=when)
    return key


def composed(mail: OutgoingMail) -> str:
    return KINDS[mail.kind].compose(mail).text


@pytest.mark.parametrize(
    ("until_end", "told"),
    [
        (timedelta(days=14, seconds=1), 0),
        (timedelta(days=14), 1),
        (timedelta(seconds=1), 1),
        (timedelta(), 0),
        (timedelta(days=-1), 0),
    ],
)
def test_a_key_is_told_of_within_two_weeks_of_its_end(clerk: Any, until_end: timedelta, told: int) -> None:
    key_that_ends(clerk, NOW + until_end)
    assert tell_of_ends(NOW) == told


def test_it_is_told_once_to_its_owner_with_the_day_and_the_way_out(clerk: Any, company: Any) -> None:
    key_that_ends(clerk, NOW + timedelta(days=10))
    assert (tell_of_ends(NOW), tell_of_ends(NOW), tell_of_ends(NOW + timedelta(days=1))) == (1, 0, 0)
    mail = OutgoingMail.objects.get()
    assert (mail.staff, mail.to_email, mail.company) == (clerk, clerk.email, company)
    text = composed(mail)
    assert "Shop: ends on" in text
    assert "/me/tokens/" in text


def test_one_with_a_later_end_is_told_of_again_then(clerk: Any) -> None:
    key = key_that_ends(clerk, NOW + timedelta(days=10))
    tell_of_ends(NOW)
    ApiToken.objects.filter(pk=key.pk).update(expires_at=NOW + timedelta(days=300))
    assert tell_of_ends(NOW + timedelta(days=290)) == 1


def test_a_revoked_one_is_not_told_of_also_where_the_mail_waits_already(clerk: Any) -> None:
    key = key_that_ends(clerk, NOW + timedelta(days=10))
    tell_of_ends(NOW)
    revoke_api_token(key.pk, by=clerk)
    with pytest.raises(NotToBeSent, match="was revoked"):
        composed(OutgoingMail.objects.get())
    OutgoingMail.objects.all().delete()
    assert tell_of_ends(NOW) == 0


@pytest.mark.parametrize(("days", "told"), [(8, 0), (7, 1), (0, 1), (-1, 0)])
def test_an_auditor_is_told_within_a_week_of_their_last_day(company: Any, days: int, told: int) -> None:
    world.make_user(company, "auditor", until=NOW.date() + timedelta(days=days))
    with time_machine.travel(NOW, tick=False):
        assert (tell_of_ends(NOW), tell_of_ends(NOW)) == (told, 0)


def test_prolonged_meanwhile_the_mail_is_not_sent_and_the_new_end_is_told(company: Any) -> None:
    auditor = world.make_user(company, "auditor", until=date(2026, 3, 6))
    with time_machine.travel(NOW, tick=False):
        tell_of_ends(NOW)
        mail = OutgoingMail.objects.get()
        assert "Your last day in Duebook is" in composed(mail)
        User.objects.filter(pk=auditor.pk).update(until=date(2026, 3, 9))
        with pytest.raises(NotToBeSent, match="time was changed"):
            composed(OutgoingMail.objects.get())
        assert tell_of_ends(NOW) == 1


def test_who_is_switched_off_is_told_nothing(company: Any, clerk: Any) -> None:
    key_that_ends(clerk, NOW + timedelta(days=10))
    User.objects.update(is_active=False)
    assert tell_of_ends(NOW) == 0
