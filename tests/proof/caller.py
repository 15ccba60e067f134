"""A program that does the day's work by the API, and sends a request again until it is answered."""

import json
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

PATIENCE = 90
"""Seconds for which a request is sent again."""
BUSY = {429, 500, 502, 503, 504}


class NotAnswered(Exception):
    """A request that was answered by nobody, or otherwise than it must be."""


class Caller:
    """Calls under /api/v1/ with one key."""

    def __init__(self, port: int, secret: str) -> None:
        self.root = f"http://127.0.0.1:{port}/api/v1/"
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self.again = 0

    def get(self, path: str) -> Any:
        """What stands there."""
        return self._until_answered("GET", path, None, "")

    def post(self, path: str, key: str, **said: Any) -> Any:
        """Write something once for this key, however often it must be sent."""
        return self._until_answered("POST", path, said, key)

    def _until_answered(self, method: str, path: str, said: Any, key: str) -> Any:
        until, last = time.monotonic() + PATIENCE, ""
        while time.monotonic() < until:
            try:
                return self._call(method, path, said, key)
            except HTTPError as error:
                last = f"{error.code} {error.read()[:500].decode(errors='replace')}"
                if error.code not in BUSY:
                    raise NotAnswered(f"{method} {path}: {last}") from error
            except (URLError, OSError, ValueError) as error:
                last = repr(error)
            self.again += 1
            time.sleep(0.2)
        raise NotAnswered(f"{method} {path}: {last}")

    def _call(self, method: str, path: str, said: Any, key: str) -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        body = None if said is None else json.dumps(said).encode()
        request = Request(self.root + path, data=body, headers=headers, method=method)
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
