"""A broker that is away, for a test of what stands without it."""

import pytest
from celery import Celery, current_app
from django.core.cache.backends.redis import RedisCache
from kombu.exceptions import OperationalError
from redis import RedisError

from office.work import bells
from tests.relay import free_port


def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bells ring where nobody listens, and nothing of them be remembered."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    deaf = Celery(broker=nowhere, set_as_current=False)
    deaf.conf.broker_transport_options = current_app.conf.broker_transport_options
    forgetful = RedisCache(nowhere, {})
    with pytest.raises(OperationalError):
        deaf.send_task("office.tasks.continue_runs", retry=False)
    with pytest.raises(RedisError):
        forgetful.add("any", 1)
    monkeypatch.setattr(bells, "current_app", deaf)
    monkeypatch.setattr(bells, "cache", forgetful)
