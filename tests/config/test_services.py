"""The embedded servers: private, durable, gone when they should be, and taken up again."""

import os
import socket
import stat
import subprocess

import psutil
import psycopg2
import pytest
import redis

from config.services import ServiceFailed, free_port, passing_services, running_program, services

RIGHTS_OF_ROLE = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"


@pytest.fixture
def bare_environment(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


def rows(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else []
    connection.close()
    return found


def test_a_second_start_takes_up_the_same_data_even_in_a_long_path_with_blanks(bare_environment, tmp_path):
    folder = tmp_path / "a folder" / ("long " * 20)
    folder.mkdir(parents=True)
    with services(folder) as named:
        rows(named["DATABASE_OWNER_URL"], "CREATE TABLE kept (n) AS SELECT 7")
    with services(folder) as named:
        assert rows(named["DATABASE_OWNER_URL"], "SELECT n FROM kept") == [(7,)]


def test_the_app_may_make_no_database_and_no_role(bare_environment, tmp_path):
    with services(tmp_path) as named:
        found = rows(named["DATABASE_URL"], RIGHTS_OF_ROLE)
        assert found == [(False, False, False)]


def test_the_server_writes_to_the_disk_and_lets_only_its_own_user_in(bare_environment, tmp_path):
    with services(tmp_path) as named:
        [(writes, addresses, folder)] = rows(
            named["DATABASE_SUPERUSER_URL"],
            "SELECT concat_ws(' ', current_setting('fsync'), current_setting('synchronous_commit'),"
            " current_setting('full_page_writes')), current_setting('listen_addresses'),"
            " current_setting('unix_socket_directories')",
        )
        assert (writes, addresses) == ("on on on", "")
        assert stat.S_IMODE(os.stat(f"{folder}/.s.PGSQL.5432").st_mode) == 0o700


def test_valkey_asks_for_its_password_and_keeps_nothing_on_disk(bare_environment, tmp_path):
    with services(tmp_path) as named:
        client = redis.from_url(named["REDIS_URL"], decode_responses=True)
        assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}
        stranger = redis.Redis(port=client.connection_pool.connection_kwargs["port"])
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_what_the_environment_names_is_not_started(tmp_path):
    with services(tmp_path) as named:
        assert named == {}
        assert list(tmp_path.iterdir()) == []


def test_passing_services_leave_nothing_and_clear_away_a_killed_run(bare_environment, tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / str(ended.pid)).mkdir()
    with passing_services(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [str(os.getpid())]
    assert list(tmp_path.iterdir()) == []


def test_a_postgres_that_cannot_start_names_its_log(bare_environment, tmp_path):
    with services(tmp_path):
        pass
    with (tmp_path / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(ServiceFailed, match="postgres/log"), services(tmp_path):
        pass


def test_a_busy_port_picks_the_next_free_one():
    wanted = free_port(20000)
    with socket.create_server(("127.0.0.1", wanted)):
        assert free_port(wanted) > wanted


def test_a_server_that_was_killed_while_it_was_set_up_is_found(tmp_path):
    """PostgreSQL writes the number of the process that sets a cluster up below zero."""
    own, pid_file = psutil.Process(), tmp_path / "postmaster.pid"
    pid_file.write_text(f"-{own.pid}\n{tmp_path}\n")

    assert running_program(pid_file, own.name()) == own
