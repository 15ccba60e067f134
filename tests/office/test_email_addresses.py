"""An e-mail address longer than any can be is refused at every door."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Contact
from customers.operations.details import ContactDetails
from ledger.refusals import Refused
from office.models import User
from office.operations.manage_staff import StaffDetails, add_staff
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db

LONG = "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example"  # 316 characters, well formed


def test_an_address_too_long_to_keep_is_refused_by_operations(company: Any) -> None:
    for act in (
        lambda: world.make_customer(company, "Cedar", contacts=[ContactDetails("Eva", LONG)]),
        lambda: add_staff(company, StaffDetails(email=LONG, name="Eva", roles=["clerk"]), world.PASSWORD, by=None),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "bad_email"
    assert (Contact.objects.count(), User.objects.count()) == (0, 0)


def test_an_address_too_long_to_keep_is_refused_by_forms_and_for_programs(company: Any) -> None:
    admin = world.make_user(company, "administrator")
    browser = Client()
    browser.force_login(world.make_user(company, "manager"))
    typed = {"name": "Cedar", "language": "en", "contacts-TOTAL_FORMS": "1", "contacts-INITIAL_FORMS": "0"}
    typed |= {"contacts-0-name": "Eva", "contacts-0-email": LONG}
    assert "at most 254 characters" in browser.post(reverse("customers:new"), typed).content.decode()

    browser.force_login(admin)
    typed = {"name": "Eva", "email": LONG, "password": world.PASSWORD, "roles": ["clerk"]}
    assert "at most 254 characters" in browser.post(reverse("office:staff_list"), typed).content.decode()

    told = Program(world.make_user(company, "manager")).post(
        "customers/", {"name": "Cedar", "contacts": [{"name": "Eva", "email": LONG}]}
    )
    assert told.status_code == 400
    assert Contact.objects.count() == 0
