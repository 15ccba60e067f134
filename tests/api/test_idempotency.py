"""The same key has the same effect and the same answer, once; case API-01."""

import re
from datetime import date

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from rest_framework.response import Response

from billing.models import Invoice
from office.api.idempotency import idempotent
from office.models import IdempotentAnswer
from payments.models import Receipt
from tests import world
from tests.api.calling import Program, a_client, refused

DAY = date(2026, 3, 1)


def draft_of(customer, price="100.00"):
    return {"customer": customer.pk, "lines": [{"description": "Work", "unit_price": price}]}


def test_api_01_a_retry_with_the_same_key_gets_the_same_invoice(program, customer):
    first = program.post("invoices/", draft_of(customer), key="K")
    again = program.post("invoices/", draft_of(customer), key="K")

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert "Idempotent-Replay" not in first
    assert again["Idempotent-Replay"] == "true"
    assert Invoice.objects.count() == 1


def test_api_01_a_new_key_makes_a_second_invoice(program, customer):
    first = program.post("invoices/", draft_of(customer), key="K")
    second = program.post("invoices/", draft_of(customer), key="L")

    assert first.json()["id"] != second.json()["id"]
    assert Invoice.objects.count() == 2


def test_api_01_two_at_once_with_one_key_make_one_invoice_and_one_number(in_parallel):
    customer = world.make_customer(world.make_company())
    program = Program(world.make_user(customer.company))
    drafts = in_parallel([lambda: program.post("invoices/", draft_of(customer), key="K")] * 2)
    [draft_id] = {answer.json()["id"] for answer in drafts}
    issues = in_parallel([lambda: program.post(f"invoices/{draft_id}/issue/", key="L")] * 2)

    assert [answer.status_code for answer in drafts + issues] == [201, 201, 200, 200]
    assert sorted("Idempotent-Replay" in answer for answer in issues) == [False, True]
    assert {answer.json()["number"] for answer in issues} == {Invoice.objects.get().number}


def test_api_01_a_double_click_on_the_screen_makes_one_and_issues_it_once(client, company, customer):
    client.force_login(world.make_user(company, "manager"))
    typed = {"customer": customer.pk, "dated_on": DAY, "net_days": "30", "currency": "EUR", "exchange_rate": "1"}
    typed |= {"discount_amount": "0", "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
    typed |= {"lines-0-description": "Work", "lines-0-quantity": "1", "lines-0-unit_price": "100"}
    page = reverse("billing:invoice_new")
    key = re.findall(r'name="key" value="([^"]+)"', client.get(page).content.decode())[0]
    answers = [client.post(page, typed | {"key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    draft = Invoice.objects.get()
    for _ in range(2):
        client.post(reverse("billing:issue_invoice", args=[draft.pk]))
    assert Invoice.objects.get().number == f"INV-{DAY.year}-0001"
    another = re.findall(r'name="key" value="([^"]+)"', client.get(page).content.decode())[0]
    client.post(page, typed | {"key": another})  # the control: a page drawn anew makes another
    assert Invoice.objects.count() == 2


def test_the_same_key_with_another_body_is_refused_and_does_nothing(program, customer):
    program.post("invoices/", draft_of(customer), key="K")

    other = program.post("invoices/", draft_of(customer, "200.00"), key="K")

    assert refused(other) == (422, "idempotency_key_reused")
    assert Invoice.objects.count() == 1


def test_the_same_key_at_another_address_is_refused(program, customer):
    invoice = world.draft(customer, "1.00")
    program.post("invoices/", draft_of(customer), key="K")

    assert refused(program.post(f"invoices/{invoice.pk}/issue/", key="K")) == (422, "idempotency_key_reused")


def test_the_order_of_a_bodys_fields_makes_no_other_request(program, customer):
    body = draft_of(customer)
    program.post("invoices/", body, key="K")

    assert program.post("invoices/", dict(reversed(body.items())), key="K")["Idempotent-Replay"] == "true"


def test_a_write_without_a_key_is_refused(program, customer):
    assert refused(program.post("invoices/", draft_of(customer), key="")) == (400, "idempotency_key_missing")
    assert refused(program.post("invoices/", draft_of(customer), key="k" * 101)) == (400, "idempotency_key_too_long")
    assert not Invoice.objects.exists()


def test_a_refusal_keeps_nothing_so_the_key_can_be_used_when_its_cause_is_gone(program, customer):
    draft = program.post("invoices/", {"customer": customer.pk}).json()
    refusal = program.post(f"invoices/{draft['id']}/issue/", key="K")
    program.put(f"invoices/{draft['id']}/", draft_of(customer) | {"version": draft["version"]})

    assert refused(refusal) == (409, "nothing_to_bill")
    assert program.post(f"invoices/{draft['id']}/issue/", key="K").json()["number"]


def test_wrong_input_keeps_nothing(program, customer):
    program.post("invoices/", {"customer": "?"}, key="K")
    assert not IdempotentAnswer.objects.exists()
    assert program.post("invoices/", draft_of(customer), key="K").status_code == 201


def test_two_callers_may_use_the_same_key(program, manager, customer):
    first = program.post("invoices/", draft_of(customer), key="K")
    second = Program(manager).post("invoices/", draft_of(customer), key="K")

    assert first.json()["id"] != second.json()["id"]


def test_a_key_is_worth_nothing_to_who_lost_the_right(program, clerk, customer):
    program.post("invoices/", draft_of(customer), key="K")
    clerk.groups.clear()

    assert refused(program.post("invoices/", draft_of(customer), key="K")) == (403, "permission_denied")


def test_api_02_ten_payments_at_once_apply_exactly_what_was_open(in_parallel):
    customer = world.make_customer(world.make_company())
    invoice = world.issue(customer, "500.00", DAY)
    item = world.item_of(invoice).pk
    program = Program(world.make_user(customer.company))
    body = {
        "customer": customer.pk,
        "amount": "500.00",
        "received_on": "2026-03-05",
        "allocate": [{"item": item, "amount": "500.00"}],
    }

    answers = in_parallel([lambda: program.post("receipts/", body | {"excess": "keep"})] * 10)

    assert [answer.status_code for answer in answers] == [201] * 10
    assert sorted(answer.json()["free"] for answer in answers) == ["0.00"] + ["500.00"] * 9
    account = program.get(f"invoices/{invoice.pk}/").json()["account"]
    assert (account["paid"], account["due"]) == ("500.00", "0.00")
    owed = program.get(f"customers/{customer.pk}/open-items/").json()
    assert owed["totals"] == [{"currency": "EUR", "owed": "-4500.00"}]


def test_api_02_ten_payments_at_once_are_refused_but_one_where_excess_is_not_kept(in_parallel):
    customer = world.make_customer(world.make_company())
    invoice = world.issue(customer, "500.00", DAY)
    program = Program(world.make_user(customer.company))
    body = {
        "customer": customer.pk,
        "amount": "500.00",
        "received_on": "2026-03-05",
        "allocate": [{"item": world.item_of(invoice).pk, "amount": "500.00"}],
        "excess": "refuse",
    }

    answers = in_parallel([lambda: program.post("receipts/", body)] * 10)

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert {refused(answer) for answer in answers if answer.status_code != 201} == {(409, "more_than_open")}
    assert Receipt.objects.count() == 1
    assert world.open_of(invoice) == 0


def test_api_03_a_gateways_repeated_notice_is_one_payment(in_parallel):
    customer = world.make_customer(world.make_company())
    world.issue(customer, "80.00", DAY)
    program = Program(world.make_user(customer.company))

    def notify(external_id):
        body = {"customer": customer.pk, "amount": "50.00", "received_on": "2026-03-05", "allocate": "oldest_first"}
        return program.post("receipts/", body | {"external_id": external_id})

    repeated = [*in_parallel([lambda: notify("pay-1")] * 2), notify("pay-1")]
    another = notify("pay-2")

    assert [answer.status_code for answer in [*repeated, another]] == [201] * 4
    assert len({answer.json()["id"] for answer in repeated}) == 1
    assert repeated[-1].json()["free"] == "0.00"
    assert (another.json()["free"], Receipt.objects.count()) == ("20.00", 2)


def test_api_03_a_notice_that_comes_again_does_not_apply_what_was_left(program, customer):
    body = {
        "customer": customer.pk,
        "amount": "50.00",
        "received_on": "2026-03-05",
        "allocate": "oldest_first",
        "external_id": "pay-1",
    }
    program.post("receipts/", body)
    invoice = world.issue(customer, "30.00", DAY)

    assert program.post("receipts/", body).json()["free"] == "50.00"
    assert world.open_of(invoice) == 30


class Caller:
    """Enough of a request for the decorator."""

    def __init__(self, user):
        self.user, self.headers, self.data, self.method = user, {"Idempotency-Key": "K"}, {}, "POST"

    def get_full_path(self):
        return "/"


def deadlock():
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")


@pytest.mark.parametrize(("deadlocks", "tries"), [(2, 3), (3, 3)])
def test_a_deadlock_is_tried_again_three_times_at_most(clerk, deadlocks, tries):
    tried = []

    @idempotent
    def write(view, request):
        tried.append(1)
        if len(tried) <= deadlocks:
            deadlock()
        return Response({})

    if deadlocks < tries:
        assert write(None, Caller(clerk)).status_code == 200
    else:
        with pytest.raises(OperationalError):
            write(None, Caller(clerk))
    assert len(tried) == tries


@pytest.mark.parametrize("levels", [65, 900, 10_000])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_what_is_nested_deeper_than_anybody_means_it_is_refused(
    program: Program, opened: str, closed: str, levels: int
) -> None:
    nested = opened * levels + "1" + closed * levels
    answer = a_client().post(
        "/api/v1/customers/",
        nested,
        content_type="application/json",
        headers=program.headers | {"Idempotency-Key": "K"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert IdempotentAnswer.objects.count() == 0
