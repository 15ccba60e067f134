"""Lines and taxes of an issued document, which the database keeps as they are. Each guard has its control."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import InvoiceLine, InvoiceTax
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db(transaction=True)

HARMS = {
    "insert": "INSERT INTO {table} ({columns}) SELECT {columns} FROM moved",
    "from": "UPDATE {table} SET invoice_id = {draft}, position = position + 50 WHERE invoice_id = {issued}",
    "to": "UPDATE {table} SET invoice_id = {issued}, position = position + 50 WHERE invoice_id = {draft}",
    "delete": "DELETE FROM {table}",
}
PARTS = {"line": "billing_invoiceline", "tax": "billing_invoicetax"}
CASES = [(part, way) for part in PARTS for way in HARMS]


@pytest.fixture
def papers(company: Any, customer: Any) -> dict[str, int]:
    """An issued invoice and a draft, each with a line and a row of taxes."""
    lines = [world.line("100.00", tax=world.make_tax(company, "20"))]
    issued, draft = world.issue(customer, lines, DAY), world.draft(customer, lines)
    amounts = {"percent": Decimal(20), "base": Decimal(100), "amount": Decimal(20)}
    InvoiceTax.objects.create(invoice=draft, position=1, name="VAT 20%", category="S", **amounts)
    return {"issued": issued.pk, "draft": draft.pk}


def harm(part: str, way: str, papers: dict[str, int]) -> None:
    """Do it as the app, in a statement that touches the draft's rows as well where it can."""
    table = PARTS[part]
    model = {"line": InvoiceLine, "tax": InvoiceTax}[part]
    columns = ", ".join(field.column for field in model._meta.local_concrete_fields if not field.primary_key)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE moved ON COMMIT DROP AS SELECT * FROM {table}")
        cursor.execute("UPDATE moved SET position = position + 50")
        cursor.execute(HARMS[way].format(table=table, columns=columns, **papers))


@pytest.mark.parametrize(("part", "way"), CASES)
def test_a_part_of_an_issued_document_is_neither_added_nor_moved_nor_taken(
    papers: dict[str, int], part: str, way: str
) -> None:
    with pytest.raises(IntegrityError, match="lines and taxes of an issued document are frozen"):
        harm(part, way, papers)


@pytest.mark.parametrize(("part", "way"), CASES)
def test_control_without_that_one_guard_it_happens(
    papers: dict[str, int], superuser_cursor: Any, part: str, way: str
) -> None:
    guard = f"ALTER TABLE {PARTS[part]} {{}} TRIGGER {part}_frozen_{way}"
    superuser_cursor.execute(guard.format("DISABLE"))
    try:
        harm(part, way, papers)
    finally:
        superuser_cursor.execute(guard.format("ENABLE"))


def test_a_drafts_own_parts_may_change(papers: dict[str, int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in PARTS.values():
            cursor.execute(f"UPDATE {table} SET position = position + 1 WHERE invoice_id = {papers['draft']}")
            cursor.execute(f"DELETE FROM {table} WHERE invoice_id = {papers['draft']}")
            assert cursor.rowcount == 1
