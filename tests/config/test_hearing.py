"""A worker that nothing reaches any more ends by itself, and leaves none of its processes behind."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from celery import Celery

from config.processes import DEAF
from config.services import valkey
from config.waiting import wait_until

SILENCE = 6


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[dict[str, str]]:
    with valkey(tmp_path / "valkey") as named:
        yield named


@pytest.fixture
def worker(broker: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    line = [sys.executable, "-m", "celery", "--app", "config", "worker", "--concurrency", "1", "--loglevel", "INFO"]
    environment = {**os.environ, **broker, "WORKER_SILENCE_SECONDS": str(SILENCE)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(line, env=environment, stdout=log, stderr=log, start_new_session=True)
    assert wait_until(lambda: "ready." in (tmp_path / "log").read_text(), seconds=60)
    yield process
    process.kill()


def test_it_works_while_it_is_rung_and_ends_when_nothing_comes(
    worker: Any, broker: dict[str, str], tmp_path: Path
) -> None:
    bells = Celery(broker=broker["REDIS_URL"], set_as_current=False)
    until = time.monotonic() + SILENCE * 1.5
    while time.monotonic() < until:
        bells.send_task("celery.accumulate", [1])
        time.sleep(0.5)
    assert worker.poll() is None
    children = psutil.Process(worker.pid).children(recursive=True)
    assert children
    assert worker.wait(60) == DEAF
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert f"No task came for {SILENCE} seconds, so this worker ends." in (tmp_path / "log").read_text()
