"""A PostgreSQL and a Valkey of one test's own, which it may restart as a machine does that lost its power."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis
from django.conf import settings
from django.db import connection

from config.database import logged_in_as
from config.services import (
    PostgresServer,
    ServiceFailed,
    answers,
    get_server,
    pg_ctl,
    postgres,
    start_valkey,
    valkey,
)
from config.waiting import wait_until


class OwnServers:
    """Both, with the environment that names them."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.restarted: list[subprocess.Popen[str]] = []

    def restart_postgres(self) -> None:
        """Kill it, where that is not done yet, and start it anew as after a pulled plug; it recovers from its log."""
        server = get_server(self.folder / "postgres", cleanup_mode=None, start=False)
        self.kill_postgres()
        assert wait_until(lambda: self._starts(server), seconds=60)
        connection.close()

    def kill_postgres(self) -> None:
        """Kill its first process; the others end when they miss it."""
        kill_by_file(self.folder / "postgres" / "postmaster.pid")

    def postgres_pid(self) -> int:
        """Its first process, which starts all others."""
        return pid_in(self.folder / "postgres" / "postmaster.pid")

    def _starts(self, server: PostgresServer) -> bool:
        """Whether it starts: not while a process of the killed one is still there."""
        try:
            pg_ctl(server, "restart", "-t", "120", "-l", str(self.folder / "postgres" / "log"))
        except ServiceFailed:
            return False
        return True

    def restart_valkey(self) -> None:
        """Kill it, where that is not done yet, and start it anew, empty: whatever bells were rung are gone."""
        where, folder = urlsplit(self.environment["REDIS_URL"]), self.folder / "valkey"
        assert where.port
        assert where.password
        self.kill_valkey()
        client = redis.Redis(port=where.port, password=where.password)
        assert wait_until(lambda: not answers(client), seconds=30)
        self.restarted.append(start_valkey(folder, where.port, where.password))
        assert wait_until(lambda: answers(client), seconds=30)
        client.close()

    def kill_valkey(self) -> None:
        """Kill it, with all it holds."""
        kill_by_file(self.folder / "valkey" / "valkey.pid")


def kill_by_file(pid_file: Path) -> None:
    """Kill the process whose number stands there, if it still runs."""
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(pid_in(pid_file), signal.SIGKILL)


def pid_in(pid_file: Path) -> int:
    """The number of the process that wrote the file."""
    return int(pid_file.read_text().split()[0])


@contextmanager
def own_servers(folder: Path) -> Iterator[OwnServers]:
    """Such servers; inside, Django works on them, with tables like this test's and nothing in them."""
    superuser = os.environ.get("DATABASE_SUPERUSER_URL", settings.DATABASE_OWNER_URL)
    name = connection.settings_dict["NAME"]
    with ExitStack() as running:
        named = running.enter_context(postgres(folder / "postgres"))
        named |= running.enter_context(valkey(folder / "valkey"))
        programs = get_server(folder / "postgres", cleanup_mode=None, start=False).bin_path
        copy_tables(programs, with_database(superuser, name), named["DATABASE_SUPERUSER_URL"])
        servers = OwnServers(folder, named)
        with logged_in_as(named["DATABASE_URL"]):
            connection.settings_dict["NAME"] = "duebook"
            try:
                yield servers
            finally:
                connection.close()
                connection.settings_dict["NAME"] = name
                for process in servers.restarted:
                    process.kill()
                    process.wait()


def copy_tables(programs: Path, source: str, target: str) -> None:
    """Make the tables, rights and triggers of a test's database in another server: quicker than all migrations."""
    dump = [str(programs / "pg_dump"), "--dbname", source]
    written = subprocess.run(dump, capture_output=True, check=True).stdout
    load = [str(programs / "psql"), "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", target]
    subprocess.run(load, input=written, check=True, stdout=subprocess.DEVNULL)


def with_database(url: str, name: str) -> str:
    """The same server's other database, as libpq reads it."""
    return psycopg2.extensions.make_dsn(url, dbname=name)
