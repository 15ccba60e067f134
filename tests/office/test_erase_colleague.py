"""Erasing a colleague who left: what they did stays, under a pseudonym."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.refusals import Refused
from office.models import AuditRecord, LogIn, User
from office.operations.comment import comment
from office.operations.create_api_token import create_api_token
from office.operations.erase_colleague import erase_colleague
from office.sealing import seal
from office.talk.topics import About
from tests import world
from tests.api.calling import Program
from tests.office.logging_in import with_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def left(company: Any) -> User:
    """Somebody who left, with a log-in, a second factor and a key."""
    user = world.make_user(company, "clerk", name="Ida Stone", email="ida@alder.example")
    with_app(user)
    LogIn.objects.create(user=user, sealed_key=seal("x"), device="Firefox", way="password", seen_at=timezone.now())
    create_api_token("Shop", by=user)
    return user


def test_what_they_did_is_a_pseudonyms_and_the_rest_is_gone(left: User, customer: Any) -> None:
    said = comment(customer.company, About.of(customer), "Call them", by=left)
    program = Program(left)
    User.objects.filter(pk=left.pk).update(is_active=False)

    erase_colleague(left.pk, reason="Asked by letter", by=None)

    left.refresh_from_db()
    assert (left.name, left.email) == (f"Former colleague {left.pk}", f"former-{left.pk}@erased.invalid")
    assert not left.has_usable_password()
    assert (left.log_ins.count(), Authenticator.objects.filter(user=left).count()) == (0, 0)
    said.refresh_from_db()
    assert (said.body, str(said.by)) == ("Call them", left.name)
    assert program.get("customers/").status_code == 401
    row = AuditRecord.objects.get(action="erase_colleague")
    assert (row.subject_name, row.reason) == (left.name, "Asked by letter")


def test_who_may_still_come_in_is_not_erased_nor_twice_nor_oneself(left: User) -> None:
    with pytest.raises(Refused) as active:
        erase_colleague(left.pk, reason="r", by=None)
    User.objects.filter(pk=left.pk).update(is_active=False)
    with pytest.raises(Refused) as own:
        erase_colleague(left.pk, reason="r", by=left)
    with pytest.raises(Refused) as silent:
        erase_colleague(left.pk, reason=" ", by=None)
    left.refresh_from_db()
    assert left.name == "Ida Stone"
    erase_colleague(left.pk, reason="r", by=None)
    with pytest.raises(Refused) as again:
        erase_colleague(left.pk, reason="r", by=None)

    codes = [each.value.code for each in (active, own, silent, again)]
    assert codes == ["still_active", "own_log_in", "reason_missing", "erased_already"]


def test_on_the_page_of_who_left(left: User, company: Any, client: Client) -> None:
    client.force_login(world.make_user(company, "administrator"))
    page, door = reverse("office:staff", args=[left.pk]), reverse("office:erase_colleague", args=[left.pk])
    assert door not in client.get(page).content.decode()
    User.objects.filter(pk=left.pk).update(is_active=False)
    assert door in client.get(page).content.decode()

    assert "Erased. What they did" in client.post(door, {"reason": "r"}, follow=True).content.decode()
