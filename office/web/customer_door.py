"""The door for customers: no log-in, only a link that was mailed to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_from_request, override

from office.models import Company
from office.web.doors import View, answered, open_door


class NoSuchLink(Exception):
    """Unknown, revoked or expired: the reader cannot tell which."""


class FirstTo(Exception):
    """What the reader asks for is shown only after another page of theirs, which the exception names."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page


def customer_door(view: View) -> View:
    """A page for whoever holds a link: kept by no cache, told to no other site, and one answer to all who hold none."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            with timezone.override(None):
                response = answered(view, request, *args, **kwargs)
        except FirstTo as first:
            response = HttpResponseRedirect(first.page)
        except NoSuchLink:
            with override(get_language_from_request(request)):
                response = render(request, "portal/not_found.html", {"company": company_behind(request)}, status=404)
        response["Cache-Control"] = "no-store, private"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return open_door(guarded)


BEHIND = "duebook.company"


def came_to(request: HttpRequest, company: Callable[[], Company]) -> None:
    """Note whose page it is, once its link opened it: moments are told in its company's time zone, and where nothing is
    found behind it, we say whom to ask. Whoever holds no link is told of no company."""
    request.META[BEHIND] = company
    timezone.activate(ZoneInfo(company().time_zone))


def company_behind(request: HttpRequest) -> Company | None:
    """Whose page the reader came to by a link of theirs."""
    company = request.META.get(BEHIND)
    return company() if company else None


def is_visit(request: HttpRequest) -> bool:
    """Whether somebody asked for the page: not only its headers, and no browser that guessed it would be wanted."""
    hints = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method != "HEAD" and not any("prefetch" in hint.lower() for hint in hints)


@dataclass(frozen=True)
class LinkCookie:
    """What a link's token is swapped for: a cookie that only its page gets, so the token stays out of history and
    referrers. One that `lasts` is believed for that long only, whatever the browser does."""

    name: str
    salt: str
    lasts: timedelta | None = None

    def entered(self, page: str, ref: str, expires_at: datetime, *, to: str = "") -> HttpResponse:
        """The way to the page, or to another below it, with the cookie that opens it."""
        response = HttpResponseRedirect(to or page)
        response.set_signed_cookie(
            self.name,
            ref,
            salt=self.salt,
            path=page,
            max_age=expires_at - timezone.now(),
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response

    def opens(self, request: HttpRequest, ref: str) -> bool:
        """Whether the reader came by this page's link."""
        return bool(request.get_signed_cookie(self.name, None, salt=self.salt, max_age=self.lasts) == ref)
