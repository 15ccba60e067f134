"""Plays the day: undisturbed, then under each fault that is asked for."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import SimpleNamespace
from typing import TypeVar
from urllib.parse import urlsplit

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from config.services import ServiceFailed
from config.waiting import wait_until
from office.models import Run, RunStatus
from office.work.runs import resume_run
from tests.proof.caller import Caller, NotAnswered
from tests.proof.day import STEPS, Day
from tests.proof.holds import Facts, broken, facts, is_settled, uncertain
from tests.proof.house import House
from tests.proof.kills import Kill, kill_of, strike
from tests.proof.office import Office
from tests.proof.rows import Played
from tests.proof.wire import Wire
from tests.receiver import Receiver, running_receiver
from tests.relay import RelayHandler, running_relay

SETTLES = 120
"""Seconds for which what is left of a day is waited for."""
LOOKS = 3
MINUTE, LEASE = 61.0, 20 * 60.0
STUCK = 3.0
"""Seconds without any change after which the clock goes on by more than any lease."""
Answer = TypeVar("Answer")
Fault = Callable[["Drill"], AbstractContextManager[None]]


class Drill:
    """A house at work, with a relay for its mail and a program that is told of everything."""

    def __init__(self, house: House, office: Office, relay: RelayHandler, receiver: Receiver) -> None:
        self.house, self.office, self.relay, self.receiver = house, office, relay, receiver
        self.morning = house.clock.ahead
        self.usual: Facts | None = None
        self.takes = dict.fromkeys(STEPS, 0.5)
        self.resumed = 0

    def play(self, played: Played, *, kill: Kill | None = None, fault: Fault | None = None) -> Played:
        """A whole day, and what is broken at its end."""
        began = time.monotonic()
        self._begin()
        caller = Caller(self.house.port, self.office.secret)
        try:
            with fault(self) if fault else ExitStack():
                self._work(caller, kill)
            played.broken, played.uncertain = self.judge(), uncertain()
        except (NotAnswered, AssertionError, DatabaseError, OSError, ServiceFailed) as failure:
            played.broken = [f"the day: {failure!r}"]
        played.happened = not (kill and kill.point and self.house.point.exists())
        played.seconds = round(time.monotonic() - began, 1)
        played.deaths, played.sent_again, played.resumed = list(self.house.deaths), caller.again, self.resumed
        played.mails = len(self.relay.taken)
        return played

    def undisturbed(self) -> Played:
        """The day by which all others are judged."""
        played = self.play(Played("undisturbed", "nothing happened"))
        self.usual = facts()
        return played

    def killed(self, seed: int) -> Played:
        """The day with the kill of a seed."""
        kill = kill_of(seed)
        return self.play(Played(f"seed {seed}", str(kill), seed), kill=kill)

    @property
    def taken(self) -> list[str]:
        """The Message-IDs that the relay took."""
        return [str(mail["Message-ID"]) for mail in self.relay.taken]

    @property
    def told(self) -> list[str]:
        """The events that were told."""
        return [got.headers["webhook-id"] for got in self.receiver.got]

    def judge(self) -> list[str]:
        """What is broken when all is done. The schedule goes on, so what it just began is let end and looked at again;
        a promise that was broken stays so."""
        for _ in range(LOOKS):
            self.settle()
            if not (found := broken(self.taken, self.told, self.usual)):
                break
        return found

    def settle(self) -> None:
        """Let all that is left be done: the office's clock goes on, by minutes, and by hours where nothing moves."""
        until, seen, since = time.monotonic() + SETTLES, None, time.monotonic()
        while not asked(is_settled):
            if time.monotonic() > until:
                raise NotAnswered("The day does not settle.")
            self.resumed += asked(_resume_failed)
            if (now := asked(_standing)) != seen:
                seen, since = now, time.monotonic()
            self.move_on(LEASE if time.monotonic() - since > STUCK else MINUTE)

    def move_on(self, seconds: float = MINUTE) -> None:
        """Let the schedule ring, once the workers have heard what it rang before: the office's clock goes on."""
        if seconds > MINUTE or not self.house.bells():
            self.house.clock.move(seconds)
        time.sleep(0.5)

    def _begin(self) -> None:
        self.house.reset()
        self.house.deaths.clear()
        self.resumed = 0
        self.relay.taken.clear()
        self.relay.at_data = lambda: "250 Taken"
        self.receiver.got.clear()
        self.house.clock.set(self.morning)
        if not wait_until(self.house.is_up, seconds=60):
            raise AssertionError(f"The house does not stand. {self.house.last_words()}")

    def _work(self, caller: Caller, kill: Kill | None) -> None:
        day, striking = Day(self.office, caller, self.receiver.url, self.move_on), None
        for step in STEPS:
            began = time.monotonic()
            if kill and kill.step == step:
                striking = strike(self.house, kill, self.takes[step])
            getattr(day, step)()
            if self.usual is None:
                self.takes[step] = time.monotonic() - began
        if striking:
            striking.join()


def asked(question: Callable[[], Answer]) -> Answer:
    """The answer to a question to the database, which may just be away."""
    until = time.monotonic() + 30
    while True:
        try:
            return question()
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(0.2)


@contextmanager
def at_work(house: House, office: Office) -> Iterator[Drill]:
    """The house with everything running that a day needs."""
    address = SimpleNamespace(EMAIL_URL="")
    with running_relay(address) as relay, running_receiver() as receiver:
        port = urlsplit(address.EMAIL_URL).port
        assert port
        house.wires["relay"] = Wire(port)
        with house.working(f"smtp://127.0.0.1:{house.wires['relay'].port}"):
            yield Drill(house, office, relay, receiver)


def _standing() -> object:
    """What moves while work is done."""
    return facts()["mails"], list(Run.objects.order_by("pk").values_list("status", "done"))


def _resume_failed() -> int:
    """Press the button that people are shown at a run that failed; how many there were."""
    failed = list(Run.objects.filter(status=RunStatus.FAILED).values_list("pk", flat=True))
    for run_id in failed:
        resume_run(run_id)
    return len(failed)
