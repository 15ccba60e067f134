from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests import world
from tests.api.calling import Program, a_client
from tests.rules.foreign_things import make_everything
from tests.rules.test_doors import known_permissions


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


@pytest.fixture
def everybody(company: Any, customer: Any, clerk: Any) -> Client:
    """Somebody with every right, where there is one of everything."""
    make_everything(company, customer, clerk)
    user = world.make_user(company, "auditor")
    codes = {name.split(".")[1] for name in known_permissions()}
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = a_client()
    client.force_login(user)
    return client
