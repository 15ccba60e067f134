from datetime import date

import pytest

from billing.models import Invoice
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 1)


def body(customer, price="100.00", **more):
    return {"customer": customer.pk, "lines": [{"description": "Work", "unit_price": price}], **more}


def test_an_invoice_goes_from_draft_to_issued(program, company, customer):
    tax = world.make_tax(company, "19")
    line = {"description": "Work", "unit_price": "40.125", "quantity": "2", "tax_id": tax.pk, "discount_percent": "10"}

    draft = program.post("invoices/", {"customer": customer.pk, "lines": [line], "dated_on": "2026-03-01"})
    issued = program.post(f"invoices/{draft.json()['id']}/issue/")

    assert (draft.status_code, issued.status_code) == (201, 200)
    assert draft.json()["number"] == ""
    assert draft.json()["state"] == "draft"
    shown = issued.json()
    assert [shown[name] for name in ("number", "state", "due_on", "currency")] == [
        "INV-2026-0001",
        "overdue",
        "2026-03-31",
        "EUR",
    ]
    assert [shown[name] for name in ("net", "tax", "total", "open")] == ["72.23", "13.72", "85.95", "85.95"]
    assert shown["lines"][0] | {"id": 0} == {
        "id": 0,
        "position": 1,
        "kind": "item",
        "section": "",
        "product_id": None,
        "item_code": "",
        "description": "Work",
        "quantity": "2",
        "unit": "",
        "unit_price": "40.125",
        "discount_percent": "10",
        "tax_id": tax.pk,
        "net": "72.23",
        "discount_share": "0.00",
        "taxable": "72.23",
        "tax_amount": "13.72",
        "tax_parts": [
            {"name": "VAT 19%", "percent": "19", "category": "S", "kind": "added", "base": "72.23", "amount": "13.72"}
        ],
        "credited_line_id": None,
        "is_amount_only": False,
        "order_id": None,
        "order_line_id": None,
        "shipment_line_id": None,
    }
    assert shown["taxes"] == [
        {
            "name": "VAT 19%",
            "category": "S",
            "percent": "19",
            "kind": "added",
            "reason": "",
            "base": "72.23",
            "amount": "13.72",
        }
    ]
    assert shown["account"] == {
        "currency": "EUR",
        "total": "85.95",
        "paid": "0.00",
        "withheld": "0.00",
        "credited": "0.00",
        "written_off": "0.00",
        "due": "85.95",
        "to_pay": "85.95",
    }
    assert program.get(f"invoices/{shown['id']}/").json() == shown


def test_each_write_says_in_the_audit_trail_who_and_through_which_door(program, customer, clerk):
    draft = program.post("invoices/", body(customer))

    row = AuditRecord.objects.get(action="draft_invoice", subject_id=draft.json()["id"])
    assert row.by == clerk
    assert row.origin == "api 127.0.0.1"


def test_a_draft_is_changed_by_who_read_its_last_version(program, customer):
    draft = program.post("invoices/", body(customer)).json()

    changed = program.put(f"invoices/{draft['id']}/", body(customer, "70.00", version=draft["version"]))
    late = program.put(f"invoices/{draft['id']}/", body(customer, "10.00", version=draft["version"]))

    assert (changed.json()["total"], changed.json()["version"]) == ("70.00", 2)
    assert refused(late) == (409, "stale")
    assert program.get(f"invoices/{draft['id']}/").json()["total"] == "70.00"


def test_a_draft_is_thrown_away_and_an_issued_document_is_not(program, customer):
    draft = program.post("invoices/", body(customer)).json()
    issued = world.issue(customer, "100.00", DAY)

    assert program.delete(f"invoices/{draft['id']}/").status_code == 204
    assert refused(program.get(f"invoices/{draft['id']}/")) == (404, "not_found")
    assert refused(program.delete(f"invoices/{issued.pk}/")) == (409, "not_a_draft")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "XXY"}, "bad_currency"),
        ({"exchange_rate": "2"}, "bad_exchange_rate"),
        ({"dated_on": "2026-03-02", "due_on": "2026-03-01"}, "due_before_dated"),
        ({"discount_amount": "-1.00"}, "bad_discount"),
        ({"lines": [{"description": "Work", "unit_price": "1.00", "tax_id": 1}]}, "unknown_tax"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_with_its_code(program, customer, change, code):
    assert refused(program.post("invoices/", body(customer) | change)) == (409, code)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"customer": None}, "customer", "This field may not be null."),
        (
            {"dated_on": "31.12.2026"},
            "dated_on",
            "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
        ),
        ({"discount_amount": 1.5}, "discount_amount", 'Write numbers as strings, such as "100.00".'),
        ({"prcie": "1.00"}, "prcie", "There is no such field."),
    ],
)
def test_wrong_input_is_named_by_field(program, customer, change, field, words):
    answer = program.post("invoices/", body(customer) | change)

    assert refused(answer) == (400, "invalid_input")
    assert answer.json()["errors"] == {field: [words]}


def test_wrong_input_in_a_line_is_named_by_its_place(program, customer):
    lines = [{"description": "Work", "unit_price": "1.00"}, {"description": "Work"}]

    answer = program.post("invoices/", {"customer": customer.pk, "lines": lines})

    assert answer.json()["errors"] == {"lines": {"1": {"unit_price": ["This field is required."]}}}


def test_a_body_that_is_no_json_is_refused_as_such(program):
    answer = program.post("invoices/", [])
    assert refused(answer) == (400, "invalid_input")


def test_issuing_twice_is_refused(program, customer):
    invoice = world.issue(customer, "100.00", DAY)
    assert refused(program.post(f"invoices/{invoice.pk}/issue/")) == (409, "invalid_move")


def test_an_invoice_without_lines_cannot_be_issued(program, customer):
    draft = program.post("invoices/", {"customer": customer.pk}).json()
    assert refused(program.post(f"invoices/{draft['id']}/issue/")) == (409, "nothing_to_bill")


def test_num_01_numbers_follow_each_other_and_drafts_have_none(program, customer):
    drafts = [program.post("invoices/", body(customer, dated_on="2026-03-01")).json() for _ in range(3)]
    numbers = [program.post(f"invoices/{drafts[place]['id']}/issue/").json()["number"] for place in (1, 0, 2)]

    assert [draft["number"] for draft in drafts] == ["", "", ""]
    assert numbers == ["INV-2026-0001", "INV-2026-0002", "INV-2026-0003"]


def test_sending_queues_a_mail_to_each_contact(program, customer):
    invoice = world.issue(customer, "100.00", DAY)

    answer = program.post(f"invoices/{invoice.pk}/send/")

    assert [(mail["to"], mail["status"]) for mail in answer.json()["results"]] == [("eva@bramble.example", "queued")]
    assert refused(program.post(f"invoices/{invoice.pk}/send/", {"contacts": [999]})) == (409, "contact_unreachable")


def test_a_draft_is_not_sent(program, customer):
    draft = world.draft(customer, "100.00")
    assert refused(program.post(f"invoices/{draft.pk}/send/")) == (409, "not_issued")


def test_voiding_needs_a_reason_and_the_right(program, customer, manager):
    invoice = world.issue(customer, "100.00", DAY)
    boss = Program(manager)

    assert refused(program.post(f"invoices/{invoice.pk}/void/", {"reason": "Wrong"})) == (403, "permission_denied")
    assert refused(boss.post(f"invoices/{invoice.pk}/void/", {"reason": ""})) == (409, "reason_missing")
    voided = boss.post(f"invoices/{invoice.pk}/void/", {"reason": "Wrong customer"}).json()
    assert [voided[name] for name in ("state", "number", "open", "void_reason")] == [
        "void",
        "INV-2026-0001",
        "0.00",
        "Wrong customer",
    ]


def test_rnd_11_crediting_an_invoice_piece_by_piece_closes_it(program, company, customer):
    tax = world.make_tax(company, "20")
    invoice = world.issue(customer, [world.line(price, tax=tax) for price in ("68.33", "68.33", "57.50", "85.00")], DAY)
    lines = [line.pk for line in invoice.lines.all()]

    credited = [
        program.post(
            f"invoices/{invoice.pk}/credit/",
            {"reason": "Returned", "lines": [{"line": lines[place], "quantity": "1"}]},
        ).json()
        for place in (0, 2, 3, 1)
    ]

    assert [memo["total"] for memo in credited] == ["82.00", "69.00", "102.00", "81.99"]
    assert (credited[-1]["net"], credited[-1]["tax"]) == ("68.33", "13.66")
    shown = program.get(f"invoices/{invoice.pk}/").json()
    assert (shown["total"], shown["open"], shown["state"]) == ("334.99", "0.00", "paid")
    more = program.post(f"invoices/{invoice.pk}/credit/", {"reason": "Again"})
    assert refused(more) == (409, "nothing_left")


def test_a_credit_memo_of_everything_needs_no_lines_and_may_stay_unapplied(program, customer):
    invoice = world.issue(customer, "100.00", DAY)

    memo = program.post(f"invoices/{invoice.pk}/credit/", {"reason": "Goodwill", "apply": False}).json()

    assert [memo[name] for name in ("kind", "credits_id", "total", "open")] == [
        "credit_memo",
        invoice.pk,
        "100.00",
        "100.00",
    ]
    assert program.get(f"invoices/{invoice.pk}/").json()["open"] == "100.00"


def test_the_list_is_narrowed_by_state_customer_day_and_words(program, company, customer):
    other = world.make_customer(company, "Cedar SA")
    first = world.issue(customer, "100.00", DAY)
    second = world.issue(other, "50.00", date(2026, 4, 1), po_number="PO-77")
    draft = world.draft(other, "1.00")

    def found(**query):
        return [row["id"] for row in program.get("invoices/", **query).json()["results"]]

    assert found() == [first.pk, second.pk, draft.pk]
    assert found(state="draft") == [draft.pk]
    assert found(customer=other.pk) == [second.pk, draft.pk]
    assert found(dated_from="2026-03-02", dated_to="2026-04-01") == [second.pk]
    assert found(q="po-77") == [second.pk]
    assert found(kind="credit_memo") == []


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"limit": 0}, {"limit": 201}, {"cursor": "made-up"}, {"sort": "total"}]
)
def test_a_filter_that_makes_no_sense_is_refused_and_not_left_out(program, query):
    answer = program.get("invoices/", **query)

    assert refused(answer) == (400, "invalid_input")
    assert set(answer.json()["errors"]) == set(query)


def test_walking_the_pages_misses_and_doubles_none_while_rows_are_added(program, customer):
    kept = [world.draft(customer, "1.00").pk for _ in range(5)]

    seen, cursor = [], {}
    while True:
        page = program.get("invoices/", limit=2, **cursor).json()
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
        if len(seen) == 2:
            kept.append(world.draft(customer, "1.00").pk)

    assert seen == kept


def test_the_list_asks_as_often_for_many_rows_as_for_few(program, customer, django_assert_num_queries):
    world.issue(customer, "1.00", DAY)
    program.get("invoices/")
    for _ in range(9):
        world.issue(customer, "1.00", DAY)

    with django_assert_num_queries(7):
        assert len(program.get("invoices/").json()["results"]) == 10


def test_another_companys_document_is_not_found(stranger, customer):
    invoice = world.issue(customer, "100.00", DAY)

    assert refused(stranger.get(f"invoices/{invoice.pk}/")) == (404, "not_found")
    assert refused(stranger.get(f"invoices/{invoice.pk}/pdf/")) == (404, "not_found")
    assert refused(stranger.post(f"invoices/{invoice.pk}/void/", {"reason": "Wrong"})) == (404, "not_found")
    assert refused(stranger.post("invoices/", body(customer))) == (404, "not_found")
    assert stranger.get("invoices/").json()["results"] == []


def test_an_auditor_reads_and_does_not_write(auditor, customer):
    invoice = world.issue(customer, "100.00", DAY)

    assert auditor.get(f"invoices/{invoice.pk}/").status_code == 200
    assert refused(auditor.post("invoices/", body(customer))) == (403, "permission_denied")
    assert refused(auditor.post(f"invoices/{invoice.pk}/send/")) == (403, "permission_denied")


def test_rnd_05_the_company_may_round_tax_on_each_line(company, program, customer):
    company.tax_rounding = "line"
    company.save()
    tax = world.make_tax(company, "12")
    once = {"description": "Part", "unit_price": "1.59", "tax_id": tax.pk}
    lines = [once] * 29 + [once | {"quantity": "11"}] * 2

    draft = program.post("invoices/", {"customer": customer.pk, "lines": lines}).json()

    assert [draft[name] for name in ("net", "tax", "total", "tax_rounding")] == ["81.09", "9.71", "90.80", "line"]


def test_rnd_05_tax_is_rounded_once_per_rate_otherwise(company, program, customer):
    tax = world.make_tax(company, "12")
    once = {"description": "Part", "unit_price": "1.59", "tax_id": tax.pk}
    lines = [once] * 29 + [once | {"quantity": "11"}] * 2

    draft = program.post("invoices/", {"customer": customer.pk, "lines": lines}).json()

    assert [draft[name] for name in ("net", "tax", "total")] == ["81.09", "9.73", "90.82"]


@pytest.mark.parametrize("amount", ["100", "12345"])
def test_rnd_06_yen_have_no_decimals_anywhere(db, amount):
    tokyo = world.make_company("JPY", time_zone="Asia/Tokyo")
    customer = world.make_customer(tokyo)
    program = Program(world.make_user(tokyo))

    draft = program.post("invoices/", body(customer, amount, dated_on="2026-03-01")).json()
    issued = program.post(f"invoices/{draft['id']}/issue/").json()
    receipt = program.post(
        "receipts/",
        {"customer": customer.pk, "amount": amount, "received_on": "2026-03-05", "allocate": "oldest_first"},
    ).json()

    assert [issued[name] for name in ("net", "tax", "total", "open", "currency")] == [
        amount,
        "0",
        amount,
        amount,
        "JPY",
    ]
    assert [receipt[name] for name in ("amount", "free", "currency")] == [amount, "0", "JPY"]
    assert program.get(f"invoices/{draft['id']}/").json()["state"] == "paid"


def test_rnd_06_part_of_a_yen_cannot_be_received(db):
    tokyo = world.make_company("JPY", time_zone="Asia/Tokyo")
    program, customer = Program(world.make_user(tokyo)), world.make_customer(tokyo)

    answer = program.post("receipts/", {"customer": customer.pk, "amount": "100.50"})

    assert refused(answer) == (409, "too_many_places")


def test_an_invoice_is_credited_by_an_amount_and_by_a_lower_price(program, customer):
    invoice = world.issue(customer, [world.line("50.00", "2")], DAY)
    line = invoice.lines.get().pk
    [code] = [row["id"] for row in program.get("reasons/").json()["results"] if row["code"] == "wrong_price"]

    money = program.post(f"invoices/{invoice.pk}/credit/", {"amount": "10.00", "reason_code": code}).json()
    price = [{"line": line, "quantity": "2", "unit_price": "45"}]
    lower = program.post(f"invoices/{invoice.pk}/credit/", {"lines": price, "reason": "As agreed"}).json()

    assert (money["total"], money["reason"], money["reason_code_id"]) == ("10.00", "Wrong price", code)
    assert (lower["total"], lower["lines"][0]["is_amount_only"]) == ("10.00", True)
    both = program.post(f"invoices/{invoice.pk}/credit/", {"lines": price, "amount": "1.00", "reason": "x"})
    assert (refused(both), world.open_of(invoice)) == ((400, "invalid_input"), 80)


def test_reasons_are_added_and_retired_by_an_administrator_only(program, company):
    admin = Program(world.make_user(company, "administrator"))
    flood = admin.post("reasons/", {"code": "flood", "words": "Flood"})

    assert (flood.status_code, flood.json()["words"]) == (201, "Flood")
    assert admin.post(f"reasons/{flood.json()['id']}/retire/").json()["is_active"] is False
    assert refused(admin.post("reasons/0/retire/")) == (404, "not_found")
    assert refused(program.post("reasons/", {"code": "x", "words": "x"})) == (403, "permission_denied")
