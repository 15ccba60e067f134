"""Versions of what is read: an ETag on each answer, and writes that hold only for what the caller has read.

An ETag is a hash of the very bytes of the answer, so it is a strong one, and it changes with whatever the object shows:
whoever sends it back in If-Match acts on all that they saw. It is compared under the lock of the object's row, in the
transaction that then writes, so nothing comes between.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from office.api.renderers import PlainJsonRenderer
from office.web.requests import ApiRequest
from office.work.retrying import tried_again

if TYPE_CHECKING:
    from office.api.views import ApiView

HEADER = "If-Match"
ROOT = "/api/v1/"
COMPANY = "office.Company"
"""What is locked where a company's settings are the object."""


class Changed(APIException):
    """It is not any more what the caller has read."""

    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = "This changed after you read it. Read it again, and decide anew."


class NothingToMatch(APIException):
    """An ETag came along where there is no object that it could be of."""

    status_code = 400
    default_code = "nothing_to_match"
    default_detail = f"This address has no one object to compare with, so leave {HEADER} out."


class MatchNeeded(APIException):
    """A change must say what it is a change of."""

    status_code = 428
    default_code = "if_match_missing"
    default_detail = f"Read this first and send the ETag of that answer as {HEADER}, so that nobody's change is lost."


def etag_of(content: bytes) -> str:
    """The strong ETag of an answer."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def with_etag(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """What was read with its ETag, or 304 where the caller has just that."""
    if answer.status_code != 200 or not isinstance(answer, HttpResponse):
        return answer
    if isinstance(answer, Response):
        answer.render()
    etag = answer["ETag"] = etag_of(answer.content)
    return get_conditional_response(request, etag=etag, response=answer) or answer


def as_read(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Do a write only while its object is what the caller read, where they say so or have to."""

    @wraps(handler)
    def guarded(view: "ApiView", request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        if HEADER not in request.headers and not needs_match(type(view), request.method or ""):
            return handler(view, request, *args, **kwargs)

        def write() -> Response:
            with transaction.atomic():
                require_as_read(view, request)
                return handler(view, request, *args, **kwargs)

        return tried_again(write)

    return guarded


def needs_match(view: "type[ApiView]", method: str) -> bool:
    """Whether a write must say what it is a change of: one that replaces what can be read, unless its body has to name
    the `version` that was read, which is compared under the lock as well."""
    return method == "PUT" and bool(view.locks) and not view.is_versioned


def require_as_read(view: "ApiView", request: ApiRequest) -> None:
    """Lock the object that a write is about and compare it with what the caller has read; call it in the transaction.

    Raises MatchNeeded, Changed, NothingToMatch; and Http404 as reading the object does.
    """
    if HEADER not in request.headers and not needs_match(type(view), request.method or ""):
        return
    found = object_at(request.path)
    if found is None:
        raise NothingToMatch
    kind, kwargs = found
    _lock(kind, request, kwargs)
    now = _read_now(kind, request, kwargs)
    if HEADER not in request.headers:
        raise MatchNeeded
    wanted = parse_etags(request.headers[HEADER])
    if wanted != ["*"] and now not in wanted:
        raise Changed


def object_at(path: str) -> "tuple[type[ApiView], dict[str, Any]] | None":
    """The view that shows the object which an address is about, and what it is called with: its own, or one above."""
    while path.startswith(ROOT) and path != ROOT:
        try:
            found = resolve(path)
        except Resolver404:
            pass
        else:
            kind = getattr(found.func, "cls", None)
            if kind and kind.locks:
                return kind, found.kwargs
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return None


def _read_now(kind: "type[ApiView]", request: ApiRequest, kwargs: dict[str, Any]) -> str:
    view = kind()
    view.request, view.args, view.kwargs, view.format_kwarg = request, (), kwargs, None
    answer = cast(Any, view).get(request, **kwargs)
    return etag_of(PlainJsonRenderer().render(answer.data))


def _lock(kind: "type[ApiView]", request: ApiRequest, kwargs: dict[str, Any]) -> None:
    """Lock the row of the object, its customer's before it: the order that all keep."""
    from office.api.views import company_of  # that module stands on this one

    model: type[Model] = apps.get_model(kind.locks)
    row_id = company_of(request).pk if kind.locks == COMPANY else [*kwargs.values()][-1]
    row = model._default_manager.filter(pk=row_id)
    try:
        customers = cast(Any, model._meta.get_field("customer").related_model)
    except FieldDoesNotExist:
        pass
    else:
        of = row.values_list("customer_id", flat=True)
        list(customers.objects.filter(pk__in=[each for each in of if each]).select_for_update(no_key=True))
    list(row.select_for_update(no_key=True, of=("self",)))
    if kind.locks == COMPANY:
        company_of(request).refresh_from_db()  # the one that the request brought was read before
