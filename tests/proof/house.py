"""The office of a drill: servers and programs of its own, which can be killed and are started again."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis
from django.db import connection
from psycopg2.extensions import parse_dsn

from config.services import free_port, postgres, valkey
from config.start import web_answers
from tests.proof.clock import Clock
from tests.proof.program import Program
from tests.proof.servers import OwnServers
from tests.proof.wire import Wire

OPTIONS = {
    "web": ["--workers", "2", "--threads", "4", "--graceful-timeout", "3"],
    "worker": ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
    "beat": ["--loglevel", "WARNING"],
}
SETTINGS = "recovery_init_sync_method = syncfs  # else each start after a kill first reads every file there is"
TEMPLATE = "duebook_morning"
"""The database as it is before the day."""


class NotOwn(Exception):
    """A database that is not the drill's: it would be emptied."""


class House:
    """Servers, wires to them, and the three programs."""

    def __init__(self, folder: Path, servers: OwnServers, clock: Clock) -> None:
        self.folder, self.servers, self.clock = folder, servers, clock
        self.superuser = servers.environment["DATABASE_SUPERUSER_URL"]
        require_own(self.superuser, folder)
        self.point = folder / "point"
        where = urlsplit(servers.environment["REDIS_URL"])
        assert where.port
        self.redis = redis.Redis.from_url(servers.environment["REDIS_URL"])
        sockets = Path(parse_dsn(self.superuser)["host"])
        self.wires = {"postgres": Wire(sockets / ".s.PGSQL.5432"), "valkey": Wire(where.port)}
        self.port = free_port()
        self.programs: dict[str, Program] = {}
        self.stays = threading.Event()
        self.deaths: list[str] = []

    def environment_of(self, relay_url: str) -> dict[str, str]:
        """What the programs are told: they reach each server through its wire."""
        where = urlsplit(self.servers.environment["REDIS_URL"])
        return {
            "DATABASE_URL": f"postgresql://duebook_app@127.0.0.1:{self.wires['postgres'].port}/duebook",
            "REDIS_URL": where._replace(netloc=f":{where.password}@127.0.0.1:{self.wires['valkey'].port}").geturl(),
            "EMAIL_URL": relay_url,
            "WORKER_SILENCE_SECONDS": "10",
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
        }

    @contextmanager
    def working(self, relay_url: str) -> Iterator[None]:
        """Web, worker and beat run inside, and whichever dies is started again, as by whoever looks after them."""
        (self.folder / "log").mkdir(exist_ok=True)
        os.environ |= self.environment_of(relay_url)  # of which this process has read what it needs
        with ExitStack() as running:
            for kind in OPTIONS:
                running.enter_context(self.program(kind, kind))
            looking = threading.Thread(target=self._look_after, name="looking after", daemon=True)
            looking.start()
            running.callback(looking.join)
            running.callback(self.stays.set)
            yield

    @contextmanager
    def program(self, name: str, kind: str, clock: Clock | None = None) -> Iterator[None]:
        """One more program of a kind runs inside, by the house's clock or another one."""
        own = {
            "web": ["--bind", f"127.0.0.1:{self.port}"],
            "beat": ["--schedule", str(self.folder / f"{name}.schedule")],
        }
        options = OPTIONS[kind] + own.get(kind, [])
        self.programs[name] = Program(name, kind, options, (clock or self.clock).path, self.folder)
        try:
            yield
        finally:
            self.programs.pop(name).end()

    def bells(self) -> int:
        """How many bells wait for a worker; none where the broker is away."""
        try:
            return int(self.redis.llen("celery"))
        except redis.RedisError:
            return 0

    def is_up(self) -> bool:
        """Whether the web serves."""
        return web_answers(self.port)

    def reset(self) -> None:
        """Make the database what it was in the morning, and the broker empty; whoever works in it is broken off.

        It is copied by file: PostgreSQL takes a sequence that it copied by its log for written further ahead than it
        is, and gives ids twice when it is killed soon after.
        """
        require_own(self.superuser, self.folder)
        connection.close()
        self.point.unlink(missing_ok=True)
        self.redis.flushall()
        administer(
            self.superuser,
            'DROP DATABASE IF EXISTS "duebook" WITH (FORCE)',
            f'CREATE DATABASE "duebook" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY',
        )

    def keep_morning(self) -> None:
        """Take the database as it is now for the morning's."""
        connection.close()
        administer(self.superuser, f'ALTER DATABASE "duebook" RENAME TO "{TEMPLATE}"')

    def last_words(self) -> str:
        """What the programs said last."""
        return "\n".join(f"{name}:\n{each.last_words()}" for name, each in self.programs.items())

    def _look_after(self) -> None:
        while not self.stays.wait(0.05):
            for name, program in list(self.programs.items()):
                if (code := program.exit_code) is not None and name in self.programs:
                    self.deaths.append(f"{name} ({code})")
                    program.start()


def require_own(superuser: str, folder: Path) -> None:
    """Raises NotOwn for a server whose data does not lie in the drill's folder."""
    server = psycopg2.connect(superuser, dbname="postgres")
    with server, server.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        found = Path(cursor.fetchone()[0])
    server.close()
    if found.resolve() != (folder / "postgres").resolve():
        raise NotOwn(f"The data of this PostgreSQL lie in {found}, not in {folder}: a drill works in its own alone.")


def administer(superuser: str, *statements: str) -> None:
    """Do something with whole databases."""
    server = psycopg2.connect(superuser, dbname="postgres")
    server.autocommit = True
    with server.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    server.close()


@contextmanager
def own_house(folder: Path) -> Iterator[House]:
    """Servers in this folder, which is the drill's alone."""
    folder.mkdir(parents=True)
    with ExitStack() as running:
        named = running.enter_context(postgres(folder / "postgres", SETTINGS))
        named |= running.enter_context(valkey(folder / "valkey"))
        servers = OwnServers(folder, named)
        house = House(folder, servers, Clock(folder / "clock"))
        try:
            yield house
        finally:
            for process in servers.restarted:
                process.kill()
                process.wait()
