"""How a page names who may come in."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from office.access import works_for_all
from office.persons import kept_reading, reading_as
from office.web.knowing import known_first
from office.web.late_forms import ask_to_log_in, ask_to_wait
from office.web.limited import seconds_to_wait
from office.web.requests import OfficeRequest, StaffRequest
from office.work.retrying import tried_again

View = Callable[..., HttpResponseBase]
EVERYBODY = "customers.view_customer"
"""What every role may do, for the pages about oneself."""
CHANGES, ALWAYS = ("POST",), ("GET", "HEAD", "POST")
"""Before what somebody has to have shown who they are a short while ago."""


def staff_door(
    permission: str,
    *,
    recently_known: Collection[str] = (),
    without_factor: bool = False,
    every_company: bool = False,
) -> Callable[[View], View]:
    """Let in staff with a permission (app.codename) and a company to work in; others log in or are refused.

    Whoever has not shown who they are for a while is asked first, by the methods `recently_known`: CHANGES or ALWAYS.
    A door of `every_company` lets in only who works for all there are: what is behind it is of all of them.
    Behind it moments are shown, and typed, in the time zone of the company worked in.
    Whoever lacks a second factor that their role needs is led to set it up, save at a door `without_factor`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: OfficeRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_log_in(request)
            if seconds := seconds_to_wait(request):
                return ask_to_wait(request, seconds)
            if not request.user.has_perm(permission) or not request.company:
                raise PermissionDenied
            if every_company and not works_for_all(request.user):
                raise PermissionDenied
            if request.user.lacks_factor and not without_factor:
                return lead_to_factor(request)
            with timezone.override(ZoneInfo(request.company.time_zone)), reading_as(request.user):
                if request.method in recently_known:
                    staff = cast(StaffRequest, request)
                    return kept_reading(known_first(staff, lambda: answered(view, request, *args, **kwargs)))
                return kept_reading(answered(view, request, *args, **kwargs))

        guarded.door = permission  # type: ignore[attr-defined]
        guarded.without_factor = without_factor  # type: ignore[attr-defined]
        guarded.recently_known = recently_known  # type: ignore[attr-defined]
        guarded.every_company = every_company  # type: ignore[attr-defined]
        return guarded

    return guard


def lead_to_factor(request: HttpRequest) -> HttpResponseBase:
    """To the page where a second factor is set up; nothing else is done before."""
    page = reverse("office:security")
    if "HX-Request" in request.headers:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = page
        return answer
    return redirect(page)


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
