"""Asking somebody who is logged in to show once more who they are, and then doing what they asked for.

The question is asked at the very address that was called, and carries along what was typed: whoever answers it has it
done, and never has to type anything again.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from office.audit import record
from office.models import User
from office.ways_in.factors import PASSKEY, factors_of, is_known_by_code, is_known_by_passkey
from office.ways_in.throttle import counters, forget, seconds_to_wait
from office.web.address import address_of
from office.web.devices import device_of
from office.web.late_forms import typed_pairs
from office.web.passkeys import passkey_answer
from office.web.requests import StaffRequest
from office.web.sessions import is_known, note_known

ASKED, WORD, CODE, KEY = "known_asked", "known_word", "known_code", "known_passkey"
OURS = (ASKED, WORD, CODE, KEY)


def known_first(request: StaffRequest, go_on: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The view's answer for somebody who was known a short while ago; anybody else is asked first."""
    answered = request.POST.get(ASKED, "") if request.method == "POST" else ""
    if not answered:
        return go_on() if is_known(request) else ask(request)
    given, request.POST = request.POST, _without_ours(request.POST)  # type: ignore[assignment]  # it has a setter
    if not is_known(request):
        if trouble := _trouble(request, given):
            return ask(request, asked_by=answered, trouble=trouble)
        note_known(request)
    return go_on() if answered == "POST" else redirect(request.get_full_path())


def ask(request: StaffRequest, *, asked_by: str = "", trouble: str = "") -> HttpResponse:
    """The question; a piece of a page sends the whole page there."""
    if "HX-Request" in request.headers:
        answer = HttpResponse(status=204)
        page = request.headers.get("HX-Current-URL", "/")
        answer["HX-Redirect"] = f"{reverse('office:known')}?{urlencode({'next': page})}"
        return answer
    kinds = {each.type for each in factors_of(request.user)}
    context: dict[str, Any] = {
        "asked_by": "POST" if (asked_by or request.method) == "POST" else "GET",
        "typed": typed_pairs(request) if request.method == "POST" else [],
        "has_files": bool(request.FILES),
        "trouble": trouble,
        "has_code": bool(kinds),
        "has_passkey": PASSKEY in kinds,
    }
    response = render(request, "office/known.html", context, status=429 if "seconds" in trouble else 200)
    response["Cache-Control"] = "no-store, private"
    return response


def _without_ours(typed: QueryDict) -> QueryDict:
    rest = typed.copy()
    for name in OURS:
        rest.pop(name, None)
    return rest


def _trouble(request: StaffRequest, given: QueryDict) -> str:
    """Why the person is not known now; empty where they are."""
    user = request.user
    counted = counters("known", user.email, address_of(request), device_of(request, user.email))
    if seconds := seconds_to_wait(counted):
        return f"Too many tries. Try again in {seconds} seconds."
    way = _known_by(user, given)
    if not way:
        return "That is not right. Nothing was done yet; what you typed is kept."
    forget(counted)
    record(user, "show_who_one_is", user, after={"by": way})
    return ""


def _known_by(user: User, given: QueryDict) -> str:
    if answer := passkey_answer(given.get(KEY, "")):
        return "passkey" if is_known_by_passkey(user, answer) else ""
    if code := given.get(CODE, ""):
        return is_known_by_code(user, code)
    return "password" if user.check_password(given.get(WORD, "")) else ""


def back_from(request: StaffRequest) -> HttpResponse:
    """To the page that asked for it."""
    page = request.GET.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    messages.success(request, "Thank you. Now do it once more.")
    return redirect(page if is_ours else "/")
