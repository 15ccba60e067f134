"""Every list for programs comes in pages that follow one another without a gap, or is short and says why."""

from typing import Any

import pytest
from django.test import Client

from office.api.docs import description
from tests.api.test_schema_fuzz import things_in

pytestmark = pytest.mark.django_db
SHORT = {
    "/api/v1/close-packs/{pack_id}/compare/": "the files of one pack",
    "/api/v1/comments/": "what was said of one thing",
    "/api/v1/companies/": "of one install",
    "/api/v1/customer-groups/": "settings",
    "/api/v1/customers/{customer_id}/account-links/": "of one customer",
    "/api/v1/customers/{customer_id}/accounts/": "of one customer",
    "/api/v1/customers/{customer_id}/credit-limit/": "of one customer",
    "/api/v1/customers/{customer_id}/exemptions/": "of one customer",
    "/api/v1/customers/{customer_id}/merge/": "what would move, by kind",
    "/api/v1/customers/{customer_id}/open-items/": "of one customer, to be applied together",
    "/api/v1/deputies/": "those that stand",
    "/api/v1/doubtful-items/": "proposed at a month's end, all together",
    "/api/v1/hold-policy/preview/": "whom a rule would hold, all together",
    "/api/v1/invoice-templates/": "settings",
    "/api/v1/invoices/{invoice_id}/attachments/": "of one invoice",
    "/api/v1/invoices/{invoice_id}/checks/": "of one invoice",
    "/api/v1/invoices/{invoice_id}/deliveries/": "of one invoice",
    "/api/v1/invoices/{invoice_id}/links/": "of one invoice",
    "/api/v1/jobs/": "the jobs of an install",
    "/api/v1/journal-accounts/": "settings",
    "/api/v1/late-charge-rules/": "settings",
    "/api/v1/late-charge-rules/choices/": "settings",
    "/api/v1/price-lists/": "settings",
    "/api/v1/price-lists/{price_list_id}/uses/": "of one list",
    "/api/v1/product-groups/": "settings",
    "/api/v1/products/{product_id}/prices/": "of one product",
    "/api/v1/provision-rates/": "settings",
    "/api/v1/reasons/": "settings",
    "/api/v1/reference-rates/": "settings",
    "/api/v1/taxes/": "settings",
    "/api/v1/terms/": "settings",
    "/api/v1/tolerances/": "settings",
    "/api/v1/webhook-events/": "kinds, written in the code",
}


SORTED_ON_A_PAGE = {"/api/v1/late-charges/preview/"}
"""Pages follow one another by customer; on each the largest claim is first."""


def lists() -> dict[str, set[str]]:
    """Each address that answers with `results`, and what may be asked of it."""
    written = description()
    found = {}
    for path, methods in written["paths"].items():
        read = methods.get("get", {})
        answer = read.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        named = answer.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "results" in written["components"]["schemas"].get(named, {}).get("properties", {}):
            found[path] = {one["name"] for one in read.get("parameters", []) if one["in"] == "query"}
    return found


def test_every_list_has_pages_or_is_short() -> None:
    without = {path for path, asked in lists().items() if "limit" not in asked}
    assert without == set(SHORT)


def test_pages_of_one_row_are_together_what_large_pages_are(everybody: Client) -> None:
    counts, wrong = [], {}
    for path, asked in lists().items():
        if path in SHORT:
            continue
        address, place = path.format(**things_in(path)), "cursor" if "cursor" in asked else "after"
        whole, rows = (all_rows(everybody, address, place, size) for size in (200, 1))
        if path in SORTED_ON_A_PAGE:
            whole, rows = (sorted(each, key=str) for each in (whole, rows))
        counts.append(len(rows))
        if rows != whole:
            wrong[path] = (len(rows), len(whole))
    assert wrong == {}
    assert sum(count > 1 for count in counts) > 25, "what has one row at most shows no order"


def all_rows(client: Client, address: str, place: str, size: int) -> list[Any]:
    """The rows of all pages of a size; they end."""
    rows: list[Any] = []
    following: dict[str, Any] | None = {}
    while following is not None:
        answer = client.get(address, {"limit": size, **following})
        assert answer.status_code == 200, (address, following, answer.content[:300])
        page = answer.json()
        rows += page["results"]
        assert len(rows) < 2_000, address
        following = None if page["next"] is None else {place: page["next"]}
    return rows
