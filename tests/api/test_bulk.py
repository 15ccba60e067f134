"""Many facts in one call: a row's answer is its own, and the key of the whole holds for each row."""

from typing import Any

import pytest

from billing.models import Invoice
from customers.models import Customer
from office.api.bulk import MOST
from office.models import User
from payments.models import Receipt
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
LINES = [{"description": "Hours", "quantity": "2", "unit_price": "50.00"}]


def statuses(answer: Any) -> list[int]:
    return [row["status"] for row in answer.json()["results"]]


def test_a_bad_row_stops_no_other_and_says_why(program: Program, customer: Any) -> None:
    rows: list[Any] = [
        {"customer": customer.pk, "lines": LINES, "issue": True},
        {"customer": customer.pk, "lines": LINES, "colour": "red"},
        {"customer": 10**12, "lines": LINES},
        {"customer": customer.pk, "issue": True},
        "red",
        {"customer": customer.pk, "lines": LINES},
    ]
    answer = program.post("invoices/many/", {"rows": rows})

    assert answer.status_code == 200
    assert statuses(answer) == [201, 400, 404, 409, 400, 201]
    told = answer.json()
    assert (told["done"], told["refused"]) == (2, 4)
    assert [row["row"] for row in told["results"]] == [0, 1, 2, 3, 4, 5]
    assert told["results"][0]["body"]["total"] == "100.00"
    assert told["results"][1]["problem"]["errors"] == {"colour": ["There is no such field."]}
    assert list(Invoice.objects.order_by("pk").values_list("status", flat=True)) == ["issued", "draft"]


def test_all_or_nothing_does_none_where_one_is_refused(program: Program, customer: Any) -> None:
    good, bad = {"customer": customer.pk, "lines": LINES, "issue": True}, {"customer": customer.pk, "issue": True}
    answer = program.post("invoices/many/", {"rows": [good, bad, good], "all_or_nothing": True}, key="K")

    assert refused(answer) == (409, "one_refused")
    assert statuses(answer) == [201, 409, 201]
    assert not Invoice.objects.exists()
    again = program.post("invoices/many/", {"rows": [good, good], "all_or_nothing": True})
    assert (again.status_code, statuses(again)) == (200, [201, 201])
    assert Invoice.objects.filter(status="issued").count() == 2


def test_the_same_call_again_does_nothing_more_and_other_rows_need_another_key(program: Program, customer: Any) -> None:
    row = {"customer": customer.pk, "amount": "10.00", "method": "transfer"}
    first = program.post("receipts/many/", {"rows": [row, row]}, key="K")
    again = program.post("receipts/many/", {"rows": [row, row]}, key="K")

    assert statuses(first) == [201, 201]
    assert again.json() == first.json()
    assert Receipt.objects.count() == 2
    assert refused(program.post("receipts/many/", {"rows": [row]}, key="K")) == (422, "idempotency_key_reused")
    assert refused(program.post("receipts/many/", {"rows": [row]}, key=""))[1] == "idempotency_key_missing"
    assert refused(program.post("receipts/many/", {"rows": [row]}, key="K" * 97))[1] == "idempotency_key_too_long"
    assert Receipt.objects.count() == 2


def test_what_a_lost_call_did_is_answered_and_the_rest_is_done(
    program: Program, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"name": "Elm"}, {"name": "Ash"}, {"name": "Fir"}]
    keep, calls = "customers.api.views.create_customer", []
    from customers.operations.create_customer import create_customer

    def breaks(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the plug was pulled")
        return create_customer(*args, **kwargs)

    monkeypatch.setattr(keep, breaks)
    with pytest.raises(RuntimeError):
        program.post("customers/many/", {"rows": rows}, key="K")
    assert Customer.objects.filter(name__in=["Elm", "Ash", "Fir"]).count() == 2
    answer = program.post("customers/many/", {"rows": rows}, key="K")

    assert statuses(answer) == [201, 201, 201]
    assert sorted(Customer.objects.exclude(pk=customer.pk).values_list("name", flat=True)) == ["Ash", "Elm", "Fir"]


def test_customers_are_added_and_changed_in_one_call(program: Program, customer: Any) -> None:
    change = {"id": customer.pk, "version": customer.version, "name": "Castell AG"}
    answer = program.post(
        "customers/many/", {"rows": [{"name": "Elm"}, change, change, {"id": customer.pk, "name": "No version"}]}
    )

    assert statuses(answer) == [201, 200, 409, 400]
    assert [row.get("problem", {}).get("code") for row in answer.json()["results"]][2:] == ["stale", "invalid_input"]
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Castell AG", "Elm"]


@pytest.mark.parametrize("rows", [[], [{"name": "Elm"}] * (MOST + 1), "Elm", None])
def test_as_many_rows_as_are_taken_at_once(program: Program, rows: Any) -> None:
    answer = program.post("customers/many/", {"rows": rows})
    assert refused(answer) == (400, "invalid_input")
    assert list(answer.json()["errors"]) == ["rows"]
    assert not Customer.objects.exists()


def test_a_row_does_no_more_than_its_caller_may(company: Any, customer: Any) -> None:
    seller = Program(world.make_user(company, "sales"))
    customer.sales_owner = None
    row = {"customer": customer.pk, "lines": LINES}
    answer = seller.post("invoices/many/", {"rows": [row, row | {"issue": True}]})
    assert statuses(answer) == [201, 403]
    assert list(Invoice.objects.values_list("status", flat=True)) == ["draft"]
    changed = seller.post("customers/many/", {"rows": [{"id": customer.pk, "version": 1, "name": "Mine"}]})
    assert statuses(changed) == [403]
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post("invoices/many/", {"rows": [row]})) == (403, "permission_denied")


def test_rows_of_another_company_are_not_found(stranger: Program, customer: Any, clerk: User) -> None:
    rows = [{"customer": customer.pk, "lines": LINES}]
    assert statuses(stranger.post("invoices/many/", {"rows": rows})) == [404]
    changes = [{"id": customer.pk, "version": 1, "name": "Mine"}]
    assert statuses(stranger.post("customers/many/", {"rows": changes})) == [404]
    customer.refresh_from_db()
    assert customer.name != "Mine"
