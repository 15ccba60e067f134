"""The percentages of what is likely lost: by age, for a customer and for an item, set and judged by who may."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from credit_control.doubtful import DoubtQuestion, doubtful_items
from credit_control.models import ProvisionRate, ProvisionTable, SpecificProvision
from credit_control.operations.set_provisions import set_specific_provision
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program
from tests.credit_control.doubting import days, doubts, rates, refusal, told
from tests.credit_control.reminding import late

pytestmark = pytest.mark.django_db


def test_an_items_percentage_goes_before_its_customers_and_that_before_the_table(
    company: Any, customer: Any, today: date
) -> None:
    rates(company)
    first, second = late(customer, "100.00", 100), late(customer, "100.00", 10)
    item = world.item_of(first).pk

    def judge(percent: int | None, item_id: int | None = None) -> None:
        amount = None if percent is None else Decimal(percent)
        set_specific_provision(customer, amount, reason="Insolvent", on=today, by=None, item_id=item_id)

    judge(60)
    assert told(company) == [
        (first.number, ("judged", "late"), 60, 60),
        (second.number, ("judged",), 60, 60),
    ]
    judge(0, item)
    assert [row[2] for row in told(company)] == [0, 60]
    judge(None, item)
    judge(None)
    assert told(company) == [(first.number, ("late",), 25, 25)]
    assert doubts(company)[0].why_percent == ""
    assert told(company, today - days(1))[0][2] == 25
    assert SpecificProvision.objects.count() == 4
    assert AuditRecord.objects.filter(action="set_specific_provision", reason="Insolvent").count() == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"reason": "x" * 301}, "reason_missing"),
        ({"percent": Decimal("100.01")}, "bad_percent"),
        ({"percent": Decimal(-1)}, "bad_percent"),
        ({"percent": Decimal("0.0000001")}, "bad_percent"),
        ({"percent": None}, "nothing_set"),
        ({"item_id": 999_999}, "not_open"),
    ],
)
def test_a_judgement_that_cannot_be_is_refused(
    company: Any, customer: Any, today: date, change: dict[str, Any], code: str
) -> None:
    values = {"percent": Decimal(5), "reason": "Gone", "on": today, "by": None} | change
    assert refusal(lambda: set_specific_provision(customer, **values)) == code
    assert (SpecificProvision.objects.count(), AuditRecord.objects.filter(action__contains="provision").count()) == (
        0,
        0,
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rates": []}, "bad_number"),
        ({"late_days": -1}, "bad_number"),
        ({"rates": [(90, Decimal(5)), (90, Decimal(6))]}, "bad_days"),
        ({"rates": [(90, Decimal(5)), (30, Decimal(6))]}, "bad_days"),
        ({"rates": [(-1, Decimal(5))]}, "bad_days"),
        ({"rates": [(1, Decimal(101))]}, "bad_percent"),
        ({"rates": [(1, Decimal(9)), (2, Decimal(8))]}, "bad_percent"),
    ],
)
def test_a_table_that_cannot_be_is_refused(company: Any, change: dict[str, Any], code: str) -> None:
    assert refusal(lambda: rates(company, **change)) == code
    assert ProvisionTable.objects.count() == 0


def test_after_the_first_no_table_begins_on_a_past_day(company: Any, today: date) -> None:
    rates(company, today - days(100))
    assert refusal(lambda: rates(company, today - days(1))) == "past_day"
    rates(company, today)
    rates(company, today, late_days=30)  # said anew the same day
    assert doubtful_items(DoubtQuestion(company, today)).table.late_days == 30
    assert doubtful_items(DoubtQuestion(company, today - days(1))).table.late_days == 90
    assert doubtful_items(DoubtQuestion(company, today - days(101))).table is None


def test_the_database_keeps_judgements_as_they_were(company: Any, customer: Any, today: date) -> None:
    made = set_specific_provision(customer, Decimal(5), reason="Gone", on=today, by=None)
    table = rates(company)
    for act in (
        lambda: SpecificProvision.objects.filter(pk=made.pk).update(percent=1),
        lambda: SpecificProvision.objects.filter(pk=made.pk).delete(),
        lambda: ProvisionRate.objects.update(percent=1),
        lambda: ProvisionTable.objects.update(late_days=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    same = {"company": company, "customer": customer, "set_on": today}
    for wrong in ({"reason": ""}, {"reason": "x", "percent": 101}, {"reason": "x", "percent": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SpecificProvision.objects.create(**same | wrong)
    for days_from, percent in ((1, 5), (500, 101), (500, -1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProvisionRate.objects.create(table=table, days_from=days_from, percent=percent)


def test_rates_and_judgements_are_set_on_screen_by_who_may(
    company: Any, customer: Any, client: Any, today: date
) -> None:
    invoice = late(customer, "100.00", 100)
    rates_url = reverse("credit_control:provision_rates")
    one = reverse("credit_control:set_specific_provision", args=[customer.pk])
    client.force_login(world.make_user(company, "clerk"))
    assert (client.get(rates_url).status_code, client.post(one, {"percent": "5", "reason": "x"}).status_code) == (
        403,
        403,
    )
    client.force_login(world.make_user(company, "manager"))
    wanted = {"from_on": today, "late_days": "60", "rates": "1 5\n91 25 %\n"}
    assert client.post(rates_url, wanted).status_code == 302
    assert [(rate.days_from, rate.percent) for rate in ProvisionRate.objects.all()] == [(1, 5), (91, 25)]
    for wrong in ("a b", "1", "1 NaN", "9999999 5", "5 10\n3 20"):
        assert client.post(rates_url, wanted | {"rates": wrong}).status_code == 200
    assert (
        client.post(f"{one}?item={world.item_of(invoice).pk}", {"percent": "70", "reason": "Gone"}).status_code == 302
    )
    assert told(company) == [(invoice.number, ("judged", "late"), 70, 70)]
    assert client.get(f"{one}?item=999999").status_code == 404
    assert ProvisionTable.objects.count() == 1


def test_programs_read_the_feed_and_judge(company: Any, customer: Any, today: date) -> None:
    invoice = late(customer, "100.00", 100)
    program = Program(world.make_user(company, "manager"))
    body = {"from_on": str(today), "late_days": 60, "rates": [{"days_from": 1, "percent": "12.5"}]}
    assert program.post("provision-rates/", body).status_code == 201
    assert program.get("provision-rates/").json()["results"][0]["rates"] == [{"days_from": 1, "percent": "12.5"}]
    feed = program.get("doubtful-items/").json()
    [row] = feed["results"]
    assert (row["document"], row["open"], row["proposed"], row["percent"]) == (
        invoice.number,
        "100.00",
        "12.50",
        "12.5",
    )
    assert (row["why_doubtful"], feed["on"], feed["company_currency"]) == (["late"], str(today), "EUR")
    assert feed["totals"][0]["proposed"] == "12.50"
    judged = {"item": row["item"], "percent": "40", "reason": "Insolvent"}
    assert program.post(f"customers/{customer.pk}/provision/", judged).status_code == 201
    assert program.get("doubtful-items/").json()["results"][0]["proposed"] == "40.00"
    clerk = Program(world.make_user(company, "clerk"))
    assert clerk.post(f"customers/{customer.pk}/provision/", judged).status_code == 403
