"""What several tests of the office stand on."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from office.models import User
from tests import world
from tests.office.logging_in import NOON
from tests.receiver import Receiver, running_receiver


@pytest.fixture
def noon() -> Iterator[None]:
    """It is noon, and stays so."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def admin(company: Any) -> User:
    return world.make_user(company, "administrator")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Another program on this machine that is told of events."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with running_receiver() as running:
        yield running


@pytest.fixture
def superuser(superuser_cursor: Any) -> Any:
    """A cursor past all guards."""
    superuser_cursor.execute("SET session_replication_role = replica")
    return superuser_cursor
