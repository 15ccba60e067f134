"""What several tests of payments stand on."""

from typing import Any

import pytest


@pytest.fixture
def test_provider(settings: Any) -> None:
    """The built-in provider, which takes no money."""
    settings.TEST_PROVIDER = True
    settings.SITE_URL = "http://testserver"
