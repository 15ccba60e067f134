"""Many facts in one call: each row has its own answer, as if it had come alone."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.response import Response

from office.answers import taken
from office.api.errors import Problem, answer_error, problem
from office.api.fields import Input
from office.api.idempotency import LONGEST_KEY, BadKey, KeyReused, done_once, hash_of, key_of
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest
from office.work.retrying import tried_again

MOST = 500
ROOM = len(f"#{MOST}")


class BulkOut(serializers.Serializer):
    """What became of one row."""

    row = serializers.IntegerField(help_text="Its place in what was sent, from 0.")
    status = serializers.IntegerField(help_text="What it would have been answered alone.")
    body = serializers.DictField(required=False, help_text="What was made, where it was.")
    problem = Problem(required=False, help_text="Why it was not.")


class BulkAnswer(serializers.Serializer):
    """A row's answer for each row, in their order."""

    done = serializers.IntegerField(help_text="How many rows were done.")
    refused = serializers.IntegerField(help_text="How many were not.")
    results = BulkOut(many=True)


class BulkIn(Input):
    """Rows, of which each is read by itself, so that a bad one stops no other."""

    rows = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST)
    all_or_nothing = serializers.BooleanField(
        default=False, help_text="Do none where one is refused; all are told what they would have been answered."
    )


def many(row: type[Input]) -> type[BulkIn]:
    """What a call of many takes, as it is described: rows of a kind."""
    fields = {"rows": row(many=True), "__doc__": f"At most {MOST} rows; a bad one stops no other."}
    return type(f"Many{row.__name__}", (BulkIn,), fields)


class _Undo(Exception):
    """Takes the transaction back."""


def in_bulk(do_row: Callable[[Any, ApiRequest, Any], Response]) -> Callable[..., HttpResponse]:
    """Make of a function that does one row a `post` that does many.

    Each row is done once for the call's key and its place, in a transaction of its own: what a lost call had done is
    answered again, and the rest is done then. `all_or_nothing` puts all rows in one transaction.
    """

    @wraps(do_row)
    def post(view: ApiView, request: ApiRequest) -> HttpResponse:
        data, key = checked(BulkIn, request.data), key_of(request)
        if len(key) > LONGEST_KEY - ROOM:
            said = f"The key of many has at most {LONGEST_KEY - ROOM} characters."
            raise BadKey(said, code="idempotency_key_too_long")
        _claim(request, key)

        def one(place: int) -> dict[str, Any]:
            row = data["rows"][place]

            def write() -> Response:
                return do_row(view, request, row)

            return _answer_of(place, lambda: done_once(request, f"{key}#{place}", _hash(row), write))

        places = range(len(data["rows"]))
        if not data["all_or_nothing"]:
            return _told([tried_again(lambda place=place: one(place)) for place in places])  # type: ignore[misc]
        return tried_again(lambda: _all_or_nothing([*places], one))

    post.is_idempotent = True  # type: ignore[attr-defined]
    return post


def _claim(request: ApiRequest, key: str) -> None:
    """Keep what the key was first used for. Raises KeyReused where it comes with something else."""
    content = hash_of(request)
    answer, _ = taken(request.user, key, content)
    if answer.request_hash != content:
        raise KeyReused


def _all_or_nothing(places: Sequence[int], one: Callable[[int], dict[str, Any]]) -> HttpResponse:
    results: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            results += [one(place) for place in places]
            if any("problem" in result for result in results):
                raise _Undo
    except _Undo:
        return problem(409, "one_refused", "One of them is refused, so none is done.", results=results)
    return _told(results)


def _answer_of(place: int, work: Callable[[], Response]) -> dict[str, Any]:
    """A row's answer; what is refused is taken back alone."""
    try:
        response = work()
    except Exception as error:
        if (refusal := answer_error(error, {})) is None:
            raise
        return {"row": place, "status": refusal.status_code, "problem": json.loads(refusal.content)}
    return {"row": place, "status": response.status_code, "body": response.data}


def _told(results: list[dict[str, Any]]) -> Response:
    refused = sum("problem" in result for result in results)
    return Response({"done": len(results) - refused, "refused": refused, "results": results})


def _hash(row: Any) -> str:
    return sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
