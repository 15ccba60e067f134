"""What can be done about late charges on screen, the API does by the same operations, and each role what it may."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from credit_control.models import LateCharge, LateChargeChoice, LateChargeRule, ReferenceRate
from office.models import Run
from office.work.runs import carry_out
from tests import world
from tests.api.calling import Program, refused
from tests.credit_control.samples import claim, rule_for

DUE = date(2025, 1, 1)
pytestmark = pytest.mark.django_db


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def administrator(company: Any) -> Any:
    return world.make_user(company, "administrator")


@pytest.fixture
def late(company: Any, customer: Any) -> Any:
    """An invoice that is due since the first day, under a rule of 36.5 percent."""
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    return world.issue(customer, "1000.00", DUE, due_on=DUE)


def test_a_collector_looks_chooses_and_charges(customer: Any, late: Any) -> None:
    client = browser(world.make_user(customer.company, "collector"))
    address = reverse("credit_control:claim_late_charges")
    page = client.get(address, {"on": "2025-01-11"})
    assert "Would be charged: 1" in page.content.decode()
    assert "€50.00" in page.content.decode()
    assert LateCharge.objects.count() == 0

    answer = client.post(address, {"on": "2025-01-11", "customer": str(customer.pk)})
    run = Run.objects.get()
    assert answer["Location"] == reverse("office:run", args=[run.pk])
    list(carry_out(run.pk))
    charge = LateCharge.objects.get()
    assert (charge.total, charge.created_by.name) == (50, "Collector")
    assert "All is charged up to Jan 11, 2025" in client.get(address, {"on": "2025-01-11"}).content.decode()


def test_nobody_chosen_is_refused_and_strangers_are_not_charged(customer: Any, late: Any, clerk: Any) -> None:
    client, address = browser(clerk), reverse("credit_control:claim_late_charges")
    for chosen in ("", "x", "999999"):
        client.post(address, {"on": "2025-01-11", "customer": chosen})
    assert Run.objects.count() == 0


def test_a_charges_page_shows_its_lines_and_waives_it(customer: Any, late: Any, clerk: Any) -> None:
    charge, client = claim(customer, date(2025, 1, 11)), browser(clerk)
    page = client.get(reverse("credit_control:late_charge", args=[charge.pk])).content.decode()
    assert all(words in page for words in ("LC-2025-0001", "INV-2025-0001", "€10.00", "€40.00", "Waive LC-2025-0001"))
    assert "Late charge LC-2025-0001" in client.get(reverse("billing:invoice", args=[late.pk])).content.decode()
    entry = reverse("paper", args=[charge.entry_id])
    assert client.get(entry)["Location"] == reverse("credit_control:late_charge", args=[charge.pk])

    client.post(reverse("credit_control:waive_late_charge", args=[charge.pk]), {"reason": "Goodwill"})
    charge.refresh_from_db()
    assert (charge.waive_reason, charge.waived_by) == ("Goodwill", clerk)


def test_open_items_show_the_charge_beside_the_invoice(customer: Any, late: Any, clerk: Any) -> None:
    claim(customer, date(2025, 1, 11))
    page = browser(clerk).get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert page.count("LC-2025-0001") >= 2


def test_rules_are_set_on_screen(company: Any, customer: Any, administrator: Any) -> None:
    client = browser(administrator)
    client.post(reverse("credit_control:add_usual_rule"), {"usual": "uk"})
    rule = LateChargeRule.objects.get()
    assert (rule.reference, rule.percent, rule.currency) == ("boe", 8, "GBP")
    typed = {"name": "Ours", "reference": "none", "percent": "12", "day_count": "ACT/365F", "currency": "eur"}
    typed |= {"fee_steps": "0: 40\n1000: 70", "fee_percent": "0", "period_days": "0", "grace_days": "3"}
    typed |= {"smallest_claim": "5", "due_from": "2025-01-01"}
    client.post(reverse("credit_control:rule", args=[rule.pk]), typed)
    rule.refresh_from_db()
    assert (rule.name, rule.fee_steps, rule.smallest_claim) == ("Ours", [["0", "40"], ["1000", "70"]], 5)
    answer = client.post(reverse("credit_control:rule_new"), typed | {"fee_steps": "40"})
    assert "Write each line like 1000: 70." in answer.content.decode()

    client.post(reverse("credit_control:choose_rule"), {"rule": str(rule.pk)})
    for nonsense in ({"rule": "x"}, {"rule": "", "group": "x"}, {}, {"rule": "999999"}):
        client.post(reverse("credit_control:choose_rule"), nonsense)
    assert LateChargeChoice.objects.get().rule == rule


def test_reference_rates_are_set_on_screen(company: Any, administrator: Any) -> None:
    client = browser(administrator)
    typed = {"reference": "ecb", "from_on": "2026-07-01", "percent": "2.4", "source": "ECB"}
    client.post(reverse("credit_control:set_reference_rate"), typed)
    client.post(reverse("credit_control:set_reference_rate"), typed | {"from_on": "2026-07-02"})
    assert ReferenceRate.objects.get().percent == Decimal("2.4")
    client.post(reverse("credit_control:add_usual_rates"))
    assert ReferenceRate.objects.count() == 40


def test_a_customer_is_let_off_on_their_page_by_who_may(company: Any, customer: Any, late: Any, clerk: Any) -> None:
    address = reverse("credit_control:customer_rule", args=[customer.pk])
    assert browser(world.make_user(company, "auditor")).post(address, {"rule": ""}).status_code == 403
    browser(clerk).post(address, {"rule": ""})
    assert claim(customer, date(2025, 1, 11)) is None
    browser(clerk).post(address, {"rule": "wider"})
    assert claim(customer, date(2025, 1, 11)).total == 50


def test_free_credit_is_pointed_out_before_anybody_is_charged(customer: Any, late: Any, clerk: Any) -> None:
    world.receive(customer, "300.00", DUE)
    page = browser(clerk).get(reverse("credit_control:claim_late_charges"), {"on": "2025-01-11"}).content.decode()
    assert "They have €300.00 of free credit: apply it first" in page
    [row] = Program(clerk).get("late-charges/preview/", on="2025-01-11").json()["results"]
    assert row["free"] == "300.00"


def test_a_day_ahead_is_refused_before_anything_is_worked_out(customer: Any, late: Any, clerk: Any) -> None:
    page = browser(clerk).get(reverse("credit_control:claim_late_charges"), {"on": "9999-12-31"}).content.decode()
    assert "is in the future" in page
    assert refused(Program(clerk).get("late-charges/preview/", on="9999-12-31")) == (409, "date_in_future")


# Programs


def test_a_program_looks_charges_and_waives(customer: Any, late: Any, clerk: Any) -> None:
    program = Program(clerk)
    [row] = program.get("late-charges/preview/", on="2025-01-11").json()["results"]
    assert (row["interest"], row["fee"], row["total"], row["why_not"]) == ("10.00", "40.00", "50.00", "")
    assert [line["document"] for line in row["lines"]] == ["INV-2025-0001"] * 2

    claimed = program.post("late-charges/", {"customer": customer.pk, "on": "2025-01-11"}).json()
    [charge] = claimed["results"]
    assert (charge["number"], charge["state"], charge["open"]) == ("LC-2025-0001", "open", "50.00")
    again = program.post("late-charges/", {"customer": customer.pk, "on": "2025-01-11"}).json()
    assert (again["results"], again["left_out"][0]["why_not"]) == (
        [],
        "All is charged up to Jan 11, 2025, or too little to charge yet.",
    )
    waived = program.post(f"late-charges/{charge['id']}/waive/", {"reason": "Goodwill"}).json()
    assert (waived["state"], waived["open"], waived["waive_reason"]) == ("waived", "0.00", "Goodwill")
    assert refused(program.post(f"late-charges/{charge['id']}/waive/", {"reason": "r"})) == (409, "invalid_move")
    [listed] = program.get("late-charges/", state="waived").json()["results"]
    assert listed["id"] == charge["id"]


def test_the_same_key_charges_once(customer: Any, late: Any, clerk: Any) -> None:
    program, body = Program(clerk), {"customer": customer.pk, "on": "2025-01-11"}
    first, second = (program.post("late-charges/", body, key="k") for _ in range(2))
    assert first.json() == second.json()
    assert LateCharge.objects.count() == 1


def test_a_program_has_many_charged(customer: Any, late: Any, clerk: Any) -> None:
    answer = Program(clerk).post("late-charges/run/", {"customers": [customer.pk], "on": "2025-01-11"})
    assert answer.status_code == 202
    list(carry_out(answer.json()["id"]))
    assert LateCharge.objects.get().total == 50


def test_a_program_sets_rules_and_rates(company: Any, customer: Any, administrator: Any) -> None:
    program = Program(administrator)
    usual = program.post("late-charge-rules/usual/", {"usual": "eu", "due_from": "2025-01-01"}).json()
    assert usual["fee_steps"] == [{"size": "0", "amount": "40"}]
    changed = program.put(f"late-charge-rules/{usual['id']}/", {"grace_days": 4}).json()
    assert (changed["grace_days"], changed["percent"]) == (4, "8")
    steps = [{"size": "0", "amount": "10.00"}]
    added = program.post("late-charge-rules/", {"name": "Flat", "fee_steps": steps}).json()
    assert added["due_from"] == str(company.today())
    chosen = program.put("late-charge-rules/choices/", {"rule": added["id"]}).json()
    assert chosen["results"] == [{"group": None, "customer": None, "rule": added["id"]}]
    clerk = Program(world.make_user(company))
    clerk.put("late-charge-rules/choices/customer/", {"customer": customer.pk, "rule": usual["id"]})
    assert len(program.get("late-charge-rules/choices/").json()["results"]) == 2
    assert len(clerk.get("late-charge-rules/").json()["results"]) == 2
    rate = program.put("reference-rates/", {"reference": "ecb", "from_on": "2026-07-01", "percent": "2.4"}).json()
    assert rate["percent"] == "2.4"
    assert program.post("reference-rates/usual/").json() == {"added": 0}
    assert len(clerk.get("reference-rates/").json()["results"]) == 40
    assert refused(program.post("late-charge-rules/", {"name": "Nothing"})) == (409, "charges_nothing")


def test_strangers_charges_are_not_found(customer: Any, late: Any) -> None:
    charge = claim(customer, date(2025, 1, 11))
    stranger = world.make_user(world.make_company(legal_name="Other"), "manager")
    assert browser(stranger).get(reverse("credit_control:late_charge", args=[charge.pk])).status_code == 404
    assert Program(stranger).get(f"late-charges/{charge.pk}/").status_code == 404
    assert Program(stranger).post(f"late-charges/{charge.pk}/waive/", {"reason": "r"}).status_code == 404
    on = DUE + timedelta(days=10)
    assert Program(stranger).post("late-charges/", {"customer": customer.pk, "on": str(on)}).status_code == 404
