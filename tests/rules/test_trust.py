"""README's "Who trusts whom" names each door without a log-in and each service that is asked, with a test for each."""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.rules.test_doors import OPEN

README = (Path(__file__).parents[2] / "README.md").read_text()
SECTION = README.partition("### Who trusts whom\n")[2].partition("\nA door")[0]
ROWS = [line.strip("| ").split(" | ") for line in SECTION.splitlines()[2:]]
WHO = " ".join(row[0] for row in ROWS)
ENVIRONMENT = README.partition("## Environment\n")[2].partition("\n## ")[0]
OURS = {"SITE_URL", "SECRET_KEY"}


def open_routes(resolver: URLResolver, before: str = "/") -> set[str]:
    """The addresses of all routes that need no log-in."""
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found |= open_routes(pattern, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "door", "") == OPEN:
            found.add(before + str(pattern.pattern))
    return found


def test_each_door_without_a_log_in_has_a_row() -> None:
    named = re.findall(r"`(/[\w/-]+)`", WHO)
    routes = open_routes(get_resolver())
    assert len(routes) > 50
    assert sorted(route for route in routes if not route.startswith(tuple(named))) == []
    assert [each for each in named if not any(route.startswith(each) for route in routes)] == []


def test_each_service_of_the_environment_has_a_row() -> None:
    asked = re.findall(r"\b[A-Z_]+_(?:URL|ISSUER|METADATA|SERVICE|SERVERS|NETWORKS|KEY)\b", WHO)
    names = re.findall(r"`([A-Z_]+)`", " ".join(line.split("|")[1] for line in ENVIRONMENT.splitlines()[2:] if line))
    services = {
        name for name in names if re.search("_(URL|ISSUER|METADATA|SERVICE|SERVERS|NETWORKS|SECRET_KEY)$", name)
    }
    assert services - OURS == set(asked)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_row_says_all_four_and_names_a_test(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)
    assert "`tests/" in row[3]
