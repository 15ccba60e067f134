"""The API in short lines, one for each thing that a program may lean on: what it kept saying, we keep."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from office.api.changes import CHANGES
from office.api.docs import description

KEPT = Path(__file__).parent / "kept_v1.txt"
"""The listing as it was last kept, by `manage.py keep_api_listing`."""


def listing() -> list[str]:
    """Every operation with its parameters, and every field of what it takes and shows, in order."""
    written = description()
    lines = set(_operations(written["paths"]))
    for name, schema in written["components"]["schemas"].items():
        lines |= set(_fields(name, schema))
    return sorted(lines)


def broken(kept: list[str], now: list[str]) -> list[str]:
    """What programs leaned on and lost: lines that went, and new things that they must send."""
    gone = set(kept) - set(now)
    names = {line.split(" ")[0] for line in kept}
    asked = {line for line in set(now) - set(kept) if line.endswith(" required") and _owner(line) in names}
    told = {line for change in CHANGES for line in change.breaks}
    return sorted((gone | asked) - told)


def kept_listing() -> list[str]:
    """The listing that is kept."""
    return KEPT.read_text().splitlines()


def _operations(paths: dict[str, Any]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            name = operation["operationId"]
            yield f"{name} {method} {path}"
            for one in operation.get("parameters", []):
                needed = " required" if one.get("required") and one["in"] != "path" else ""
                yield f"{name} {one['in']} {one['name']}{needed}"
            for status, answer in operation["responses"].items():
                for media in answer.get("content", {"nothing": None}):
                    yield f"{name} answers {status} {media}"


def _fields(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"{name} is {schema.get('type', 'any')}"
    for value in schema.get("enum", []):
        yield f"{name} value {value}"
    for field, held in schema.get("properties", {}).items():
        yield f"{name} field {field}: {_kind(held)}"
    for field in schema.get("required", []):
        yield f"{name} field {field} required"


def _kind(held: dict[str, Any]) -> str:
    parts = [held, *held.get("allOf", []), *held.get("oneOf", [])]
    if reference := next((part["$ref"] for part in parts if "$ref" in part), ""):
        return str(reference.rpartition("/")[2])
    if held.get("type") == "array":
        return f"list of {_kind(held.get('items', {}))}"
    return str(held.get("type", "any"))


def _owner(line: str) -> str:
    return line.split(" ", maxsplit=1)[0]
