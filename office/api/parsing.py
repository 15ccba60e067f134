"""How a program's JSON is read."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 64


class JsonParser(JSONParser):
    """The framework's own, which also refuses what is nested deeper than anybody means it."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            read = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise _too_deep() from error
        if is_deeper(read, DEEPEST):
            raise _too_deep()
        return read


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in each other more often than that."""
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_deeper(each, levels - 1) for each in inside)


def _too_deep() -> ParseError:
    return ParseError(f"JSON parse error - nested more than {DEEPEST} deep.")
