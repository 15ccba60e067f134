"""What every page's template may use besides its own values."""

from typing import Any

from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi

from office.approvals.asking import waiting_for
from office.models import Company, User
from office.talk.todo import waiting_tasks
from office.web.navigation import navigation_for, url_of
from office.web.requests import OfficeRequest

THEMES = ("light", "dark")


def page(request: OfficeRequest) -> dict[str, Any]:
    """Theme, language and side bar of the page that answers this request."""
    choice = request.COOKIES.get("theme", "auto")
    return {
        "theme": choice if choice in THEMES else "auto",
        "language": get_language(),
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "navigation": SimpleLazyObject(lambda: navigation_of(request)),
        "waiting_approvals": SimpleLazyObject(lambda: waiting_approvals(request)),
        "waiting_tasks": SimpleLazyObject(lambda: tasks_of(request)),
        "restored_as_of": SimpleLazyObject(lambda: getattr(request.company, "restored_as_of", None)),
        "search_url": SimpleLazyObject(lambda: url_of("search")),
        "other_companies": SimpleLazyObject(lambda: other_companies(request)),
        "log_out_url": SimpleLazyObject(lambda: url_of("office:log_out")),
    }


def other_companies(request: OfficeRequest) -> list[Company]:
    """The companies this person could work in instead."""
    return [company for company in request.companies if company != request.company]


def waiting_approvals(request: OfficeRequest) -> int:
    """How many requests wait for this person's decision."""
    user, company = request.user, request.company
    if not isinstance(user, User) or not company or not user.has_perm("office.ask_approval"):
        return 0
    return waiting_for(user, company).count()


def tasks_of(request: OfficeRequest) -> int:
    """How many tasks wait for this person by today."""
    user, company = request.user, request.company
    return waiting_tasks(user, company).count() if isinstance(user, User) and company else 0


def navigation_of(request: OfficeRequest) -> list[Any]:
    """The side bar; empty before log-in."""
    user = getattr(request, "user", None)
    return navigation_for(user, request.path) if user and user.is_authenticated else []
