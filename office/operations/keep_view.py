"""Views that people keep of lists and reports: made, renamed, shared, taken away."""

from typing import Protocol

from django.db import IntegrityError, transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, SavedView, User
from office.views import may_delete


class Address(Protocol):
    """An address as its page knows it (office.web.asking)."""

    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def title(self) -> str: ...


MOST = 200
"""How many views a person keeps at most."""


@transaction.atomic
def save_view(
    company: Company, name: str, shows: Address, *, is_shared: bool = False, replaces: bool = False, by: User
) -> SavedView:
    """Keep an address that its page knows under a name.

    With `replaces`, one's own view of that name and page shows this from then on. Raises Refused without a name, for
    one that is taken, and for too many.
    """
    name = _named(name)
    kept = SavedView.objects.select_for_update(no_key=True)
    before = kept.filter(company=company, path=shows.path, owner=by, name=name).first()
    if before and not replaces:
        raise _taken(name)
    if before:
        return _changed(before, {"query": shows.query, "is_shared": is_shared}, "replace_view", by)
    if SavedView.objects.filter(owner=by).count() >= MOST:
        raise Refused(f"You keep {MOST} views already. Delete some first.", code="too_many_views")
    where = {"path": shows.path, "query": shows.query, "title": shows.title[:100]}
    view = SavedView(company=company, owner=by, name=name, is_shared=is_shared, **where)
    _save(view)
    record(by, "save_view", view, after=_said(view))
    return view


@transaction.atomic
def change_view(view_id: int, *, name: str, is_shared: bool, by: User) -> SavedView:
    """Rename one's view, share it, or share it no more. Raises Refused for a name that is taken or missing."""
    view = SavedView.objects.select_for_update(no_key=True).get(pk=view_id)
    return _changed(view, {"name": _named(name), "is_shared": is_shared}, "change_view", by)


@transaction.atomic
def delete_view(view_id: int, *, by: User) -> None:
    """Take a view away, with the schedules that mail it. Raises Refused where it is somebody else's to keep."""
    view = SavedView.objects.select_for_update().select_related("company").filter(pk=view_id).first()
    if view is None:
        raise Refused("This view is gone already.", code="view_gone")
    if not may_delete(by, view):
        raise Refused("This view is somebody else's.", code="not_yours")
    schedules = view.schedules.count()
    record(by, "delete_view", view, before=_said(view) | {"schedules": schedules})
    view.delete()


def _changed(view: SavedView, values: dict[str, object], action: str, by: User) -> SavedView:
    before = _said(view)
    for name, value in values.items():
        setattr(view, name, value)
    if _said(view) != before:
        _save(view)
        record(by, action, view, before=before, after=_said(view))
    return view


def _save(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise _taken(view.name) from None


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())[:100]
    if not name:
        raise Refused("Give the view a name.", code="name_missing")
    return name


def _taken(name: str) -> Refused:
    return Refused(
        f"You have a view “{name}” of this list already. Choose another name, or replace it.", code="name_taken"
    )


def _said(view: SavedView) -> dict[str, object]:
    return {"name": view.name, "shows": view.address, "shared": "yes" if view.is_shared else "no"}
