"""How an operation says no."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """Something a rule of the office does not allow. Screens show the message, the API answers 409 with the code.

    `more` is what a program reads beside it.
    """

    def __init__(self, message: str, *, code: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.more = more or {}
