"""A write happens once for each key: whoever lost the answer sends the same again and gets it."""

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import transaction
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from office.answers import taken
from office.api.approving import sent_for_approval
from office.api.etags import require_as_read
from office.api.views import ApiView
from office.approvals.asking import ApprovalNeeded
from office.web.requests import ApiRequest
from office.work.retrying import tried_again

HEADER = "Idempotency-Key"
LONGEST_KEY = 100

Write = Callable[[], Response]
Handler = Callable[..., Response]
Reader = Callable[..., Write]


class BadKey(APIException):
    """A write needs a key, of a sensible length."""

    status_code = 400


class KeyReused(APIException):
    """The same key with other content: one of the two is a mistake."""

    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = f"This {HEADER} came before with another request. Use a new key for a new request."


def idempotent(handler: Handler) -> Handler:
    """Do a write once for each key and caller; the same request again is answered as before and does nothing.

    The key's row is written first, in the write's own transaction: of two at once the second waits for the first, and
    what is refused leaves nothing behind. A deadlock is tried again.
    """

    @wraps(handler)
    def read(view: ApiView, request: ApiRequest, *args: Any, **kwargs: Any) -> Write:
        def write() -> Response:
            require_as_read(view, request)
            return handler(view, request, *args, **kwargs)

        return write

    return idempotent_after_reading(read)


def idempotent_after_reading(reader: Reader) -> Handler:
    """The same for a write of figures that stem from one moment: the reader reads them and returns the write.

    The moment must begin before the key's row is written, as a transaction that has begun cannot choose it any more.
    """

    @wraps(reader)
    def once(view: ApiView, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        key, content = key_of(request), hash_of(request)
        return tried_again(lambda: done_once(request, key, content, reader(view, request, *args, **kwargs)))

    once.is_idempotent = True  # type: ignore[attr-defined]
    return once


def key_of(request: ApiRequest) -> str:
    """The caller's key for this write."""
    key = request.headers.get(HEADER, "").strip()
    if not key:
        raise BadKey(f"Send a header {HEADER} with each write, new for each new fact.", code="idempotency_key_missing")
    if len(key) > LONGEST_KEY:
        raise BadKey(f"An {HEADER} has at most {LONGEST_KEY} characters.", code="idempotency_key_too_long")
    return key


def hash_of(request: ApiRequest) -> str:
    """What is asked, in one hash: the address, who for, and the content."""
    asked = [request.method, request.get_full_path(), request.headers.get("Company", ""), request.data]
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def done_once(request: ApiRequest, key: str, content: str, write: Write) -> Response:
    """The answer to a write of that key and content, which is done unless it was before; all of it or nothing."""
    answer, is_new = taken(request.user, key, content)
    if answer.request_hash != content:
        raise KeyReused
    if not is_new:
        return Response(answer.body, answer.status, headers={"Idempotent-Replay": "true"})
    try:
        response = write()
    except ApprovalNeeded as needed:
        response = sent_for_approval(request, needed)
    answer.status = response.status_code
    answer.body = json.loads(JSONRenderer().render(response.data) or "null")
    answer.save(update_fields=["status", "body"])
    return response
