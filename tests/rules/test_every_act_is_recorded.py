"""Every operation leaves a row in the audit trail, or says here why it leaves none."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("ledger", "office", "customers", "billing", "payments", "credit_control", "reports")
RECORDING = {"record", "record_all", "note_look"}

READS = "reads, or works out, and writes nothing"
REFUSES = "locks and refuses; the act that asks it is recorded"
PART = "a part of an act that is recorded"
WRITES_NOTHING_RECORDED = {
    "office.order_file.ordered_by": READS,
    "office.tell_administrators.administrators_of": READS,
    "office.release_copy.uncertain_mails": READS,
    "office.send_views.due_schedules": READS,
    "office.set_approval_rules.deciding_roles": READS,
    "office.set_role_limits.limits_of": READS,
    "office.manage_factors.roles_with_factor": READS,
    "office.log_in_links.require_good_password": REFUSES,
    "customers.ask_change.account_details": READS,
    "customers.change_credit_limit.details_from_plain": READS,
    "billing.details.line_as_typed": READS,
    "billing.details.unlinked": READS,
    "billing.details.invoice_as_typed": READS,
    "billing.details.products_of": READS,
    "billing.open_dispute.items_to_dispute": READS,
    "billing.set_prices.prices_of": READS,
    "payments.take_provider_event.payments_to_ask_about": READS,
    "payments.take_provider_event.payments_to_give_up": READS,
    "billing.change_order.require_open": REFUSES,
    "billing.change_shipment.require_stands": REFUSES,
    "billing.shipment_details.require_goes_out": REFUSES,
    "billing.manage_products.locked_product": REFUSES,
    "payments.approve_debit_run.locked_run": REFUSES,
    "customers.manage_mandates.save_mandate": PART,
    "billing.bill_recurring.take_on": PART,
    "billing.record_shipment.lock_orders_of": PART,
    "payments.approve_debit_run.release_parts": PART,
    "payments.learn_payer.learn_payers": PART,
    "payments.learn_payer.forget_mistaken": PART,
    "credit_control.find_missed_payments.note_returned": PART,
    "reports.make_close_pack.begin_pack": PART,
    "payments.apply_receipts.prepare_applying": "the run says who prepared it, and applies nothing yet",
    "payments.end_online_payment.close_online_payment": "the customer went away: no money and no right changes",
}
"""Public functions of operations from which no call leads to the audit trail, each with why."""


def called_in(tree: ast.AST) -> set[str]:
    """The names of all that is called, or handed on to be called."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {function.attr for function in called if isinstance(function, ast.Attribute)}


def sources() -> Iterator[tuple[str, Path, ast.Module]]:
    """All modules below the doors, with their rooms."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not {"migrations", "web", "api"} & set(path.parts):
                yield room, path, ast.parse(path.read_text())


def reaching(goals: set[str], calls: dict[str, set[str]]) -> set[str]:
    """The functions from which a call leads to one of the goals, at whatever remove."""
    found, before = set(goals), set[str]()
    while found != before:
        before = set(found)
        found |= {name for name, called in calls.items() if called & found}
    return found


def unrecorded(modules: list[tuple[str, Path, ast.Module]]) -> set[str]:
    """The public functions of operations that lead to no record."""
    calls: dict[str, set[str]] = {}
    public: dict[str, str] = {}
    for room, path, tree in modules:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                calls.setdefault(node.name, set()).update(called_in(node))
        if path.parent.name == "operations":
            own = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
            public |= {f"{room}.{path.stem}.{name}": name for name in own}
    recorded = reaching(RECORDING, calls)
    return {place for place, name in public.items() if name not in recorded}


def test_every_operation_leaves_a_row_or_says_why_not() -> None:
    """A new one fails here: record what it does (`office.audit.record`), or name it above with the reason."""
    assert unrecorded(list(sources())) == set(WRITES_NOTHING_RECORDED)


def test_one_without_a_record_is_found() -> None:
    """The control."""
    source = "def pay(by):\n    _write(by)\n\n\ndef _write(by):\n    {}\n\n\ndef hidden():\n    pass\n"
    path = Path("payments/operations/pay.py")

    assert unrecorded([("payments", path, ast.parse(source.format("record(by)")))]) == {"payments.pay.hidden"}
    assert unrecorded([("payments", path, ast.parse(source.format("save(by)")))]) == {
        "payments.pay.hidden",
        "payments.pay.pay",
    }
