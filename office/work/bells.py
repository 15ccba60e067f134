"""The bells by which a request tells the workers at once what to do.

Nothing depends on one: what is due stands in the database, and a job of the schedule finds it soon. So a broker that
is away is no fault of the page that rings.
"""

import logging
from contextlib import suppress
from typing import Any

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis import RedisError

logger = logging.getLogger(__name__)


def ring(task: str, *arguments: Any) -> None:
    """Have a worker do the task of this name."""
    try:
        current_app.send_task(task, list(arguments), retry=False)
    except OperationalError as error:
        logger.warning("The broker is away, so %s%s waits for its job of the schedule: %s", task, arguments, error)


def ring_once_in(seconds: int, task: str, *arguments: Any) -> None:
    """The same, however often a page is looked at only each so many seconds."""
    with suppress(RedisError):  # who cannot be asked when it rang last cannot be rung for either
        if cache.add(f"bell:{task}:{arguments}", 1, seconds):
            ring(task, *arguments)
