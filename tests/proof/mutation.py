"""`python -m tests.proof.mutation [module ...]`: whether a test fails for each small change to what counts money.

mutmut makes the changes, in a copy of the project under var/proof/mutation with services of its own, and runs for each
the tests that reach the changed function. What survives is either a hole in the tests, or changes nothing that anybody
could see; `survivors.csv` says of those why. Leaves with 1 where the score is below the goal or a survivor is new.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from config.services import passing_services

ROOT = Path(__file__).parents[2]
COPY = ROOT / "var" / "proof" / "mutation"
TOOL = ROOT / "var" / "proof" / "mutmut"
PINNED = ["mutmut==3.8.1", "libcst==1.9.0", "coverage==7.17.5", "setproctitle==1.3.7"]
"""All it needs that the tests do not have already: another pytest must not come along."""
SURVIVORS = Path(__file__).with_name("survivors.csv")
GOAL = 90
"""Of a hundred changes, so many must make a test fail."""
SURVIVED, UNTESTED = {0}, {5, 33}
KINDS = ("killed", "explained", "survived", "not asked")
MODULES = ["ledger/*.py", "billing/calculations.py", "payments/matching/*.py"]
TESTS = [
    "tests/ledger",
    "tests/billing/test_calculations.py",
    "tests/billing/test_calculations_of_anything.py",
    "tests/billing/test_credit_calculations.py",
    "tests/billing/test_crediting.py",
    "tests/billing/test_published_totals.py",
    "tests/credit_control/test_agreed_days.py",
    "tests/payments/test_allocation_cases.py",
    "tests/payments/test_declared_payers.py",
    "tests/payments/test_exchange_receipt.py",
    "tests/payments/test_match_bank_line.py",
    "tests/payments/test_match_certain.py",
    "tests/payments/test_matching.py",
    "tests/payments/test_matching_noise.py",
    "tests/reports/test_check_book.py",
]


class Mutant(NamedTuple):
    """A changed function: where, by which name mutmut knows it, and how its tests left; nothing if not asked."""

    module: str
    name: str
    code: int | None

    @property
    def function(self) -> str:
        return self.name.rpartition("__mutmut_")[0]


def run(modules: Iterable[str]) -> None:
    """Make and judge all changes to some modules."""
    if not TOOL.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", TOOL, *PINNED], check=True
        )
    copy_project(modules)
    with passing_services(ROOT / "var" / "test") as services:
        env = {**os.environ, **services, "PYTHONPATH": str(TOOL), "SECRET_KEY": "only for tests"}
        log = (COPY / "mutmut.log").open("wb")
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
        subprocess.run(command, cwd=COPY, env=env, stdout=log, stderr=log, check=False)


def copy_project(modules: Iterable[str]) -> None:
    """What git knows of the project, with what mutmut is told."""
    shutil.rmtree(COPY, ignore_errors=True)
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, known.decode().split("\0")):
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)
    rooms = sorted({each.split("/")[0] for each in MODULES})
    others = [each.name for each in COPY.iterdir() if each.name not in {*rooms, "tests", "pyproject.toml"}]
    told = {
        "source_paths": rooms,
        "only_mutate": list(modules),
        "do_not_mutate": ["*/migrations/*"],
        "process_isolation": "forkserver",
        "also_copy": sorted(others),
        "pytest_add_cli_args": ["--reuse-db", "-p", "no:randomly", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": TESTS,
    }
    with (COPY / "pyproject.toml").open("a") as settings:
        settings.write("\n[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items()))


def mutants() -> Iterator[Mutant]:
    """What became of each change."""
    for meta in sorted((COPY / "mutants").rglob("*.py.meta")):
        module = str(meta.relative_to(COPY / "mutants")).removesuffix(".meta")
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            yield Mutant(module, name, code)


def difference(name: str) -> str:
    """The lines that a change took away and put in."""
    env = {**os.environ, "PYTHONPATH": str(TOOL)}
    shown = subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=COPY, env=env, capture_output=True)
    lines = shown.stdout.decode().splitlines()
    return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


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
    return "explained" if known.get((mutant.function, difference(mutant.name))) else "survived"


def report() -> bool:
    """Print what survived and nobody explained, and the score of each module; whether all is well."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    known = explained()
    for mutant in mutants():
        kind = judged(mutant, known)
        counts[mutant.module][kind] += 1
        if kind == "survived":
            reached = "" if mutant.code in SURVIVED else ": no test reaches it"
            print(f"{mutant.name}{reached}\n{difference(mutant.name)}\n")
    whole = sum(counts.values(), Counter())
    print(f"| module | {' | '.join(KINDS)} | killed of a hundred |\n|---|{'--:|' * (len(KINDS) + 1)}")
    for module, count in [*counts.items(), ("all", whole)]:
        print(f"| {module} | {' | '.join(str(count[kind]) for kind in KINDS)} | {score(count):.1f} |")
    return score(whole) >= GOAL and not whole["survived"]


def score(count: Counter[str]) -> float:
    """How many of a hundred changes that were asked about made a test fail."""
    return 100 * count["killed"] / max(count.total() - count["not asked"], 1)


if __name__ == "__main__":
    if sys.argv[1:] != ["--again"]:  # only say once more what the last run found
        run(sys.argv[1:] or MODULES)
    sys.exit(not report())
