"""One start at a time, leftovers ended, failures shown with the end of their log."""

import os
import subprocess
import sys

import psutil
import pytest

from config.only_one import AlreadyRuns, only_one, write
from config.processes import DEAF, Program, ProgramFailed, end_leftovers, remember
from config.start import stay

SLEEP = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "log").mkdir()
    return tmp_path


def test_a_second_start_is_told_what_the_first_one_says(folder):
    with only_one(folder / "lock") as lock:
        write(lock, "it is at http://localhost:8000")
        with pytest.raises(AlreadyRuns, match=r"^it is at http://localhost:8000$"), only_one(folder / "lock"):
            pass
    with only_one(folder / "lock"):
        pass


def test_a_program_that_stops_by_itself_shows_the_end_of_its_log(folder):
    program = Program("web", [sys.executable, "-c", "print('no such module')"], os.environ, folder)
    program.process.wait()
    with pytest.raises(ProgramFailed, match=r"web stopped by itself(.|\n)*no such module"):
        program.require_running()


def test_a_worker_gone_deaf_is_replaced_and_any_other_end_is_told(folder):
    once = f"""
import pathlib, sys
print("worker starts")
if not (said := pathlib.Path({str(folder / "said")!r})).exists():
    said.touch()
    sys.exit({DEAF})
sys.exit("broken")
"""
    worker = Program("worker", [sys.executable, "-c", once], os.environ, folder)
    with pytest.raises(ProgramFailed, match=r"worker stopped by itself(.|\n)*broken"):
        stay([worker])
    assert worker.log.read_text().split("\n") == ["worker starts", "worker starts", "broken", ""]


def test_a_program_told_to_stop_is_gone(folder):
    program = Program("web", SLEEP, os.environ, folder)
    program.require_running()
    program.stop()
    assert not psutil.pid_exists(program.process.pid)
    assert list(folder.glob("*.pid")) == []


def test_what_a_killed_start_left_running_is_ended(folder):
    left = subprocess.Popen(SLEEP)
    remember(left.pid, folder / "web.pid")
    end_leftovers(folder)
    assert not psutil.pid_exists(left.pid)
    assert list(folder.glob("*.pid")) == []


def test_a_number_that_now_belongs_to_another_process_is_left_alone(folder):
    (folder / "web.pid").write_text(f"{os.getpid()} 1.0")
    end_leftovers(folder)
    assert list(folder.glob("*.pid")) == []
