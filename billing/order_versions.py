"""What changed from one version of an order or shipment to the next, as somebody reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from billing.models import OrderVersion, ShipmentVersion

WORDS = {
    "po_number": "Their order number",
    "item_code": "code",
    "order_line": "order line",
    "tax": "tax",
    "net": "net",
    "tolerance_percent": "tolerance in percent",
    "wanted_on": "wanted on",
}
UNTOLD = {"id", "position", "product"}


@dataclass(frozen=True)
class Difference:
    """One thing that changed: which, what it was, and what it is."""

    what: str
    was: str
    now: str


@dataclass(frozen=True)
class Change:
    """A change: the version before it, and what differs."""

    version: OrderVersion | ShipmentVersion
    differences: list[Difference]


def changes_of(versions: list[Any], now: Mapping[str, Any]) -> list[Change]:
    """The changes, the newest first; `now` is what stands."""
    changes = []
    for version in versions:  # the newest first
        changes.append(Change(version, list(differences(version.facts, now))))
        now = version.facts
    return changes


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs between two kept states, the head first and then line by line."""
    for name in after:
        if name != "lines" and before.get(name, "") != after[name]:
            yield Difference(words_of(name), before.get(name, ""), after[name])
    were = {line["id"]: line for line in before["lines"]}
    are = {line["id"]: line for line in after["lines"]}
    for pk, line in are.items():
        if pk not in were:
            yield Difference(f"Line {line['position']}", "", _told(line))
    for pk, line in were.items():
        if pk not in are:
            yield Difference(f"Line {line['position']}", _told(line), "")
            continue
        for name in sorted(line.keys() - UNTOLD):
            if line[name] != are[pk].get(name, ""):
                yield Difference(f"Line {are[pk]['position']}, {words_of(name).lower()}", line[name], are[pk][name])


def words_of(name: str) -> str:
    """What a kept fact is called."""
    words = WORDS.get(name, name.removesuffix("_on").replace("_", " "))
    return words[0].upper() + words[1:]


def _told(line: Mapping[str, Any]) -> str:
    return f"{line['quantity']} {line['unit']} {line['description']}".replace("  ", " ")
