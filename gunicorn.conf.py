"""What gunicorn reads by itself in the folder where it starts: its processes count requests together for /metrics."""

import os
import shutil
import tempfile
from typing import Any

COUNTS = "PROMETHEUS_MULTIPROC_DIR"

if os.environ.get("METRICS_TOKEN") and COUNTS not in os.environ:
    os.environ[COUNTS] = tempfile.mkdtemp(prefix="duebook-counts-")


def child_exit(server: Any, worker: Any) -> None:
    """Forget what only counts while a process lives."""
    if COUNTS in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Leave no counts behind: the next start begins at zero."""
    if COUNTS in os.environ:
        shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
