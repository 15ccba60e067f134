"""What several tests of getting paid stand on."""

from datetime import date
from typing import Any

import pytest


@pytest.fixture
def today(company: Any) -> date:
    return company.today()
