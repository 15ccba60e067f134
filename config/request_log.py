"""What each request leaves behind: an id that its answer, its log lines and its tasks bear, a line, and its figures."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from celery import signals
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.log_lines import belonging_to, request_id
from config.log_lines import task_id as current_task
from config.metrics import count_request
from office.models import User

logger = logging.getLogger("duebook.requests")
HEADER = "X-Request-ID"
USABLE = re.compile(r"[\w-]{8,64}", re.ASCII)
QUIET = {"healthz", "readyz", "metrics"}
"""Asked each few seconds by machines: said only where everything is."""


class RequestLog:
    """Gives each request its id, and notes how it went: its page's name, never its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        with belonging_to(id_of(request)):
            response = self.get_response(request)
            response[HEADER] = request_id.get()
            if not request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
                note(request, response, time.monotonic() - began)
        return response


def id_of(request: HttpRequest) -> str:
    """The id that our own proxy gave the request; else one made here, as anybody may have written the header."""
    told = request.headers.get(HEADER, "")
    return told if settings.BEHIND_PROXY and USABLE.fullmatch(told) else secrets.token_hex(8)


def note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Write the request's line."""
    route = route_of(request)
    facts = {
        "route": route,
        "method": request.method,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000),
        "user_id": user_id_of(request),
    }
    count_request(route, str(request.method), response.status_code, seconds)
    level = logging.DEBUG if route in QUIET else logging.INFO
    logger.log(level, "%(method)s %(route)s %(status)s %(milliseconds)s ms", facts, extra=facts)


def route_of(request: HttpRequest) -> str:
    """The name of the page, or the pattern of its address where it has none; never what stands in the address."""
    found = request.resolver_match
    return (found.view_name or found.route) if found else "none"


def user_id_of(request: HttpRequest) -> int | None:
    """Who asked, where the answer needed to know: nothing is read for the log's sake."""
    own = request.__dict__.get("user")  # a program's; of a person it is read only when somebody asks
    known = own if type(own) is User else getattr(request, "_cached_user", None)
    return known.pk if known else None


@signals.before_task_publish.connect(weak=False)
def send_along(headers: dict[str, Any] | None = None, **_signal: Any) -> None:
    """Let a task bear the id of the request that rings for it."""
    if headers is not None and request_id.get():
        headers["request_id"] = request_id.get()


@signals.task_prerun.connect(weak=False)
def take_up(task_id: str = "", task: Any = None, **_signal: Any) -> None:
    """Let the lines of a task bear its id, and that of the request that rang for it."""
    _mark(task_id, getattr(task.request, "request_id", None) or "")


@signals.task_postrun.connect(weak=False)
def put_down(**_signal: Any) -> None:
    """What the worker says between tasks belongs to none."""
    _mark("", "")


def _mark(task: str, request: str) -> None:
    current_task.set(task)
    request_id.set(request)
