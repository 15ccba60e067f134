"""Who works here and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.email_addresses import require_email
from office.models import Company, Department, LinkPurpose, User
from office.operations.log_in_links import mail_link, require_good_password
from office.roles import why_excluded
from office.ways_in.log_ins import end_log_ins, log_ins_of


@dataclass(frozen=True)
class StaffDetails:
    """A member of staff: their roles by name, whether they see only customers they own in sales, their department,
    the last day on which they come in, and which other log-in is of the same person."""

    email: str
    name: str
    roles: Sequence[str]
    only_own_customers: bool = False
    is_active: bool = True
    department: str = ""
    until: date | None = None
    same_person_as_id: int | None = None


@transaction.atomic
def add_staff(company: Company, details: StaffDetails, password: str, *, by: User | None) -> User:
    """Let somebody log in to a company. Raises Refused for a known or impossible address, or a weak password."""
    user = _new(company, details, password)
    record(by, "add_staff", user, after=_state(user))
    return user


@transaction.atomic
def invite_staff(company: Company, details: StaffDetails, *, by: User) -> User:
    """Let somebody choose a password by a mailed link. Raises Refused for a known or impossible address."""
    user = _new(company, details, None)
    record(by, "invite_staff", user, after=_state(user))
    mail_link(user, company, LinkPurpose.INVITATION, by=by)
    return user


def _new(company: Company, details: StaffDetails, password: str | None) -> User:
    _check(details)
    email = details.email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise Refused(f"Somebody with {email} works here already.", code="email_taken")
    if password is not None:
        require_good_password(password)
    user = User.objects.create_user(email, password, name=details.name.strip())
    user.companies.add(company)
    _write(user, details)
    return user


@transaction.atomic
def update_staff(user_id: int, details: StaffDetails, *, by: User | None) -> User:
    """Change somebody's name, roles or way in. Nobody changes their own roles or shuts themselves out."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    _check(details)
    before, roles_before = _state(user), set(user.groups.values_list("name", flat=True))
    own_way_in = {"roles": ", ".join(sorted(details.roles)), "is_active": details.is_active}
    if by == user and any(before[name] != value for name, value in own_way_in.items()):
        raise Refused("Somebody else has to change your own roles.", code="own_roles")
    user.name = details.name.strip()
    user.is_active = details.is_active
    _write(user, details)
    after = _state(user)
    changed = [name for name in after if before[name] != after[name]]
    if not user.is_active:
        end_log_ins(log_ins_of(user), "switched off")
    elif lost := roles_before - set(details.roles):
        end_log_ins(log_ins_of(user), f"no more: {', '.join(sorted(lost))}"[:60])
    record(
        by,
        "update_staff",
        user,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return user


def _check(details: StaffDetails) -> None:
    require_email(details.email.strip())
    if not details.name.strip():
        raise Refused("Everybody here has a name.", code="name_missing")
    if unknown := set(details.roles) - set(Group.objects.values_list("name", flat=True)):
        raise Refused(f"{min(unknown)} is not a role.", code="unknown_role")
    if why := why_excluded(details.roles):
        raise Refused(f"{why} Give the other roles to somebody else.", code="excluding_roles")
    if "auditor" in details.roles and details.until is None:
        raise Refused("Say until which day the auditor comes in. You can prolong it.", code="until_missing")
    if details.department and details.department not in Department.values:
        raise Refused(f"{details.department} is not a department.", code="unknown_department")


def _write(user: User, details: StaffDetails) -> None:
    user.only_own_customers = details.only_own_customers
    user.department = details.department
    user.until = details.until
    user.same_person_as = _other_log_in(user, details.same_person_as_id)
    user.save()
    user.groups.set(Group.objects.filter(name__in=details.roles))


def _other_log_in(user: User, other_id: int | None) -> User | None:
    """The first log-in of the person that another log-in is of."""
    if other_id is None:
        return None
    other = User.objects.filter(pk=other_id, companies__in=user.companies.all()).first()
    if other is None:
        raise Refused("Nobody of that log-in works here.", code="unknown_person")
    first = other.same_person_as or other
    if first.pk == user.pk:
        raise Refused(f"{user.email} is that person's first log-in: set it at the other one.", code="own_log_in")
    if user.other_log_ins.exists():
        raise Refused(f"{user.email} is the first of several log-ins itself: free those first.", code="has_log_ins")
    return first


def _state(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "roles": ", ".join(sorted(user.groups.values_list("name", flat=True))),
        "only_own_customers": user.only_own_customers,
        "is_active": user.is_active,
        "department": user.department,
        "until": user.until or "",
        "same_person_as": user.same_person_as.email if user.same_person_as else "",
    }
