"""Saved views: which of them somebody sees."""

from django.db.models import Q, QuerySet

from office.access import companies_for, found
from office.models import SavedView, User, ViewSchedule

DELETE_SHARED = "office.manage_staff"
"""Who may take away a view that somebody else shares."""


def views_for(user: User) -> QuerySet[SavedView]:
    """A person's own views, and those that others of their companies share."""
    return SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), company__in=companies_for(user))


def get_view_for(user: User, view_id: int) -> SavedView:
    """The view, or Http404 where this person sees none of that id."""
    return found(views_for(user).filter(pk=view_id).select_related("company", "owner"), "view")


def get_own_view(user: User, view_id: int) -> SavedView:
    """The view, or Http404 where it is not this person's."""
    return found(views_for(user).filter(pk=view_id, owner=user).select_related("company", "owner"), "view")


def may_delete(user: User, view: SavedView) -> bool:
    """Whether a person may take a view away: their own, and as an administrator what others share."""
    return view.owner_id == user.pk or (view.is_shared and user.has_perm(DELETE_SHARED))


def schedules_for(user: User) -> QuerySet[ViewSchedule]:
    """The schedules of a person's own views."""
    owned = ViewSchedule.objects.filter(view__owner=user, view__company__in=companies_for(user))
    return owned.select_related("view__company", "view__owner")


def get_schedule_for(user: User, schedule_id: int) -> ViewSchedule:
    """The schedule, or Http404 where it is not this person's."""
    return found(schedules_for(user).filter(pk=schedule_id), "schedule")
