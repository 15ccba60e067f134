"""A worker that no bell reaches any more ends, so that whoever looks after it starts another.

The schedule rings each minute. A worker of Celery that lost its broker at times connects again and yet takes nothing
from then on; it looks alive to a ping, and only its silence gives it away.
"""

import logging
import os
import threading
import time
from typing import Any

import psutil
from celery import signals
from django.conf import settings

from config.processes import DEAF

logger = logging.getLogger(__name__)


class Hearing:
    """When this worker last took a task."""

    def __init__(self) -> None:
        self.heard_at = time.monotonic()

    def hear(self, **_signal: Any) -> None:
        """Note that a task came."""
        self.heard_at = time.monotonic()

    def is_lost(self) -> bool:
        """Whether nothing came for so long that bells must have been missed."""
        return time.monotonic() - self.heard_at > settings.WORKER_SILENCE_SECONDS

    def watch(self, **_signal: Any) -> None:
        """Look from now on, beside the worker's own loop, which may be what hangs."""
        self.hear()
        threading.Thread(target=self._end_when_lost, name="hearing", daemon=True).start()

    def _end_when_lost(self) -> None:
        while not self.is_lost():
            time.sleep(settings.WORKER_SILENCE_SECONDS / 20)
        logger.error("No task came for %s seconds, so this worker ends.", settings.WORKER_SILENCE_SECONDS)
        for child in psutil.Process().children(recursive=True):
            child.kill()
        os._exit(DEAF)


def listen() -> None:
    """Have every worker watch its own hearing from when it is ready."""
    hearing = Hearing()
    signals.worker_ready.connect(hearing.watch, weak=False)
    signals.task_received.connect(hearing.hear, weak=False)
