"""A company comes from QuickBooks: its export is loaded, tied, live; a customer pays by the old number; all agrees."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import Opening, OpeningItem
from credit_control.statements.asking import Period, figures_of, own
from customers.models import Customer
from ledger.models import OpenItem
from office.models import Run
from office.work.runs import carry_out
from payments.operations.match_certain import start_matching
from payments.operations.take_bank_file import take_bank_file
from reports.book_check import check_book
from tests import world
from tests.billing.test_opening_formats import AGING
from tests.payments.bank_samples import camt, detail, entry, statement
from tests.payments.debits import may_debit

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(company: Any) -> Client:
    client = Client()
    client.force_login(world.make_user(company, "manager"))
    return client


def load(manager: Client, opening: Opening) -> Run:
    """The export, uploaded, tried, and started, as it comes."""
    file = SimpleUploadedFile("aging.csv", AGING.encode())
    manager.post(reverse("billing:load_opening", args=[opening.pk]), {"file": file})
    run = Run.objects.get(kind="load_opening")
    page = reverse("billing:opening_mapping", args=[run.pk])
    columns = run.parameters["mapping"]["columns"]
    chosen = {f"column_{name}": rule["heading"] for name, rule in columns.items()}
    manager.post(page, chosen | {"adds_customers": "on"})
    list(carry_out(run.pk))
    run.refresh_from_db()
    assert run.result == {"Documents taken over": 4, "New customers": 3}
    assert not OpenItem.objects.exists()
    manager.post(page, {"start": "1"})
    list(carry_out(run.pk))
    return run


def test_what_quickbooks_says_is_owed_here_and_is_paid_by_its_old_number(company: Any, manager: Client) -> None:
    manager.post(reverse("billing:opening"), {"source": "QuickBooks", "cut_over_on": "2026-02-28"})
    opening = Opening.objects.get()
    load(manager, opening)
    live = reverse("billing:go_live", args=[opening.pk])
    totals = reverse("billing:set_opening_totals", args=[opening.pk])
    manager.post(totals, {"total_EUR": "1160.00"})
    assert "The book 1150.00" not in manager.get(reverse("billing:opening")).content.decode()
    manager.post(live)
    opening.refresh_from_db()
    assert not opening.is_live
    manager.post(totals, {"total_EUR": "1150.00"})
    manager.post(live)
    opening.refresh_from_db()
    assert opening.is_live

    tactics = Customer.objects.get(name="TACTICS")
    may_debit(company)
    paid = entry("800.00", detail("800.00", text="Invoice SI-1, thank you", name="Tactics"))
    take_bank_file(company, "march.xml", camt(statement(paid, closing="900.00")), by=None)
    start_matching(company, by=None)

    assert OpenItem.objects.get(reference="SI-1").balance == 0
    assert OpeningItem.objects.get(number="SI-1").total == Decimal(1000)
    period = Period(company, date(2026, 2, 28), date(2026, 3, 31))
    [part] = figures_of(period, [own(tactics, "open_item")])[0].sections[0].parts
    assert next((each.reference, each.amount) for each in part.movements) == ("SI-1", Decimal(800))
    assert part.closing == 0
    assert world.owes(tactics, date(2026, 2, 28)) == Decimal(800)
    assert check_book() == []
