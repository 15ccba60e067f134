"""How a page names who may come in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

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
            return view(request, *args, **kwargs)

        guarded.door = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def open_door(view: View) -> View:
    """Mark a page that needs no log-in; it guards itself, by a link's token or because it tells nothing."""
    view.door = "open"  # type: ignore[attr-defined]
    return view
