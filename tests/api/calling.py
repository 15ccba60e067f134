"""A program that calls the API with a token."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from rest_framework.test import APIClient, ForceAuthClientHandler

from office.models import User
from office.operations.create_api_token import KeyDetails, create_api_token

HANDLER = ForceAuthClientHandler(enforce_csrf_checks=False)
HANDLER.load_middleware()
"""The site as every client calls it: made once, as reading all static files anew takes longer than most tests."""


def a_client() -> APIClient:
    """A client of its own, so that threads share none."""
    client = APIClient()
    client.handler = HANDLER
    return client


class Program:
    """Calls under /api/v1/ as a member of staff; each write has a key of its own unless one is given."""

    def __init__(self, user: User | None, **details: Any) -> None:
        """`details` are those of the key; without any it does whatever the user may."""
        self.headers = {}
        if user:
            self.key, secret = create_api_token("tests", KeyDetails(**details), by=user)
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._send("get", path, query)

    def post(self, path: str, body: Any = None, key: str | None = None) -> HttpResponse:
        key = uuid4().hex if key is None else key
        return self._send("post", path, {} if body is None else body, {"Idempotency-Key": key} if key else {})

    def put(self, path: str, body: Any, match: str | None = None) -> HttpResponse:
        """Put it in place of what is read just before, unless `match` names what was read; "" names nothing."""
        match = self.get(path).get("ETag", "") if match is None else match
        return self._send("put", path, body, {"If-Match": match} if match else {})

    def delete(self, path: str) -> HttpResponse:
        return self._send("delete", path, None)

    def _send(self, method: str, path: str, data: Any, headers: dict[str, str] | None = None) -> HttpResponse:
        more = {} if method == "get" else {"format": "json"}
        headers = self.headers | (headers or {})
        return getattr(a_client(), method)(f"/api/v1/{path}", data, headers=headers, **more)


def refused(answer: HttpResponse) -> tuple[int, str]:
    """Status and code of a refusal, which all have one form."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    body = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    return body["status"], body["code"]
