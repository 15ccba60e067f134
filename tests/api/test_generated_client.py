"""A client that openapi-python-client makes of the description bills and is paid, over the wire."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from office.api.docs import description
from office.models import User
from office.operations.create_api_token import KeyDetails, create_api_token

pytestmark = pytest.mark.django_db(transaction=True)
TOOL = Path(sys.executable).with_name("openapi-python-client")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the package that was made."""
    written = tmp_path / "schema.json"
    written.write_text(json.dumps(description(), default=str))
    to_do = [TOOL, "generate", "--path", written, "--output-path", tmp_path / "duebook_client", "--meta", "none"]
    subprocess.run(to_do, check=True, capture_output=True)
    monkeypatch.syspath_prepend(tmp_path)
    yield "duebook_client"
    for name in [name for name in sys.modules if name.startswith("duebook_client")]:
        del sys.modules[name]


def test_a_generated_client_drafts_issues_is_paid_and_reads_the_account(
    made: str, live_server: Any, customer: Any, clerk: User
) -> None:
    rooms = KeyDetails(["invoices:read", "invoices:write", "payments:write", "customers:read"])
    _, secret = create_api_token("Generated", rooms, by=clerk)
    client = importlib.import_module(made).AuthenticatedClient(live_server.url, secret)
    models = importlib.import_module(f"{made}.models")

    def call(name: str, *args: Any, **more: Any) -> Any:
        return importlib.import_module(f"{made}.api.{name}").sync(*args, client=client, **more)

    line = {"description": "Hours", "quantity": "2", "unit_price": "50.00"}
    wanted = models.DraftIn.from_dict({"customer": customer.pk, "lines": [line]})
    draft = call("invoices.draft_invoice", body=wanted, idempotency_key=uuid4().hex)
    assert (draft.number, draft.total) == ("", "100.00")

    issued = call("invoices.issue_invoice", draft.id, body=models.IssueIn(), idempotency_key=uuid4().hex)
    assert issued.number != ""
    paid = models.ReceiptIn.from_dict({"customer": customer.pk, "amount": "60.00", "allocate": "oldest_first"})
    call("receipts.record_receipt", body=paid, idempotency_key=uuid4().hex)

    assert call("invoices.get_invoice", draft.id).open_ == "40.00"
    account = call("customers.list_open_items", customer.pk)
    assert [(item.reference, item.open_) for item in account.results] == [(issued.number, "40.00")]
    refusal = call("receipts.list_receipts")
    assert (refusal.status, refusal.code) == (403, "scope_missing")
