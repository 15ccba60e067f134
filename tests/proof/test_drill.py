"""A small drill, as `manage.py drill` plays it: a few days with kills, and what it tells of them."""

import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import psutil
import pytest

from config.waiting import wait_until
from tests.proof.house import NotOwn, require_own
from tests.proof.kills import VICTIMS, Kill, kill_of
from tests.proof.options import add_options
from tests.proof.points import WEB, WORKER
from tests.proof.rows import Played, as_table, goals

RUNS = os.environ.get("DUEBOOK_DRILL", "2")
"""Days with a kill; more of them are played by the command."""


@pytest.mark.timeout(1200)
def test_a_day_under_kills_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    results = tmp_path / "drill.json"
    asked = ["--runs", RUNS, "--seed", "1", "--faults", "none", "--json", str(results)]

    done = subprocess.run([sys.executable, "manage.py", "drill", *asked], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads(results.read_text())
    assert [day["name"] for day in kept["days"]] == ["undisturbed", *(f"seed {seed + 1}" for seed in range(int(RUNS)))]
    assert all(day["ok"] and day["mails"] > 10 for day in kept["days"])
    assert any(day["deaths"] for day in kept["days"])
    assert all(goal["ok"] for goal in kept["goals"])


def test_a_seed_always_means_the_same_kill_and_seeds_reach_every_victim_and_point() -> None:
    kills = [kill_of(seed) for seed in range(2000)]
    assert kills == [kill_of(seed) for seed in range(2000)]
    assert {kill.victim for kill in kills if not kill.point} == set(VICTIMS)
    assert {kill.point for kill in kills} == {"", *WEB, *WORKER}
    assert str(Kill("web", "issue", 0.25)) == "web after 0.25 of issue"


def test_a_server_whose_data_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    named = os.environ.get("DATABASE_SUPERUSER_URL") or os.environ["DATABASE_OWNER_URL"]
    with pytest.raises(NotOwn, match="a drill works in its own alone"):
        require_own(named, tmp_path)


def test_servers_that_the_environment_names_are_refused() -> None:
    asked = [sys.executable, "-m", "tests.proof", "--runs", "0"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "A drill works on servers of its own alone. Unset DATABASE_URL" in done.stderr


def test_a_drill_that_is_ended_from_outside_leaves_nothing_running() -> None:
    drill = subprocess.Popen([sys.executable, "manage.py", "drill", "--runs", "0"])
    folder = Path("var/proof") / str(drill.pid)
    told = folder / "postgres" / "postmaster.pid"  # of a server only where it is ready; initdb writes one as well
    assert wait_until(lambda: told.exists() and "ready" in told.read_text(), seconds=60)
    drill.terminate()
    assert drill.wait(60) != 0
    named = [each for each in psutil.process_iter(["cmdline"]) if str(folder.absolute()) in str(each.info["cmdline"])]
    assert named == []
    shutil.rmtree(folder)


def test_a_broken_promise_is_a_goal_that_was_missed_and_says_how_to_repeat_it() -> None:
    bad = Played(
        "seed 7", "web after 0.10 of issue", 7, mails=20, broken=["mails: statement 3 is sent and left 2 times"]
    )
    days = [Played("undisturbed", "nothing happened", mails=20), bad]
    missed = [goal.what for goal in goals(days) if not goal.is_reached]
    assert missed == ["days with a broken promise", "mails lost, doubled or stuck"]
    assert "manage.py drill --runs 1 --seed 7 --faults none" in as_table(days)
    assert "MISSED" not in as_table(days[:1])


def test_without_options_twenty_days_and_every_fault_are_played() -> None:
    parser = ArgumentParser()
    add_options(parser)
    usual = parser.parse_args([])
    assert (usual.runs, usual.seed, usual.faults, str(usual.json)) == (20, 1, "all", "var/proof/drill.json")
