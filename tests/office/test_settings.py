"""Companies and staff: what is kept, what is refused, and that each change is audited."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from config.first_company import open_company
from ledger.models import Account
from ledger.refusals import Refused
from office.models import AuditRecord, User
from office.operations.manage_staff import StaffDetails, add_staff, update_staff
from office.operations.update_company import update_company
from office.roles import ROLES
from office.web.fields import worked_out
from office.web.settings_map import settings_for
from tests import world

pytestmark = pytest.mark.django_db
GOOD = "a long enough pass phrase"
EVA = StaffDetails("Eva@Alder.example ", "Eva Brandt", ["clerk"])


def code_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_company_opens_with_its_accounts() -> None:
    company = open_company(legal_name="New Ltd", country="GB", currency="GBP", email="a@new.example", time_zone="UTC")

    assert Account.objects.filter(company_id=company.pk, role="receivable").count() == 1
    assert AuditRecord.objects.filter(action="open_company", company=company).count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"), [({"currency": "GBX"}, "bad_currency"), ({"time_zone": "Mars"}, "bad_time_zone")]
)
def test_a_currency_or_time_zone_nobody_knows_is_refused(wrong: dict[str, str], code: str) -> None:
    details = {"legal_name": "New Ltd", "country": "GB", "currency": "GBP", "email": "a@new.example"}
    assert code_of(lambda: open_company(**details | wrong)) == code


def test_somebody_new_can_log_in_with_their_role(company: Any, client: Any) -> None:
    user = add_staff(company, EVA, GOOD, by=None)

    assert user.email == "eva@alder.example"
    assert user.has_perm("billing.issue_invoice")
    assert not user.has_perm("billing.void_invoice")
    assert client.login(email="eva@alder.example", password=GOOD)
    assert AuditRecord.objects.get(action="add_staff").after["roles"] == "clerk"


@pytest.mark.parametrize(
    ("details", "password", "code"),
    [
        (StaffDetails("nobody", "Eva", ["clerk"]), GOOD, "bad_email"),
        (StaffDetails("a@b.example", " ", ["clerk"]), GOOD, "name_missing"),
        (StaffDetails("a@b.example", "Eva", ["king"]), GOOD, "unknown_role"),
        (StaffDetails("a@b.example", "Eva", ["clerk"]), "short", "weak_password"),
        (StaffDetails("KNOWN@alder.example", "Eva", ["clerk"]), GOOD, "email_taken"),
    ],
)
def test_staff_that_cannot_be_is_refused(company: Any, details: StaffDetails, password: str, code: str) -> None:
    world.make_user(company, email="known@alder.example")
    assert code_of(lambda: add_staff(company, details, password, by=None)) == code
    assert User.objects.count() == 1


@pytest.mark.parametrize("alone", ["auditor", "mail server"])
@pytest.mark.parametrize("other", sorted(set(ROLES) - {"auditor"}))
def test_roles_that_stand_alone_meet_no_other_in_one_person(company: Any, alone: str, other: str) -> None:
    if alone == other:
        return
    both = StaffDetails("eva@alder.example", "Eva", [alone, other])
    assert code_of(lambda: add_staff(company, both, GOOD, by=None)) == "excluding_roles"
    clerk = world.make_user(company)
    assert code_of(lambda: update_staff(clerk.pk, both, by=None)) == "excluding_roles"
    assert [group.name for group in clerk.groups.all()] == ["clerk"]
    with pytest.raises(IntegrityError, match="an auditor or mail server is nothing else beside"), transaction.atomic():
        clerk.groups.set(Group.objects.filter(name__in=[alone, other]))


def test_other_roles_meet_and_one_that_stands_alone_may_take_the_place_of_others(company: Any) -> None:
    user = add_staff(company, StaffDetails("eva@alder.example", "Eva", ["administrator", "manager"]), GOOD, by=None)
    update_staff(user.pk, StaffDetails(user.email, "Eva", ["auditor"], until=date(2099, 1, 1)), by=None)
    update_staff(user.pk, StaffDetails(user.email, "Eva", ["clerk", "collector"]), by=None)
    assert sorted(user.groups.values_list("name", flat=True)) == ["clerk", "collector"]


def test_the_page_says_which_roles_exclude_others_and_why(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    clerk = world.make_user(company)
    address = f"/settings/staff/{clerk.pk}/"
    assert "so they do nothing here themselves" in client.get(address).content.decode()
    page = client.post(address, {"name": "Nora", "roles": ["auditor", "clerk"], "is_active": "on"}).content.decode()
    assert "Give the other roles to somebody else." in page
    assert User.objects.get(pk=clerk.pk).name == "Clerk"


def test_nobody_changes_their_own_roles(company: Any) -> None:
    admin = world.make_user(company, "administrator")
    promoted = StaffDetails(admin.email, admin.name, ["administrator", "manager"])

    assert code_of(lambda: update_staff(admin.pk, promoted, by=admin)) == "own_roles"
    assert not User.objects.get(pk=admin.pk).has_perm("billing.void_invoice")


def test_roles_change_and_a_person_is_switched_off_with_an_audit_row(company: Any, client: Any) -> None:
    admin, clerk = world.make_user(company, "administrator"), world.make_user(company, "clerk")
    update_staff(clerk.pk, StaffDetails(clerk.email, "Nora", ["manager"], is_active=False), by=admin)

    row = AuditRecord.objects.get(action="update_staff")
    assert (row.before["roles"], row.after["roles"], row.after["is_active"]) == ("clerk", "manager", "False")
    assert not client.login(email=clerk.email, password=world.PASSWORD)


def test_company_details_change_with_an_audit_row(company: Any) -> None:
    update_company(company.pk, {"legal_name": "Alder GmbH", "phone": ""}, by=None)

    row = AuditRecord.objects.get(action="update_company")
    assert (row.before, row.after) == ({"legal_name": "Alder Ltd"}, {"legal_name": "Alder GmbH"})


def test_one_works_in_one_of_ones_companies(company: Any, client: Any) -> None:
    user = world.make_user(company)
    second, foreign = world.make_company(legal_name="Second"), world.make_company(legal_name="Foreign")
    user.companies.add(second)
    client.force_login(user)

    assert client.post(f"/companies/{foreign.pk}/choose/").status_code == 404
    client.post(f"/companies/{second.pk}/choose/")
    assert b"Second" in client.get("/").content


def test_the_page_of_settings_leads_to_what_its_reader_may_open(company: Any, client: Any) -> None:
    client.force_login(reader := world.make_user(company, "administrator"))
    page = client.get(reverse("office:company_settings")).content.decode()
    assert all(f'<a href="{reverse(name)}">' in page for name in ("billing:tax_list", "office:webhook_list", "health"))
    assert reverse("billing:medical_code_list") not in page

    type(company).objects.filter(pk=company.pk).update(bills_healthcare=True)
    manager = world.make_user(company, "manager")
    company.refresh_from_db()
    groups = dict(settings_for(manager, company))
    assert ("Exchange rates", reverse("office:rate_list")) in groups["Getting paid"]
    assert not {"Staff", "Webhooks"} & {words for links in groups.values() for words, _ in links}
    assert "Medical codes" in dict(dict(settings_for(reader, company))["Documents"])


def test_amounts_of_the_company_stand_in_its_currency_s_places(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    page = client.get(reverse("office:company_settings")).content.decode()
    assert 'name="debit_return_fee" value="0.00"' in page


def test_a_list_without_rows_offers_its_first_step_only_to_whom_may_take_it(company: Any, client: Any) -> None:
    page, step = reverse("customers:application_list"), f'href="{reverse("customers:new")}">Add a customer'
    for role, is_offered in (("clerk", True), ("administrator", False)):
        client.force_login(world.make_user(company, role))
        assert (step in client.get(page).content.decode()) is is_offered


def test_a_message_repeats_only_the_beginning_of_what_was_typed() -> None:
    with pytest.raises(ValidationError) as refusal:
        worked_out("x" * 1_000_000)
    assert refusal.value.message == f"{'x' * 40}… is not a number. Write it like 1234.50, or as a sum like 3*45."
