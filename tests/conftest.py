"""What every test stands on: a PostgreSQL and a Valkey of this run's own, and a database in which a test has the very
rights that the web and the workers have."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import django
import psycopg2
import pytest
from hypothesis import settings as hypothesis_settings

from config.services import passing_services

RUNNING = ExitStack()
if "DATABASE_URL" not in os.environ:  # with pytest -n only the first process starts them; the others inherit
    os.environ |= RUNNING.enter_context(passing_services(Path(__file__).parent.parent / "var" / "test"))
if own := os.environ.get("PYTEST_XDIST_WORKER"):  # each of them has a database and a Valkey of its own
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + own.replace("gw", "/")
os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ |= {f"API_{kind}_PER_MINUTE": "0" for kind in ("READS", "WRITES", "EXPORTS", "FAILED_KEYS")}
os.environ["PAGES_PER_MINUTE"] = "0"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]  # else the other processes read settings before they come here

from django.conf import settings  # noqa: E402
from django.contrib.auth.signals import user_logged_in  # noqa: E402
from django.core.cache import cache as valkey  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from pytest_django.plugin import DjangoDbBlocker  # noqa: E402

from config.database import create_role, grant_app_rights, logged_in_as  # noqa: E402
from office.web.sessions import KNOWN  # noqa: E402
from tests import world  # noqa: E402
from tests.relay import RelayHandler, running_relay  # noqa: E402
from tests.unguarded import guards  # noqa: E402

settings.WHITENOISE_AUTOREFRESH = True  # else each client first learns of all static files, which few then ask for
assert os.environ["REDIS_URL"] == settings.REDIS_URL, "each process empties its own Valkey"
hypothesis_settings.register_profile("ci", deadline=None, print_blob=True)
hypothesis_settings.load_profile("ci")


def known_for_good(request: Any, **signal: Any) -> None:
    """Whoever comes in by `force_login` has shown who they are and is not asked again, on whatever day a test plays."""
    request.session[KNOWN] = FOR_GOOD


FOR_GOOD = 1e11
user_logged_in.connect(known_for_good, dispatch_uid="tests.known_for_good")

KEPT_BETWEEN_TESTS = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
)


def pytest_runtest_setup() -> None:
    """What an earlier test failed at, asked too often or rang for counts in no other: people come back by their ids."""
    valkey.clear()


def pytest_unconfigure() -> None:
    RUNNING.close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make the database as its owner, as a deployment does; the tests then log in as the app.

    `--reuse-db` keeps it for the next run, on a server that DATABASE_URL names; `--create-db` makes it anew.
    """
    app, password = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
    with django_db_blocker.unblock(), logged_in_as(settings.DATABASE_OWNER_URL):
        connection.creation.create_test_db(
            verbosity=0, autoclobber=True, keepdb=django_db_keepdb and not django_db_createdb
        )
        create_role(app, password)
        grant_app_rights(app)
    give_up_waiting(connection.settings_dict["NAME"])
    TransactionTestCase._fixture_teardown = empty_tables
    if django_db_keepdb:
        empty_tables()  # of what a run that was killed left
        yield
        return
    yield
    drop_database(connection.settings_dict["NAME"])


def superuser_connection(database: str) -> Any:
    """A connection that no guard stops."""
    url = os.environ.get("DATABASE_SUPERUSER_URL", settings.DATABASE_OWNER_URL)
    superuser = psycopg2.connect(url, dbname=database)
    superuser.autocommit = True
    return superuser


def give_up_waiting(database: str) -> None:
    """Let a statement that waits for a lock fail after a while: no timeout of ours reaches into the driver."""
    superuser = superuser_connection("postgres")
    superuser.cursor().execute(f"ALTER DATABASE \"{database}\" SET lock_timeout = '30s'")
    superuser.close()


def drop_database(name: str) -> None:
    superuser = superuser_connection("postgres")
    superuser.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    superuser.close()


@cache
def emptying(database: str) -> Any:
    """The one connection that empties the tables: a new one first learns for longer about them than it works."""
    return superuser_connection(database)


def empty_tables(test: TransactionTestCase | None = None) -> None:
    """What Django's flush does after a test that really commits, past the guards that let nobody empty the book."""
    with emptying(connection.settings_dict["NAME"]).cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)",
            [list(KEPT_BETWEEN_TESTS)],
        )
        cursor.execute("".join(f'DELETE FROM "{table}";' for (table,) in cursor.fetchall()))


@pytest.fixture
def superuser_cursor(transactional_db: None) -> Iterator[Any]:
    """A cursor no right stops and, after `SET session_replication_role = replica`, no trigger. It commits at once.

    Whoever takes a guard away with it fails where that guard does not come back as it was: other tests stand on it.
    """
    name = connection.settings_dict["NAME"]
    before = guards_as_made(name)
    superuser = superuser_connection(name)
    yield superuser.cursor()
    after = guards(superuser.cursor())
    superuser.close()
    assert (before - after, after - before) == (set(), set())


@cache
def guards_as_made(database: str) -> set[str]:
    """What guards the database before any test had it without one."""
    return guards(emptying(database).cursor())


@pytest.fixture
def in_parallel(transactional_db: None) -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Run functions at the same moment, each on its own connection, and give their results or exceptions in order."""

    def run(functions: Sequence[Callable[[], Any]]) -> list[Any]:
        barrier = threading.Barrier(len(functions))
        results: list[Any] = [None] * len(functions)

        def run_one(place: int) -> None:
            barrier.wait()
            try:
                results[place] = functions[place]()
            except Exception as error:
                results[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run_one, args=[place]) for place in range(len(functions))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run


@pytest.fixture
def company(db: None) -> Any:
    """A company that invoices in euros."""
    return world.make_company()


@pytest.fixture
def customer(company: Any) -> Any:
    """A customer of the company."""
    return world.make_customer(company)


@pytest.fixture
def clerk(company: Any) -> Any:
    """A billing specialist."""
    return world.make_user(company, "clerk")


@pytest.fixture
def manager(company: Any) -> Any:
    """A manager."""
    return world.make_user(company, "manager")


@pytest.fixture
def relay(settings: Any) -> Iterator[RelayHandler]:
    """A relay that mail is handed to."""
    with running_relay(settings) as handler:
        yield handler
