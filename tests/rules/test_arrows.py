"""Which app may use which: the arrows of the house, as one table."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LEDGER_FOR_ALL = {"ledger.money", "ledger.calendar", "ledger.fields", "ledger.refusals", "ledger.bulk"}
"""The modules of the ledger that hold no book: how money and days are counted, rows written, and how one says no."""

MAY_USE = {
    "ledger": set(),
    "office": LEDGER_FOR_ALL,
    "customers": {"ledger", "office"},
    "billing": {"ledger", "office", "customers"},
    "payments": {"ledger", "office", "customers", "billing"},
    "credit_control": {"ledger", "office", "customers", "billing", "payments"},
    "reports": {"ledger", "office", "customers", "billing", "payments", "credit_control"},
    "config": {"ledger", "office", "customers", "billing", "payments", "credit_control", "reports"},
}


def forbidden_imports(app: str, source: str) -> list[str]:
    """The modules of the house that this source of the app imports and may not."""
    allowed = MAY_USE[app] | {app}
    return [name for name in imported_modules(source) if name.split(".")[0] in MAY_USE and not is_within(name, allowed)]


def imported_modules(source: str) -> list[str]:
    """Every module the source imports, wherever in it."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules += [f"{node.module}.{alias.name}" for alias in node.names]
    return modules


def is_within(name: str, allowed: set[str]) -> bool:
    """Whether the module is one of the allowed ones or lies in one."""
    return any(name == module or name.startswith(f"{module}.") for module in allowed)


@pytest.mark.parametrize("app", MAY_USE)
def test_an_app_uses_only_what_the_house_allows(app):
    broken = {
        str(path.relative_to(ROOT)): forbidden
        for path in sorted((ROOT / app).rglob("*.py"))
        if (forbidden := forbidden_imports(app, path.read_text()))
    }
    assert broken == {}


def test_every_app_stands_in_the_table():
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} <= set(MAY_USE)


@pytest.mark.parametrize(
    ("app", "source", "forbidden"),
    [
        ("billing", "from payments.models import Receipt", ["payments.models.Receipt"]),
        ("billing", "def late():\n    import reports.ageing", ["reports.ageing"]),
        ("office", "from ledger import posting", ["ledger.posting"]),
        ("office", "from ledger import money", []),
        ("ledger", "from office.models import User", ["office.models.User"]),
        ("reports", "from config import settings", ["config.settings"]),
        ("payments", "from billing.models import Invoice", []),
    ],
)
def test_a_forbidden_import_is_found(app, source, forbidden):
    assert forbidden_imports(app, source) == forbidden
