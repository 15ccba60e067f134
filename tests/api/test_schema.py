import pytest
from django.core.management import call_command
from django.test import Client

from office.api.docs import description
from tests.api.calling import Program, refused


def test_the_description_is_complete_and_valid(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


@pytest.fixture
def operations():
    paths = description()["paths"]
    return [(method, operation) for path in paths.values() for method, operation in path.items()]


def test_every_post_asks_for_a_key_and_every_refusal_has_one_form(operations):
    for method, operation in operations:
        headers = {one["name"] for one in operation["parameters"] if one["in"] == "header" and one.get("required")}
        assert headers - {"If-Match"} == ({"Idempotency-Key"} if method == "post" else set())
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


def test_every_endpoint_says_what_it_does(operations):
    assert [operation["operationId"] for _, operation in operations if not operation.get("description")] == []


def test_the_description_and_its_page_are_for_staff(clerk):
    browser = Client()
    assert browser.get("/api/schema/").status_code == 401
    assert browser.get("/api/docs/").status_code == 302

    browser.force_login(clerk)
    first, again = browser.get("/api/schema/"), browser.get("/api/schema/", {"format": "json"})
    assert (first.status_code, again.json()["paths"].keys()) == (200, description()["paths"].keys())
    page = browser.get("/api/docs/").content.decode()
    assert 'id="api-docs" data-schema="/api/schema/"' in page
    assert "vendor/swagger-ui-dist-5.35.0/swagger-ui-bundle.js" in page


def test_an_address_that_is_none_is_refused_in_the_one_form(program: Program):
    assert refused(program.get("nothing/")) == (404, "not_found")
