"""What tests of billing share."""

from typing import Any

import pytest
import time_machine

from tests.billing.recurring_samples import moment


@pytest.fixture
def in_march() -> Any:
    """Most tests set up on 1 March 2026."""
    with time_machine.travel(moment("2026-03-01 09:00"), tick=False):
        yield
