"""What has opened many a program is not in ours: code made of text, objects made of bytes, shells, weak hashes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("ledger", "office", "customers", "billing", "payments", "credit_control", "reports", "config")

FORBIDDEN = {
    "eval": "runs text",
    "exec": "runs text",
    "compile": "runs text",
    "pickle.loads": "makes objects of bytes",
    "pickle.load": "makes objects of bytes",
    "marshal.loads": "makes objects of bytes",
    "shelve.open": "makes objects of bytes",
    "yaml.load": "makes objects of text",
    "os.system": "asks a shell",
    "os.popen": "asks a shell",
    "subprocess.getoutput": "asks a shell",
    "mark_safe": "lets text be markup",
    "uuid.uuid1": "can be guessed",
    "hashlib.md5": "is weak",
    "md5": "is weak",
    "sha1": "is weak",
    "tempfile.mktemp": "names a file that another may make",
}
ALLOWED = {
    ("office/ways_in/passwords.py", "sha1"): "the form in which stolen passwords are published",
}
CHANCE = {
    "config/management/commands/seed_demo.py": "the same demo each time",
    "office/tasks.py": "which mail goes first",
    "payments/habits.py": "how made-up customers pay",
    "payments/operations/simulate_receipts.py": "how made-up customers pay",
    "office/webhooks/sending.py": "that not all come back at once",
}
"""Modules that draw by `random`, which can be foreseen, each with what for: never for what is to be a secret."""


def name_of(node: ast.expr) -> str:
    """`a.b` for a call of it."""
    if isinstance(node, ast.Attribute):
        before = name_of(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls_in(source: str) -> Iterator[tuple[str, ast.Call]]:
    """All that a source calls, with its name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield name_of(node.func), node


def modules_of(source: str) -> set[str]:
    """The modules that a source imports, as they are named there."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def dangers_in(source: str) -> set[str]:
    """What a source calls and may not."""
    found = {name for name, _ in calls_in(source) if name in FORBIDDEN}
    for name, call in calls_in(source):
        if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in call.keywords):
            found.add(f"{name} with a shell")
    return found


def sources() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def test_no_module_calls_what_is_dangerous():
    found = {(str(path.relative_to(ROOT)), name) for path in sources() for name in dangers_in(path.read_text())}
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "line",
    ["eval(x)", "pickle.loads(x)", "yaml.load(x)", "os.system(x)", "subprocess.run(x, shell=True)", "mark_safe(x)"],
)
def test_a_planted_call_is_found(line: str):
    assert dangers_in(f"def f(x):\n    return {line}\n")
    assert not dangers_in("subprocess.run(['ls', x], shell=False)")


def test_chance_that_can_be_foreseen_is_drawn_for_no_secret():
    drawing = {
        name
        for path in sources()
        if not (name := str(path.relative_to(ROOT))).startswith(("config/bench/", "config/demo"))
        and "random" in modules_of(path.read_text())
    }
    assert drawing == set(CHANCE)


def test_our_scripts_ask_a_browser_for_no_place_camera_or_microphone():
    asking = ("geolocation", "mediaDevices", "getUserMedia", "Notification.", "navigator.contacts")
    scripts = {path: path.read_text() for path in (ROOT / "static" / "js").rglob("*.js")}
    assert len(scripts) > 10
    assert [(path.name, word) for path, text in scripts.items() for word in asking if word in text] == []
