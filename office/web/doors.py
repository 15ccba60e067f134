"""How a page names who may come in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from office.retrying import tried_again
from office.web.late_forms import ask_to_log_in
from office.web.requests import OfficeRequest

View = Callable[..., HttpResponseBase]
EVERYBODY = "customers.view_customer"
"""What every role may do, for the pages about oneself."""


def staff_door(permission: str) -> Callable[[View], View]:
    """Let in staff with a permission (app.codename) and a company to work in; others log in or are refused."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: OfficeRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_log_in(request)
            if not request.user.has_perm(permission) or not request.company:
                raise PermissionDenied
            return answered(view, request, *args, **kwargs)

        guarded.door = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """The view's answer; a form that the database broke off is done again, with its files read anew."""

    def rewind() -> None:
        for _, files in request.FILES.lists():
            for file in files:
                file.seek(0)

    if request.method != "POST":
        return view(request, *args, **kwargs)
    return tried_again(lambda: view(request, *args, **kwargs), rewind)


def open_door(view: View) -> View:
    """Mark a page that needs no log-in; it guards itself, by a link's token or because it tells nothing."""
    view.door = "open"  # type: ignore[attr-defined]
    return view
