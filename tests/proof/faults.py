"""Faults other than a kill, each a scenario that lasts while the day is worked and is over when it settles.

What cannot be done without rights over the machine: a disk that is really full. In its place PostgreSQL's processes
get a limit on the size of a file, so that it can write no more of its log and, as on a full disk, stops itself.
"""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from random import Random

import redis

from tests.proof.clock import Clock
from tests.proof.drill import Drill, Fault
from tests.proof.house import House, administer

ROOM = 150_000
"""Bytes of its log that PostgreSQL can write on a disk that is nearly full: a part of a day's."""
OFTEN = 0.1
"""Seconds between two blows of a fault that comes again and again."""
CUT = 3.0
"""Seconds for which a line is cut."""


@contextmanager
def relay_refuses(drill: Drill) -> Iterator[None]:
    """The relay takes no mail for now."""
    answers = iter(["451 4.3.0 Try again later"] * 6)
    drill.relay.at_data = lambda: next(answers, "250 Taken")
    yield


@contextmanager
def relay_hangs(drill: Drill) -> Iterator[None]:
    """The relay takes connections and says nothing, until they are broken off."""
    wire = drill.house.wires["relay"]
    wire.silence()
    with _later(6, lambda: (wire.cut(), wire.mend())):
        yield


@contextmanager
def relay_hangs_up(drill: Drill) -> Iterator[None]:
    """The relay takes every third mail and hangs up without an answer: nobody knows, so it is uncertain."""
    count = iter(range(10**6))
    drill.relay.at_data = lambda: "250 hang up" if next(count) % 3 == 0 else "250 Taken"
    yield


@contextmanager
def relay_is_slow(drill: Drill) -> Iterator[None]:
    """The relay takes a second over each mail."""

    def answer() -> str:
        time.sleep(1)
        return "250 Taken"

    drill.relay.at_data = answer
    yield


@contextmanager
def worker_is_ahead(drill: Drill) -> Iterator[None]:
    """A second worker's clock is three hours ahead of the others'."""
    ahead = Clock(drill.house.folder / "clock.ahead")
    ahead.set(drill.house.clock.ahead + 3 * 3600)
    with drill.house.program("worker ahead", "worker", ahead):
        yield


@contextmanager
def clock_jumps(drill: Drill) -> Iterator[None]:
    """Every clock goes forward by an hour and back again, time after time."""
    turns = iter(range(10**6))

    def jump() -> None:
        drill.house.clock.move(3600 if next(turns) % 2 == 0 else -3600)

    with _again_and_again(1.5, jump):
        yield


@contextmanager
def two_beats(drill: Drill) -> Iterator[None]:
    """Two beats ring, and two workers hear them."""
    with drill.house.program("beat 2", "beat"), drill.house.program("worker 2", "worker"):
        yield


@contextmanager
def bells_ring_twice(drill: Drill) -> Iterator[None]:
    """The broker hands each message out again and again."""

    def double() -> None:
        for message in drill.house.redis.lrange("celery", 0, 20):
            drill.house.redis.rpush("celery", message)

    with _again_and_again(OFTEN * 5, double):
        yield


@contextmanager
def bells_are_lost(drill: Drill) -> Iterator[None]:
    """The broker loses most messages before anybody hears them."""
    chance = Random(1)

    def lose() -> None:
        if chance.random() < 0.7:
            drill.house.redis.delete("celery")

    with _again_and_again(OFTEN, lose):
        yield


@contextmanager
def database_is_cut_off(drill: Drill) -> Iterator[None]:
    """The line to PostgreSQL is cut, again and again."""
    with _cut(drill.house, "postgres"):
        yield


@contextmanager
def database_is_silent(drill: Drill) -> Iterator[None]:
    """Packets to PostgreSQL are lost for a while, and then the line is cut."""
    with _cut(drill.house, "postgres", silently=True):
        yield


@contextmanager
def broker_is_cut_off(drill: Drill) -> Iterator[None]:
    """The line to Valkey is cut, again and again."""
    with _cut(drill.house, "valkey"):
        yield


@contextmanager
def broker_is_silent(drill: Drill) -> Iterator[None]:
    """Packets to Valkey are lost for a while, and then the line is cut."""
    with _cut(drill.house, "valkey", silently=True):
        yield


@contextmanager
def relay_is_cut_off(drill: Drill) -> Iterator[None]:
    """The line to the mail relay is cut, again and again."""
    with _cut(drill.house, "relay"):
        yield


@contextmanager
def database_disk_is_full(drill: Drill) -> Iterator[None]:
    """PostgreSQL has no more room for its log and stops itself; later it is started again with room enough."""
    servers = drill.house.servers
    log = servers.folder / "postgres" / "log"
    log.write_text("")
    with little_room(drill.house):
        servers.restart_postgres()
    with _later(12, servers.restart_postgres):
        yield
    assert "File too large" in log.read_text(errors="replace"), "It never ran out of room."


@contextmanager
def backup_disk_is_full(drill: Drill) -> Iterator[None]:
    """A backup finds no room half-way: it says so, and leaves no file that looks like a backup."""
    target = drill.house.folder / "office.backup"
    line = [sys.executable, "manage.py", "backup", str(target)]
    environment = os.environ | drill.house.servers.environment
    done = subprocess.run(
        line,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    left = [each.name for each in target.parent.glob("office.backup*")]
    assert (done.returncode != 0, left) == (True, []), f"backup: {done.returncode}, {left}: {done.stderr[-500:]}"
    yield


FAULTS: dict[str, Fault] = {
    each.__name__: each
    for each in (
        relay_refuses,
        relay_hangs,
        relay_hangs_up,
        relay_is_slow,
        relay_is_cut_off,
        worker_is_ahead,
        clock_jumps,
        two_beats,
        bells_ring_twice,
        bells_are_lost,
        database_is_cut_off,
        database_is_silent,
        broker_is_cut_off,
        broker_is_silent,
        database_disk_is_full,
        backup_disk_is_full,
    )
}


@contextmanager
def little_room(house: House) -> Iterator[None]:
    """A PostgreSQL that is started inside can write so much more of its log (`ROOM`), and then none.

    No file may grow beyond the largest of its tables; its log, in a new file, is filled up to that first.
    """
    tables = (house.servers.folder / "postgres" / "base").rglob("*")
    most = max(each.stat().st_size for each in tables) + ROOM
    administer(
        house.superuser,
        "CHECKPOINT",
        "SELECT pg_switch_wal()",
        f"SELECT pg_logical_emit_message(true, 'drill', repeat('x', {most - ROOM}))",
    )
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@contextmanager
def _cut(house: House, name: str, *, silently: bool = False) -> Iterator[None]:
    wire = house.wires[name]

    def cut() -> None:
        if silently:
            wire.silence()
            time.sleep(CUT)
        wire.cut()
        time.sleep(CUT / 3)
        wire.mend()

    with _again_and_again(CUT, cut):
        yield


@contextmanager
def _again_and_again(seconds: float, blow: Callable[[], object]) -> Iterator[None]:
    """A blow each so many seconds, whatever state the house is in; when this ends, none is under way."""
    over, blows = threading.Event(), [0]

    def strike() -> None:
        while not over.wait(seconds):
            with suppress(redis.RedisError):
                blow()
                blows[0] += 1

    striking = threading.Thread(target=strike, daemon=True)
    striking.start()
    try:
        yield
    finally:
        over.set()
        striking.join()
    assert blows[0], "Nothing happened."


@contextmanager
def _later(seconds: float, blow: Callable[[], object]) -> Iterator[None]:
    """One blow after so many seconds; it has come when this ends."""
    with ThreadPoolExecutor(1) as striking:
        coming = striking.submit(lambda: (time.sleep(seconds), blow()))
        yield
        coming.result()
