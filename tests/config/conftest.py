from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.conftest import drop_database, superuser_connection
from tests.elsewhere import working_in


@pytest.fixture
def elsewhere(db: None) -> Iterator[str]:
    """The name of an empty database of the owner's."""
    with made("restored") as name:
        yield name


@pytest.fixture(scope="session")
def prepared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database that was prepared for an office."""
    with made("prepared") as name, django_db_blocker.unblock():
        with working_in(name):
            call_command("prepare_database", verbosity=0)
        yield name


@pytest.fixture
def prepared_elsewhere(db: None, prepared: str) -> Iterator[str]:
    """The name of another like it."""
    with made("taken", like=prepared) as name:
        yield name


@contextmanager
def made(ending: str, like: str = "template1") -> Iterator[str]:
    """Inside, there is such a database of the owner's."""
    name = f"{connection.settings_dict['NAME']}_{ending}"
    owner = psycopg2.extensions.parse_dsn(settings.DATABASE_OWNER_URL)["user"]
    superuser = superuser_connection("postgres")
    superuser.cursor().execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    superuser.cursor().execute(f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE "{like}"')
    superuser.close()
    yield name
    drop_database(name)
