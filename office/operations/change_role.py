"""What a role may do: changed, made, put back, removed. Roles are of the whole install, and so are their changes."""

from collections.abc import Collection
from contextlib import ExitStack
from hashlib import sha256

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import ProtectedError

from ledger.refusals import Refused
from office.access import companies_for
from office.audit import record
from office.models import Company, OwnRole, RoleChange, User
from office.operations.keep_policies import policies_changing
from office.reasons import required_reason
from office.roles import (
    NEEDED,
    ROLES,
    all_permissions,
    brought_by,
    permissions_named,
    why_not_together,
)

SHORTEST_NAME, LONGEST_NAME = 3, 40


def held_by(group: Group) -> set[str]:
    """What a role may now."""
    rows = group.permissions.select_related("content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in rows}


def mark_of(names: Collection[str]) -> str:
    """By which a form says what it was drawn from, so that two who change a role do not undo each other's change."""
    return sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]


@transaction.atomic
def add_role(name: str, like: Group | None, *, by: User) -> Group:
    """Make a role, which may at first what another may. Raises Refused for a name that is taken, too short or long."""
    name = " ".join(name.split()).lower()
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise Refused(f"A role's name has {SHORTEST_NAME} to {LONGEST_NAME} letters.", code="bad_name")
    if Group.objects.filter(name=name).exists():
        raise Refused(f"There is a role {name} already.", code="role_exists")
    wanted = held_by(like) if like else {NEEDED}
    if why := why_not_together(name, wanted):
        raise Refused(why, code="not_together")
    group = Group.objects.create(name=name)
    with _kept_for_all(by):
        OwnRole.objects.create(group=group, made_by=by)
        _write(group, wanted)
        record(by, "add_role", group, after={"may": ", ".join(sorted(wanted))})
    return group


@transaction.atomic
def change_role(group_id: int, names: Collection[str], reason: str, *, seen: str = "", by: User) -> Group:
    """Let a role do just this from now on. `seen` is the mark of what the form was drawn from.

    Raises Refused for one's own role, for permissions there are none of or that do not go together, without a reason,
    where people of companies hold it in which `by` does not work, and where it was changed meanwhile.
    """
    group, wanted = _locked(group_id, by), set(names)
    before = held_by(group)
    if seen and seen != mark_of(before):
        raise Refused("Somebody changed this role meanwhile. Look again.", code="changed_meanwhile")
    if unknown := wanted - set(all_permissions()):
        raise Refused(f"There is no permission {min(unknown)}.", code="unknown_permission")
    if why := why_not_together(group.name, wanted):
        raise Refused(why, code="not_together")
    if wanted == before:
        raise Refused("That is what it may already.", code="no_change")
    reason = required_reason(" ".join(reason.split()), "Say why the role is changed.")
    with _kept_for_all(by):
        _write(group, wanted)
        record(
            by,
            "change_role",
            group,
            before={"no more": ", ".join(sorted(before - wanted))},
            after={"from now on": ", ".join(sorted(wanted - before))},
            reason=reason,
        )
    return group


@transaction.atomic
def put_role_back(group_id: int, *, by: User) -> Group:
    """Let a role do what Duebook brings. Raises Refused as `change_role` does, and for one that was made here."""
    group = _locked(group_id, by)
    if group.name not in ROLES:
        raise Refused("This role was made here: there is nothing to put it back to.", code="own_role")
    return change_role(group_id, brought_by(group.name), "Put back", by=by)


@transaction.atomic
def remove_role(group_id: int, *, by: User) -> None:
    """Remove a role that was made here. Raises Refused while somebody holds it or a rule names it."""
    group = _locked(group_id, by)
    if group.name in ROLES:
        raise Refused("Duebook brings this role; nobody needs to hold it.", code="brought_role")
    if User.objects.filter(groups=group).exists():
        raise Refused("Somebody holds this role. Give them another first.", code="role_held")
    record(by, "remove_role", group, before={"may": ", ".join(sorted(held_by(group)))})
    try:
        with _kept_for_all(by):
            group.delete()
    except ProtectedError as error:
        words = "A rule or a request of approvals, or one of second factors, names this role: it stays."
        raise Refused(words, code="role_named") from error


def _locked(group_id: int, by: User) -> Group:
    group = Group.objects.select_for_update(no_key=True).get(pk=group_id)
    if by.groups.filter(pk=group.pk).exists():
        raise Refused(
            "Nobody changes what they may themselves: somebody without this role does it.", code="own_role_held"
        )
    elsewhere = Company.objects.exclude(pk__in=companies_for(by).values("pk"))
    if User.objects.filter(groups=group, companies__in=elsewhere).exists():
        raise Refused("People of companies hold this role in which you do not work.", code="others_hold_it")
    return group


def _write(group: Group, wanted: set[str]) -> None:
    """Keep how the role differs from what Duebook brings, and let it do that."""
    brought = brought_by(group.name)
    RoleChange.objects.filter(group=group).delete()
    rows = permissions_named(wanted ^ brought)
    RoleChange.objects.bulk_create(
        RoleChange(group=group, permission=row, is_given=f"{row.content_type.app_label}.{row.codename}" in wanted)
        for row in rows
    )
    group.permissions.set(permissions_named(wanted))


def _kept_for_all(by: User) -> ExitStack:
    """A version of each company's rules after what is done inside."""
    kept = ExitStack()
    for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
        kept.enter_context(policies_changing(company_id, by=by))
    return kept
