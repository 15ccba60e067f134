"""Colleagues of a team see each other's customers, of its company alone, and all that is of these."""

from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from customers.access import customers_for, items_for, owners_seen
from ledger.refusals import Refused
from office.models import AuditRecord, Company, Team, User
from office.operations.set_team import remove_team, set_team
from reports.ageing import AgeingQuestion, ageing
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def nora(company: Company) -> User:
    return world.make_user(company, "sales", name="Nora", only_own_customers=True)


@pytest.fixture
def nils(company: Company) -> User:
    return world.make_user(company, "sales", name="Nils", only_own_customers=True)


@pytest.fixture
def administrator(company: Company) -> User:
    return world.make_user(company, "administrator")


@pytest.fixture
def shops(company: Company, nora: User, nils: User) -> dict[str, Any]:
    """A customer of each, who owes 100, and one of nobody's, who owes 900."""
    owners = {"nora": nora.pk, "nils": nils.pk, "nobody": None}
    shops = {name: world.make_customer(company, name.title(), sales_owner_id=pk) for name, pk in owners.items()}
    return {name: world.issue(shop, "900" if name == "nobody" else "100", DAY) for name, shop in shops.items()}


def seen(user: User) -> list[str]:
    return sorted(str(customer.name) for customer in customers_for(user))


def test_without_a_team_each_sees_their_own(shops: Any, nora: User) -> None:
    assert seen(nora) == ["Nora"]


def test_in_a_team_they_see_each_others_on_every_way(
    company: Company, shops: Any, nora: User, nils: User, administrator: User
) -> None:
    set_team(company, None, "North", [nora.pk, nils.pk], by=administrator)

    assert seen(nora) == seen(nils) == ["Nils", "Nora"]
    assert items_for(nora).count() == 2
    client = Client()
    client.force_login(nora)
    assert client.get(f"/invoices/{shops['nils'].pk}/").status_code == 200
    assert client.get(f"/invoices/{shops['nobody'].pk}/").status_code == 404
    listed = Program(nora).get("customers/").json()["results"]
    assert sorted(row["name"] for row in listed) == ["Nils", "Nora"]


def test_reports_add_up_what_a_team_sees(
    company: Company, shops: Any, nora: User, nils: User, administrator: User
) -> None:
    def owed() -> Decimal:
        report = ageing(AgeingQuestion(company.pk, DAY, owner_ids=owners_seen(nora, company)))
        return sum((row.total for row in report.rows), Decimal(0))

    assert owed() == shops["nora"].total
    team = set_team(company, None, "North", [nora.pk, nils.pk], by=administrator)
    assert owed() == shops["nora"].total + shops["nils"].total
    remove_team(company, team.pk, by=administrator)
    assert owed() == shops["nora"].total


def test_a_team_of_one_company_opens_nothing_in_another(
    company: Company, nora: User, nils: User, administrator: User
) -> None:
    other = world.make_company(legal_name="Birch Ltd")
    for person in (nora, nils):
        person.companies.add(other)
    world.make_customer(other, "Elsewhere", sales_owner_id=nils.pk)
    set_team(company, None, "North", [nora.pk, nils.pk], by=administrator)

    assert seen(nora) == []
    assert owners_seen(nora, other) == [nora.pk]
    set_team(other, None, "North", [nora.pk, nils.pk], by=administrator)
    assert seen(nora) == ["Elsewhere"]


def test_who_is_not_limited_sees_all_whatever_their_team(company: Company, shops: Any, administrator: User) -> None:
    chief = world.make_user(company, "manager")
    set_team(company, None, "North", [chief.pk], by=administrator)

    assert seen(chief) == ["Nils", "Nobody", "Nora"]
    assert owners_seen(chief, company) is None


def test_what_cannot_be_is_refused(company: Company, nora: User, administrator: User) -> None:
    stranger = world.make_user(world.make_company(legal_name="Birch Ltd"), "sales")
    north = set_team(company, None, "North", [nora.pk], by=administrator)
    for team_id, name, members, code in (
        (None, "  ", [], "name_missing"),
        (None, " north ", [], "name_taken"),
        (north.pk, "North", [stranger.pk], "unknown_person"),
    ):
        with pytest.raises(Refused) as refusal:
            set_team(company, team_id, name, members, by=administrator)
        assert refusal.value.code == code
    assert list(Team.objects.get().members.all()) == [nora]


def test_each_change_is_recorded_and_none_is_not(company: Company, nora: User, administrator: User) -> None:
    north = set_team(company, None, "North", [nora.pk], by=administrator)
    set_team(company, north.pk, "North", [nora.pk], by=administrator)
    set_team(company, north.pk, "Far North", [], by=administrator)
    remove_team(company, north.pk, by=administrator)

    records = AuditRecord.objects.filter(action__in=["set_team", "remove_team"]).order_by("pk")
    assert [(row.action, row.before, row.after) for row in records] == [
        ("set_team", {}, {"name": "North", "members": "Nora"}),
        ("set_team", {"name": "North", "members": "Nora"}, {"name": "Far North", "members": ""}),
        ("remove_team", {"name": "Far North", "members": ""}, {}),
    ]


def test_what_a_colleague_changed_meanwhile_is_not_undone_unseen(
    company: Company, nora: User, nils: User, administrator: User
) -> None:
    north = set_team(company, None, "North", [nora.pk], by=administrator)
    client = Client()
    client.force_login(administrator)
    address = f"/settings/teams/{north.pk}/"
    seen = client.get(address).context["seen"]
    set_team(company, north.pk, "North", [nora.pk, nils.pk], seen=seen, by=administrator)  # the colleague

    stale = client.post(address, {"name": "Far North", "members": [nora.pk], "seen": seen})

    assert "Somebody changed this team meanwhile: it is North now, with Nils, Nora." in unescape(stale.content.decode())
    assert 'value="Far North"' in stale.content.decode()
    assert [str(each) for each in Team.objects.get().members.order_by("name")] == ["Nils", "Nora"]
    client.post(address, {"name": "Far North", "members": [nora.pk], "seen": stale.context["seen"]})
    assert (Team.objects.get().name, list(Team.objects.get().members.all())) == ("Far North", [nora])


def test_an_administrator_makes_changes_and_removes_one_on_its_pages(
    company: Company, nora: User, nils: User, administrator: User
) -> None:
    client = Client()
    client.force_login(administrator)
    page = client.post("/settings/teams/", {"name": "North", "members": [nora.pk]}, follow=True).content.decode()
    assert "Saved: North." in page
    team = Team.objects.get()
    again = client.post("/settings/teams/", {"name": "North"}).content.decode()
    assert "There is a team North already." in again
    client.post(f"/settings/teams/{team.pk}/", {"name": "North", "members": [nora.pk, nils.pk]})
    assert sorted(str(each) for each in team.members.all()) == ["Nils", "Nora"]
    client.post(f"/settings/teams/{team.pk}/remove/")
    assert not Team.objects.exists()
