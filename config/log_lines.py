"""How a line of the log looks: as words or, with LOG_FORMAT=json, as one JSON object; each says what it belongs to."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from office.masking import mask

request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")
FACTS = ("route", "method", "status", "milliseconds", "user_id")
"""What the line of a request says besides."""


@contextmanager
def belonging_to(request: str) -> Iterator[None]:
    """Inside, every line and every task that is rung for bears this request's id."""
    token = request_id.set(request)
    try:
        yield
    finally:
        request_id.reset(token)


class Line(logging.Formatter):
    """One line of words, with the trace of an error after it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        """The words on one line, whatever they say: nothing that came in begins a line that looks like ours."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        about = request_id.get()
        return mask(super().format(record)) + (f" [{about}]" if about else "")


class JsonLine(logging.Formatter):
    """One line that is a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({key: value for key, value in self._said(record).items() if value not in ("", None)})

    def _said(self, record: logging.LogRecord) -> dict[str, Any]:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
            "request_id": request_id.get(),
            "task_id": task_id.get(),
        }
        if record.exc_info:
            said["error"] = mask(self.formatException(record.exc_info))
        return said | {name: getattr(record, name, None) for name in FACTS}
