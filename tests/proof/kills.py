"""Kills: which program or server dies, and when; a seed says both."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Thread

import psutil

from tests.proof.day import STEPS
from tests.proof.house import House
from tests.proof.points import WEB, WORKER

AWAY = 0.5
"""Seconds until a server that was killed is started again."""


@dataclass(frozen=True)
class Kill:
    """A victim, the step of the day in which it dies, and after which part of it; or the point of its own code."""

    victim: str
    step: str
    part: float = 0.0
    point: str = ""

    def __str__(self) -> str:
        when = f"at {self.point}, from {self.step} on" if self.point else f"after {self.part:.2f} of {self.step}"
        return f"{self.victim} {when}"


def kill_of(seed: int) -> Kill:
    """The kill of a seed: half of them at a point of the code, half at any moment."""
    chance = Random(seed)
    if chance.random() < 0.5:
        victim = chance.choice(["web", "worker", "worker"])
        point = chance.choice(WEB if victim == "web" else WORKER)
        is_everywhere = point.startswith(("office.", "ledger."))
        return Kill(victim, chance.choice(STEPS) if is_everywhere else STEPS[0], point=point)
    return Kill(chance.choice(sorted(VICTIMS)), chance.choice(STEPS), round(chance.random(), 2))


def strike(house: House, kill: Kill, seconds: float) -> Thread:
    """Let it happen in a step that usually takes so many seconds; the thread ends when what died is started again."""

    def act() -> None:
        if kill.point:
            house.point.write_text(kill.point)
            return
        time.sleep(seconds * kill.part)
        VICTIMS[kill.victim](house)

    striking = Thread(target=act, name=str(kill), daemon=True)
    striking.start()
    return striking


def _one_process(program: str) -> Callable[[House], None]:
    def kill(house: House) -> None:
        children = psutil.Process(house.programs[program].pid).children()
        if children:
            os.kill(children[-1].pid, signal.SIGKILL)

    return kill


def _postgres(house: House) -> None:
    house.servers.kill_postgres()
    time.sleep(AWAY)
    house.servers.restart_postgres()


def _valkey(house: House) -> None:
    house.servers.kill_valkey()
    time.sleep(AWAY)
    house.servers.restart_valkey()


VICTIMS: dict[str, Callable[[House], None]] = {
    "web": lambda house: house.programs["web"].kill(),
    "worker": lambda house: house.programs["worker"].kill(),
    "beat": lambda house: house.programs["beat"].kill(),
    "a process of the web": _one_process("web"),
    "a process of the worker": _one_process("worker"),
    "PostgreSQL": _postgres,
    "Valkey": _valkey,
    "what Valkey holds": lambda house: house.redis.flushall(),
}
