from collections.abc import Sequence

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Team, User
from office.operations.change_role import mark_of


@transaction.atomic
def set_team(
    company: Company, team_id: int | None, name: str, member_ids: Sequence[int], *, seen: str = "", by: User
) -> Team:
    """Make a team, or change the name and members of one; they see each other's customers from then on. `seen` is the
    mark of what the form was drawn from.

    Raises Refused without a name, for that of another team, for somebody who does not work for the company, and where
    somebody changed the team meanwhile.
    """
    name = " ".join(name.split())
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if not name:
        raise Refused("Every team has a name.", code="name_missing")
    others = company.teams.exclude(pk=team_id) if team_id else company.teams.all()
    if others.filter(name__iexact=name).exists():
        raise Refused(f"There is a team {name} already.", code="name_taken")
    members = list(User.objects.filter(companies=company, pk__in=member_ids).order_by("name", "pk"))
    if len(members) != len(set(member_ids)):
        raise Refused("A member of a team works for this company.", code="unknown_person")
    team = company.teams.get(pk=team_id) if team_id else Team(company=company)
    before = _state(team) if team_id else {}
    if seen and team_id and seen != team_mark(team):
        raise Refused(
            f"Somebody changed this team meanwhile: it is {team} now, with {before['members'] or 'nobody'}."
            " Save again to make it what stands here.",
            code="changed_meanwhile",
        )
    team.name = name
    team.save()
    team.members.set(members)
    after = _state(team)
    if before != after:
        record(by, "set_team", team, before=before, after=after)
    return team


@transaction.atomic
def remove_team(company: Company, team_id: int, *, by: User) -> None:
    """Let a team be none any more: its members see the customers they own themselves."""
    team = company.teams.select_for_update().get(pk=team_id)
    record(by, "remove_team", team, before=_state(team))
    team.delete()


def team_mark(team: Team) -> str:
    """By which a form says what it was drawn from, so that of two who change a team neither undoes the other's change
    unseen."""
    return mark_of([team.name, *(str(each.pk) for each in team.members.all())])


def _state(team: Team) -> dict[str, object]:
    return {"name": team.name, "members": ", ".join(str(each) for each in team.members.order_by("name", "pk"))}
