"""What is answered when nothing else can be: no session, no database and no form is asked for it."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from config.log_lines import request_id
from office.api.errors import problem
from office.work.retrying import DATABASE_AWAY

WORDS = {
    HTTPStatus.BAD_REQUEST: "This request cannot be read: it is larger than we take, or not written as its head says.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away. Asking again in a minute with the same key is safe.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. Asking again with the same key is safe.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to what cannot even be read."""
    return _answer(request, HTTPStatus.BAD_REQUEST)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer where a fault of ours stopped it, or a database that is away: that one says when to come again."""
    if not isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    answer = _answer(request, HTTPStatus.SERVICE_UNAVAILABLE)
    answer["Retry-After"] = "30"
    return answer


def _answer(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(status, status.name.lower(), WORDS[status])
    page = "400.html" if status < 500 else "500.html"
    return HttpResponse(render_to_string(page, {"request_id": request_id.get()}), status=status)
