"""Who may do what, read from the code itself: each permission in words, and each door with whom it lets in."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.urls import URLResolver, get_resolver

from office.roles import all_permissions, permissions_named

ROOMS = {
    "ledger": "The book",
    "office": "The office",
    "customers": "Customers",
    "billing": "Billing",
    "payments": "Payments",
    "credit_control": "Getting paid",
    "reports": "Reports",
}
OPEN = "open"


@dataclass(frozen=True)
class Right:
    """A permission: its name, the room it is of, and what it lets one do."""

    name: str
    room: str
    words: str


@dataclass(frozen=True)
class Door:
    """One way to call one route of the site, and the permission that it asks for; empty where it is open."""

    route: str
    method: str
    permission: str


def rights() -> list[Right]:
    """All permissions that a role can be given, by room."""
    words = {f"{row.content_type.app_label}.{row.codename}": row.name for row in permissions_named(all_permissions())}
    order = list(ROOMS)
    found = [Right(name, ROOMS[name.partition(".")[0]], _said(words[name])) for name in words]
    return sorted(found, key=lambda each: (order.index(each.name.partition(".")[0]), each.words))


def _said(words: str) -> str:
    plain = words.removeprefix("Can ")
    return plain[:1].upper() + plain[1:]


def roles_with_rights() -> list[tuple[Group, set[str]]]:
    """Each role with what it may."""
    groups = Group.objects.prefetch_related("permissions__content_type").order_by("name")
    return [
        (group, {f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()})
        for group in groups
    ]


@cache
def doors() -> tuple[Door, ...]:
    """Every way to call every route, in the order of their addresses."""
    return tuple(sorted(_doors(get_resolver(), "/"), key=lambda door: (door.route, door.method)))


def _doors(resolver: Any, before: str) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _doors(pattern, route)
            continue
        view = pattern.callback
        asked = getattr(getattr(view, "cls", None), "permission", None)
        if asked:
            yield from (Door(route, method.upper(), name) for method, name in asked.items())
        elif getattr(view, "door", OPEN) == OPEN:
            yield Door(route, "ANY", "")
        else:
            yield Door(route, "GET, POST", view.door)


def matrix_csv() -> str:
    """The whole matrix as CSV: each door, its permission, and for each role whether it is let in."""
    roles = roles_with_rights()
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["Address", "Method", "Permission", *(group.name for group, _ in roles)])
    for door in doors():
        let_in = ["yes" if not door.permission or door.permission in may else "" for _, may in roles]
        writer.writerow([door.route, door.method, door.permission or "open", *let_in])
    return file.getvalue()
