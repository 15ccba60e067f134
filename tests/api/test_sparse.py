"""Only the fields that are asked for, out of a closed set."""

from datetime import date
from typing import Any

import pytest

from office.api.docs import description
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def test_a_list_shows_what_is_asked_for_of_each_row_and_where_it_goes_on(program: Program, customer: Any) -> None:
    first, second = world.issue(customer, "10.00", DAY), world.issue(customer, "20.00", DAY)

    page = program.get("invoices/", fields="total, number", limit=1).json()
    assert page["results"] == [{"number": first.number, "total": "10.00"}]
    rest = program.get("invoices/", fields="number", cursor=page["next"]).json()
    assert rest == {"results": [{"number": second.number}], "next": None}


def test_an_object_shows_what_is_asked_for_inside_it_too(program: Program, customer: Any) -> None:
    path = f"invoices/{world.issue(customer, [world.line('10.00'), world.line('5.00')], DAY).pk}/"
    whole = program.get(path).json()

    assert program.get(path, fields="number,lines.quantity,lines.description").json() == {
        "number": whole["number"],
        "lines": [
            {name: line[name] for name in line if name in ("quantity", "description")} for line in whole["lines"]
        ],
    }
    assert program.get(path, fields="lines").json() == {"lines": whole["lines"]}
    assert program.get(path, fields="lines,lines.quantity").json() == {"lines": whole["lines"]}
    assert program.get(path, fields="number")["ETag"] != program.get(path)["ETag"]


@pytest.mark.parametrize(
    "names", ["", ",", "password", "lines.password", "number.x", "user__password", "lines..quantity", "NUMBER", "é\x00"]
)
def test_a_field_that_there_is_not_is_refused_with_those_there_are(program: Program, customer: Any, names: str) -> None:
    answer = program.get(f"invoices/{world.draft(customer, '1.00').pk}/", fields=names)

    assert refused(answer) == (400, "invalid_input")
    [told] = answer.json()["errors"]["fields"]
    assert told.startswith("There is no “")
    assert "number, " in told
    assert "lines.quantity" in told


def test_a_very_long_wish_is_answered_in_few_words(program: Program, customer: Any) -> None:
    answer = program.get("customers/", fields=",".join(f"x{number}" * 30 for number in range(500)))
    assert refused(answer) == (400, "invalid_input")
    assert len(answer.content) < 4000


def test_what_has_no_fields_says_so(program: Program, customer: Any) -> None:
    path = f"invoices/{world.issue(customer, '10.00', DAY).pk}/pdf/"
    assert program.get(path, fields="number").json()["errors"]["fields"] == [
        "This answer has no fields to choose from."
    ]


def test_a_wish_opens_nothing_that_is_not_ones_own(stranger: Program, customer: Any) -> None:
    assert refused(stranger.get(f"customers/{customer.pk}/", fields="name")) == (404, "not_found")


def test_the_description_offers_it_wherever_there_are_fields() -> None:
    reads = {path: each["get"] for path, each in description()["paths"].items() if "get" in each}
    offered = {path for path, get in reads.items() if "fields" in {one["name"] for one in get["parameters"]}}
    assert len(offered) > 100
    assert "/api/v1/invoices/{invoice_id}/pdf/" not in offered
