"""What the pages of documents say of their lines."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests import world

pytestmark = pytest.mark.django_db


def cells_of(page: str, description: str) -> list[str]:
    """The texts of a line's cells."""
    row = page[page.index(f'<th scope="row" class="wrap">{description}') :].split("</tr>", maxsplit=1)[0]
    return [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<td.*?</td>", row, re.S)]


def test_a_discount_stands_under_its_price(company: Any, customer: Any, client: Client) -> None:
    client.force_login(world.make_user(company))
    lines = [
        world.line("100.00", "3", description="Plain"),
        world.line("100.00", "2", description="Cheaper", discount_percent=Decimal("7.5")),
    ]
    page = client.get(f"/invoices/{world.draft(customer, lines).pk}/").content.decode()
    assert cells_of(page, "Plain") == [["3"], ["100.00"], [], ["300.00"]]
    assert cells_of(page, "Cheaper") == [["2"], ["100.00", "less", "7.5", "%"], [], ["185.00"]]

    recurring = world.make_recurring(
        customer, [world.recurring_line("80.00", discount_percent=Decimal(5))], date(2026, 3, 2)
    )
    page = client.get(f"/recurring/{recurring.pk}/").content.decode()
    assert "less 5 %" in re.sub(r"<[^>]+>", " ", page)
