"""Whether a package that we install has a known hole: `python -m config.dependency_audit`, a step of `bin/test`.

Needs no network. Two lists are kept with the code: `dependencies.csv` says of each package of the lock in which version
and when it was last looked at, and `advisories.csv` which versions have which hole, and what we answer where one of
ours has: why it does not reach us. `--online` asks OSV (osv.dev) once about all that is pinned and writes both anew.
"""

import csv
import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
OSV = "https://api.osv.dev/v1/querybatch"
PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")

Rows = list[dict[str, str]]


@dataclass
class Lists:
    """What we know of packages: one row for each that was looked at, one for each hole."""

    dependencies: Rows
    advisories: Rows


def pinned(root: Path = ROOT) -> dict[str, str]:
    """The version of each package of the locks, by its name in lower case."""
    lines = [line for lock in LOCKS for line in (root / lock).read_text().splitlines()]
    return {found[1].lower(): found[2] for found in map(PINNED.match, lines) if found}


def wrong_with(pins: dict[str, str], lists: Lists) -> Iterator[str]:
    """What is to be mended, in words: packages nobody looked at in this version, and holes without an answer."""
    looked_at = {row["package"]: row["version"] for row in lists.dependencies}
    for package, pin in pins.items():
        if looked_at.get(package) != pin:
            yield f"{package} {pin} is not in dependencies.csv: look at it, or run --online"
    yield from (f"{package} is in dependencies.csv and in no lock" for package in looked_at if package not in pins)
    for row in lists.advisories:
        package, ours = row["package"], pins.get(row["package"])
        if ours and not row["answer"].strip() and Version(ours) in SpecifierSet(row["affected"], prereleases=True):
            yield f"{package} {ours} has {row['id']}: upgrade it, or answer in advisories.csv why it is no danger"


def installed_otherwise(pins: dict[str, str]) -> Iterator[str]:
    """The packages that stand here in another version than the lock's, in words."""
    for package, pin in pins.items():
        try:
            here = version(package)
        except PackageNotFoundError:
            continue
        if here != pin:
            yield f"{package} is installed as {here}, and the lock says {pin}"


def refreshed(pins: dict[str, str], lists: Lists, *, on: date) -> Lists:
    """The lists after OSV was asked about each pin; what we answered stays. Raises OSError where it does not answer."""
    asked = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": pin} for name, pin in pins.items()]
    body = json.dumps({"queries": asked}).encode()
    request = urllib.request.Request(OSV, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  an address of ours
        results: list[dict[str, Any]] = json.load(answer)["results"]
    return with_found(pins, lists, results, on=on)


def with_found(pins: dict[str, str], lists: Lists, results: list[dict[str, Any]], *, on: date) -> Lists:
    """The lists with what OSV found of each pin, in their order."""
    known = {(row["package"], row["id"]) for row in lists.advisories}
    new = [
        {"package": name, "affected": f"=={pin}", "id": hole["id"], "answer": ""}
        for (name, pin), result in zip(pins.items(), results, strict=True)
        for hole in result.get("vulns", [])
        if (name, hole["id"]) not in known
    ]
    looked_at = [{"package": name, "version": pin, "looked_on": str(on)} for name, pin in pins.items()]
    return Lists(looked_at, lists.advisories + new)


def read(root: Path = ROOT) -> Lists:
    """The lists as they are kept."""
    return Lists(*(list(csv.DictReader((root / "config" / name).open())) for name in FILES))


def write(lists: Lists, root: Path = ROOT) -> None:
    """Keep the lists, in the order of packages."""
    for (name, heads), rows in zip(FILES.items(), (lists.dependencies, lists.advisories), strict=True):
        with (root / "config" / name).open("w", newline="") as file:
            lines = csv.DictWriter(file, heads, lineterminator="\n")
            lines.writeheader()
            lines.writerows(sorted(rows, key=lambda row: row["package"]))


FILES = {
    "dependencies.csv": ("package", "version", "looked_on"),
    "advisories.csv": ("package", "affected", "id", "answer"),
}


def main(arguments: list[str]) -> int:
    """Say what is wrong, after asking OSV where `--online` is given; 0 when nothing is."""
    pins, lists = pinned(), read()
    if "--online" in arguments:
        lists = refreshed(pins, lists, on=datetime.now(UTC).date())
        write(lists)
    wrong = [*wrong_with(pins, lists), *installed_otherwise(pins)]
    print("\n".join(wrong) if wrong else f"{len(pins)} packages, no hole that is known here and without an answer")
    never = sum(not row["looked_on"] for row in lists.dependencies)
    if never:
        print(f"{never} of them were never looked at; python -m config.dependency_audit --online looks at all")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
