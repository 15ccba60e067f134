from typing import Any

import pytest

from tests import world
from tests.api.calling import Program


@pytest.fixture
def program(clerk: Any) -> Program:
    """A program that acts as a billing specialist."""
    return Program(clerk)


@pytest.fixture
def stranger(db: None) -> Program:
    """A program of another company."""
    other = world.make_company(legal_name="Birch Ltd")
    return Program(world.make_user(other, "manager"))


@pytest.fixture
def auditor(company: Any) -> Program:
    """A program that may read all and write nothing."""
    return Program(world.make_user(company, "auditor"))
