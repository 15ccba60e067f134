"""While a pattern is typed, the line below it says the next number, or what is wrong with the pattern."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from office.models import NumberPattern
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)


def test_typing_a_pattern_shows_the_next_number(enter: Callable[[Any], Page], live_server: Any, company: Any) -> None:
    page = enter(world.make_user(company, "administrator"))
    page.goto(f"{live_server.url}/settings/numbers/")
    box, hint = page.get_by_label("Invoices"), page.locator("#id_invoice_helptext")
    box.fill("R/{year}/{number:06}")
    expect(hint).to_have_text(f"The next one: R/{company.today().year}/000001")
    box.fill("R-{number}")
    expect(hint).to_contain_text("These numbers begin anew each year")
    expect(box).to_be_focused()
    assert not NumberPattern.objects.exists()
