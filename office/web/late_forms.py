"""A form that came after a log-out, from a page older than the log-in, or too often: nothing is done, nothing typed is
lost."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

SECRETS = "password"
"""What no page repeats: fields with this in their names."""


def ask_to_log_in(request: HttpRequest) -> HttpResponseBase:
    """What somebody gets who is not logged in: the way to the log-in, or what they typed; scripts only the status."""
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    return _sent_back(request, "office/logged_out.html", status=401)


def ask_to_wait(request: HttpRequest, seconds: int) -> HttpResponseBase:
    """What somebody gets who asks for more pages than they may: what they typed, and when to come again."""
    answer = _sent_back(request, "office/too_many.html", status=429, seconds=seconds)
    answer["Retry-After"] = str(seconds)
    return answer


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """What a form gets whose key is not the browser's: a page of ours gets back what was typed, another's never."""
    if request.path == reverse(settings.LOGIN_URL):
        return redirect(settings.LOGIN_URL)
    if not is_from_own_page(request):
        return render(request, "office/foreign_form.html", status=403)
    return _sent_back(request, "office/stale_form.html", status=403)


def is_from_own_page(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent it."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _sent_back(request: HttpRequest, template: str, *, status: int, **more: Any) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(status=status)
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    context: dict[str, Any] = {"typed": typed_pairs(request), "page": page if is_ours else "/"} | more
    answer = render(request, template, context, status=status)
    answer["Cache-Control"] = "no-store, private"
    return answer


def typed_pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """Each field with what was typed; none where a file or a password went along, which a page cannot give back."""
    if request.FILES or any(SECRETS in name for name in request.POST):
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
