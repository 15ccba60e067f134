"""`python -m tests.proof.mutation [group ...]`: whether a test fails for each small change to what counts money.

`--rest [group ...]` asks again of what survived the last run, was not asked about, or was changed since; `--again` only
says once more what the last runs found.

mutmut makes the changes, in a copy of the project under var/proof/mutation with services of its own, and runs for each
the tests that reach the changed function. What survives is either a hole in the tests, or changes nothing that anybody
could see; `survivors.csv` says of those why. Leaves with 1 where the score is below the goal, a survivor is new or a
change was not asked about.
"""

import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from functools import cache
from pathlib import Path
from typing import NamedTuple

from config.services import passing_services

ROOT = Path(__file__).parents[2]
COPIES = ROOT / "var" / "proof" / "mutation"
TOOL = ROOT / "var" / "proof" / "mutmut"
PINNED = ["mutmut==3.8.1", "libcst==1.9.0", "coverage==7.17.5", "setproctitle==1.3.7"]
"""All it needs that the tests do not have already: another pytest must not come along."""
SURVIVORS = Path(__file__).with_name("survivors.csv")
GOAL = 90
"""Of a hundred changes, so many must make a test fail."""
SURVIVED, UNTESTED = {0}, {5, 33}
NOT_OTHERS = ("tests", "pyproject.toml", "mutants", "mutmut.log")
"""What mutmut copies by itself, and what it made."""
KINDS = ("killed", "explained", "survived", "not asked")
GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "money": (["ledger/money.py"], ["tests/ledger/test_money.py"]),
    "days": (["ledger/calendar.py"], ["tests/ledger/test_calendar.py"]),
    "documents": (
        ["billing/calculations.py"],
        [
            "tests/billing/test_calculations.py",
            "tests/billing/test_calculations_of_anything.py",
            "tests/billing/test_credit_calculations.py",
            "tests/billing/test_published_totals.py",
        ],
    ),
    "matching": (
        [f"payments/matching/{each}.py" for each in ("certainty", "facts", "sums", "weighing", "words")],
        [
            "tests/payments/test_matching.py",
            "tests/payments/test_weighing.py",
            "tests/payments/test_certainty.py",
        ],
    ),
    "evidence": (
        [f"payments/matching/{each}.py" for each in ("advices", "asking", "gathering", "names")],
        ["tests/payments/test_evidence.py"],
    ),
    "book": (
        [
            f"ledger/{each}.py"
            for each in (
                "accounts",
                "agreed_days",
                "allocating",
                "balances",
                "day_sums",
                "merging",
                "periods",
                "posting",
            )
        ],
        [
            "tests/ledger/test_posting.py",
            "tests/ledger/test_allocating.py",
            "tests/ledger/test_balances.py",
            "tests/ledger/test_day_sums.py",
            "tests/ledger/test_agreed_days.py",
        ],
    ),
}
"""By name, what is changed, and the tests that must notice by themselves."""


class Mutant(NamedTuple):
    """A changed function: its group, module and name for mutmut, and how its tests left; nothing if not asked."""

    group: str
    module: str
    name: str
    code: int | None

    @property
    def function(self) -> str:
        return self.name.rpartition("__mutmut_")[0]


def run(group: str, *, rest: bool) -> None:
    """Make and judge all changes of a group, or the rest of them."""
    if not TOOL.exists():
        wanted = ["install", "--quiet", "--no-deps", "--target", str(TOOL), *PINNED]
        subprocess.run([sys.executable, "-m", "pip", *wanted], check=True)
    copy = COPIES / group
    if rest:
        forget_survivors(copy / "mutants")
    else:
        shutil.rmtree(copy, ignore_errors=True)
    copy_project(group, copy)
    with passing_services(ROOT / "var" / "test") as services, (copy / "mutmut.log").open("wb") as log:
        env = {**os.environ, **services, "PYTHONPATH": str(TOOL), "SECRET_KEY": "only for tests"}
        command = [sys.executable, "-m", "tests.proof.standing", "run", "--max-children", "1"]
        subprocess.run(command, cwd=copy, env=env, stdout=log, stderr=log, check=False)


def forget_survivors(changed: Path) -> None:
    """Let the next run ask about what survived, and anew which tests reach what."""
    (changed / "mutmut-stats.json").unlink(missing_ok=True)
    for path in changed.glob("**/*.py.meta"):
        meta = json.loads(path.read_text())
        codes = meta["exit_code_by_key"].items()
        meta["exit_code_by_key"] = {name: None if code in SURVIVED | UNTESTED else code for name, code in codes}
        path.write_text(json.dumps(meta))


def copy_project(group: str, copy: Path) -> None:
    """What git knows of the project, with what mutmut is told."""
    modules, tests = GROUPS[group]
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, known.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    rooms = sorted({each.split("/")[0] for each in modules})
    others = [each.name for each in copy.iterdir() if each.name not in {*rooms, *NOT_OTHERS}]
    told = {
        "source_paths": rooms,
        "only_mutate": modules,
        "do_not_mutate": ["*/migrations/*", "*/models/*", "*/apps.py"],
        "process_isolation": "forkserver",
        "also_copy": sorted(others),
        "pytest_add_cli_args": ["--reuse-db", "--timeout=30", "-p", "no:randomly", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": tests,
    }
    with (copy / "pyproject.toml").open("a") as settings:
        settings.write("\n[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items()))


def mutants() -> Iterator[Mutant]:
    """What became of each change that was made."""
    for meta in sorted(COPIES.glob("*/mutants/**/*.py.meta")):
        group, _, *path = meta.relative_to(COPIES).parts
        module = "/".join(path).removesuffix(".meta")
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            yield Mutant(group, module, name, code)


def difference(mutant: Mutant) -> str:
    """The lines that a change took away and put in."""
    lines = functions(COPIES / mutant.group / "mutants" / mutant.module)
    name = mutant.name.rpartition(".")[2]
    before, after = lines[f"{mutant.function.rpartition('.')[2]}__mutmut_orig"], lines[name]
    told = unified_diff(before, after, lineterm="", n=0)
    return "\n".join(line for line in told if line[:1] in "+-" and line[:3] not in ("+++", "---"))


@cache
def functions(module: Path) -> dict[str, list[str]]:
    """By name, the lines of each function of a changed module; in them, each change has the function's name."""
    source = module.read_text()
    lines = re.sub(r"__mutmut_(orig|\d+)", "", source).splitlines()
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {node.name: lines[node.lineno - 1 : node.end_lineno] for node in found}


def explained() -> dict[tuple[str, str], str]:
    """By function and difference, why nobody could see it."""
    with SURVIVORS.open() as file:
        return {(row["function"], row["difference"]): row["why"] for row in csv.DictReader(file)}


def judged(mutant: Mutant, known: Mapping[tuple[str, str], str]) -> str:
    """What became of a change: one of KINDS."""
    if mutant.code is None:
        return "not asked"
    if mutant.code not in SURVIVED | UNTESTED:
        return "killed"
    return "explained" if known.get((mutant.function, difference(mutant))) else "survived"


def report() -> bool:
    """Print what survived and nobody explained, and the score of each module; whether all is well."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    known = explained()
    for mutant in mutants():
        kind = judged(mutant, known)
        counts[mutant.module][kind] += 1
        if kind == "survived":
            reached = "" if mutant.code in SURVIVED else ": no test reaches it"
            print(f"{mutant.name}{reached}\n{difference(mutant)}\n")
    whole = sum(counts.values(), Counter())
    print(f"| module | {' | '.join(KINDS)} | killed of a hundred |\n|---|{'--:|' * (len(KINDS) + 1)}")
    for module, count in [*counts.items(), ("all", whole)]:
        print(f"| {module} | {' | '.join(str(count[kind]) for kind in KINDS)} | {score(count):.1f} |")
    return score(whole) >= GOAL and not whole["survived"] and not whole["not asked"]


def score(count: Counter[str]) -> float:
    """How many of a hundred changes that were asked about made a test fail."""
    return 100 * count["killed"] / max(count.total() - count["not asked"], 1)


if __name__ == "__main__":
    groups = [name for name in sys.argv[1:] if name in GROUPS]
    if sys.argv[1:] != ["--again"]:
        for group in groups or GROUPS:
            run(group, rest="--rest" in sys.argv)
    sys.exit(not report())
