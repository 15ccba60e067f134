"""What roles may do: changed with a look at the difference, kept through upgrades, never by whoever holds them."""

import csv
from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from ledger.refusals import Refused
from office.models import AuditRecord, OwnRole, PolicyVersion, RoleChange, User
from office.operations.change_role import add_role, change_role, held_by, mark_of, put_role_back, remove_role
from office.operations.manage_factors import set_factor_rules
from office.operations.manage_staff import StaffDetails, update_staff
from office.rights import doors, rights
from office.roles import ROLES, all_permissions, brought_by, grant_roles
from tests import world
from tests.api.calling import Program, refused
from tests.rules.test_doors import doors as doors_as_tested

pytestmark = pytest.mark.django_db
VOID, ISSUE = "billing.void_invoice", "billing.issue_invoice"


@pytest.fixture
def administrator(company: Any) -> User:
    return world.make_user(company, "administrator", name="Ada Min")


def role(name: str) -> Group:
    return Group.objects.get(name=name)


def with_one_more(name: str, *more: str, less: Sequence[str] = ()) -> set[str]:
    return (held_by(role(name)) | set(more)) - set(less)


def test_a_change_holds_at_once_and_is_kept_as_what_differs(administrator: User, clerk: User) -> None:
    assert not clerk.has_perm(VOID)
    wanted = with_one_more("clerk", VOID, less=[ISSUE])
    change_role(role("clerk").pk, wanted, "Small office", by=administrator)

    clerk = User.objects.get(pk=clerk.pk)
    assert (clerk.has_perm(VOID), clerk.has_perm(ISSUE)) == (True, False)
    kept = RoleChange.objects.order_by("permission__codename")
    assert [(each.permission.codename, each.is_given) for each in kept] == [
        ("issue_invoice", False),
        ("void_invoice", True),
    ]
    record = AuditRecord.objects.get(action="change_role")
    assert (record.before, record.after, record.reason, record.by) == (
        {"no more": ISSUE},
        {"from now on": VOID},
        "Small office",
        administrator,
    )


def test_it_lasts_through_every_migration_and_what_a_later_version_brings_is_added(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_role(role("clerk").pk, with_one_more("clerk", VOID, less=[ISSUE]), "Small office", by=administrator)
    before = held_by(role("clerk"))
    grant_roles()
    assert held_by(role("clerk")) == before
    later = "office.manage_webhooks"
    monkeypatch.setitem(ROLES, "clerk", [*ROLES["clerk"], later])
    grant_roles()
    assert held_by(role("clerk")) == before | {later}


def test_control_without_what_was_kept_the_change_is_lost(administrator: User) -> None:
    change_role(role("clerk").pk, with_one_more("clerk", VOID), "Small office", by=administrator)
    RoleChange.objects.all().delete()
    grant_roles()
    assert VOID not in held_by(role("clerk"))


def test_each_company_has_a_version_of_its_rules_with_it(administrator: User, company: Any) -> None:
    other = world.make_company()
    change_role(role("clerk").pk, with_one_more("clerk", VOID), "Small office", by=administrator)
    for each in (company, other):
        rules = PolicyVersion.objects.filter(company=each).order_by("-version").first().rules
        assert "void" in next(words for key, words in rules.items() if key.endswith("clerk")).lower()


def test_put_back_it_may_what_it_came_with(administrator: User) -> None:
    change_role(role("clerk").pk, with_one_more("clerk", VOID), "Small office", by=administrator)
    put_role_back(role("clerk").pk, by=administrator)
    assert held_by(role("clerk")) == brought_by("clerk")
    assert not RoleChange.objects.exists()


@pytest.mark.parametrize(
    ("name", "wanted", "code"),
    [
        ("administrator", lambda: with_one_more("administrator", VOID), "own_role_held"),
        ("clerk", lambda: with_one_more("clerk", "billing.eat_invoice"), "unknown_permission"),
        ("clerk", lambda: with_one_more("clerk", less=["customers.view_customer"]), "not_together"),
        ("clerk", lambda: with_one_more("clerk"), "no_change"),
        ("auditor", lambda: with_one_more("auditor", ISSUE), "not_together"),
        ("mail server", lambda: with_one_more("mail server", "customers.view_customer"), "not_together"),
    ],
)
def test_what_must_not_be_is_refused(administrator: User, name: str, wanted: Any, code: str) -> None:
    before = held_by(role(name))
    with pytest.raises(Refused) as refusal:
        change_role(role(name).pk, wanted(), "Because", by=administrator)
    assert refusal.value.code == code
    assert held_by(role(name)) == before


def test_a_reason_is_asked_for(administrator: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        change_role(role("clerk").pk, with_one_more("clerk", VOID), "  ", by=administrator)


def test_who_changed_it_meanwhile_is_not_overruled(administrator: User) -> None:
    seen = mark_of(held_by(role("clerk")))
    change_role(role("clerk").pk, with_one_more("clerk", VOID), "First", seen=seen, by=administrator)
    with pytest.raises(Refused, match="changed this role meanwhile"):
        change_role(role("clerk").pk, with_one_more("clerk", less=[ISSUE]), "Second", seen=seen, by=administrator)


def test_a_role_that_people_of_other_companies_hold_is_not_ours_to_change(administrator: User) -> None:
    world.make_user(world.make_company(), "clerk")
    with pytest.raises(Refused, match="in which you do not work"):
        change_role(role("clerk").pk, with_one_more("clerk", VOID), "Mine", by=administrator)


def test_a_role_of_ones_own_is_given_to_people_and_named_in_rules(
    administrator: User, company: Any, clerk: User
) -> None:
    made = add_role("  Dispute   Clerk ", role("collector"), by=administrator)
    assert (made.name, held_by(made), OwnRole.objects.get().made_by) == (
        "dispute clerk",
        held_by(role("collector")),
        administrator,
    )
    details = StaffDetails(clerk.email, clerk.name, ["dispute clerk"])
    update_staff(clerk.pk, details, by=administrator)
    assert User.objects.get(pk=clerk.pk).has_perm("customers.release_hold")
    set_factor_rules(company, ["dispute clerk"], by=administrator)
    with pytest.raises(Refused, match="Somebody holds this role"):
        remove_role(made.pk, by=administrator)
    update_staff(clerk.pk, StaffDetails(clerk.email, clerk.name, ["clerk"]), by=administrator)
    with pytest.raises(Refused, match="names this role"):
        remove_role(made.pk, by=administrator)
    set_factor_rules(company, [], by=administrator)
    grant_roles()
    assert held_by(made) == held_by(role("collector"))
    remove_role(made.pk, by=administrator)
    assert not Group.objects.filter(name="dispute clerk").exists()


@pytest.mark.parametrize(
    ("name", "code"), [("ab", "bad_name"), ("x" * 41, "bad_name"), ("Clerk", "role_exists"), (" ", "bad_name")]
)
def test_a_name_that_cannot_be_is_refused(administrator: User, name: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_role(name, None, by=administrator)
    assert refusal.value.code == code


def test_what_duebook_brings_is_not_removed_and_what_was_made_here_not_put_back(administrator: User) -> None:
    made = add_role("helper", None, by=administrator)
    assert held_by(made) == {"customers.view_customer"}
    with pytest.raises(Refused, match="Duebook brings this role"):
        remove_role(role("clerk").pk, by=administrator)
    with pytest.raises(Refused, match="nothing to put it back to"):
        put_role_back(made.pk, by=administrator)


# On screen


def test_on_screen_the_difference_is_shown_before_it_is_kept(client: Client, administrator: User, company: Any) -> None:
    world.make_user(company, "clerk", name="Clara Reich")
    client.force_login(administrator)
    page = reverse("office:role", args=[role("clerk").pk])
    shown = client.get(page)
    assert "Clara Reich" in shown.content.decode()
    wanted = sorted(with_one_more("clerk", VOID, less=[ISSUE]))
    typed = {"may": wanted, "seen": shown.context["seen"], "step": "look"}
    difference = client.post(page, typed)
    assert [each.name for each in difference.context["gains"]] == [VOID]
    assert [each.name for each in difference.context["loses"]] == [ISSUE]
    assert VOID not in held_by(role("clerk")), "nothing is kept yet"
    back = client.post(page, typed | {"step": "edit"}).content.decode()
    assert f'value="{VOID}" checked' in back
    assert "Say why" in client.post(page, typed | {"step": "keep", "reason": ""}).content.decode()
    answer = client.post(page, typed | {"step": "keep", "reason": "Small office"})
    assert answer["Location"] == page
    assert VOID in held_by(role("clerk"))
    assert "Changed here" in client.get(page).content.decode()
    client.post(reverse("office:put_role_back", args=[role("clerk").pk]))
    assert held_by(role("clerk")) == brought_by("clerk")


def test_on_screen_a_role_is_made_and_removed(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    made = client.post(reverse("office:role_list"), {"name": "Helper", "like": role("colleague").pk})
    group = role("helper")
    assert made["Location"] == reverse("office:role", args=[group.pk])
    assert "Helper" in client.get(reverse("office:role_list")).content.decode()
    assert client.post(reverse("office:remove_role", args=[group.pk]))["Location"] == reverse("office:role_list")
    assert not Group.objects.filter(name="helper").exists()


@pytest.mark.parametrize("name", ["clerk", "manager", "auditor"])
def test_only_administrators_set_roles(client: Client, company: Any, name: str) -> None:
    user = world.make_user(company, name)
    client.force_login(user)
    assert client.get(reverse("office:role_list")).status_code == 403
    assert refused(Program(user).get("roles/")) == (403, "permission_denied")


# The matrix


def test_the_matrix_holds_every_door_that_there_is_and_the_roles_that_it_lets_in(
    client: Client, administrator: User
) -> None:
    client.force_login(administrator)
    answer = client.get(reverse("office:door_list"), {"format": "csv"})
    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    assert len(rows) == len(doors()) > 900
    asked = {(f"/{door.route}", door.permission) for door in doors_as_tested()}
    assert {(row["Address"], row["Permission"]) for row in rows if row["Permission"] != "open"} == asked
    for row in rows:
        let_in = {name for name in ROLES if row[name] == "yes"}
        may = {name for name in ROLES if row["Permission"] == "open" or row["Permission"] in held_by(role(name))}
        assert let_in == may, row


def test_every_permission_has_words_and_a_room() -> None:
    assert [right.name for right in rights() if not right.words or not right.room] == []
    assert {right.name for right in rights()} == set(all_permissions())


def test_doors_are_found_by_address_and_permission(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    found = client.get(reverse("office:door_list"), {"q": "settings/roles"}).context["rows"]
    routes = [door.route for door, *_ in found]
    assert "/settings/roles/doors/" in routes
    assert all("settings/roles" in route for route in routes)
    assert "No door has that" in client.get(reverse("office:door_list"), {"q": "nowhere at all"}).content.decode()


# By program


def test_by_program(administrator: User) -> None:
    program = Program(administrator)
    names = {each["name"] for each in program.get("roles/", limit=100).json()["results"]}
    assert names >= set(ROLES)
    made = program.post("roles/", {"name": "helper", "like": role("colleague").pk})
    assert (made.status_code, made.json()["is_brought"]) == (201, False)
    address = f"roles/{made.json()['id']}/"
    body = {"permissions": sorted({*made.json()["permissions"], VOID}), "reason": "Helps"}
    assert refused(program.put(address, body, match="")) == (428, "if_match_missing")
    read = program.get(address)["ETag"]
    assert VOID in program.put(address, body, match=read).json()["permissions"]
    assert refused(program.put(address, body, match=read)) == (412, "changed_meanwhile")
    assert refused(program.post(f"{address}put-back/")) == (409, "own_role")
    assert program.delete(address).status_code == 204
    assert refused(program.get(address)) == (404, "not_found")
