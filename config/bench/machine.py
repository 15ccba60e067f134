"""What a figure was measured on: seconds hold there alone."""

import os
import platform
import re
from pathlib import Path

import psutil

PROCESSOR = Path("/proc/cpuinfo")


def machine() -> str:
    """The machine in a line: cores, processor, memory, system and Python, and how busy it was in the last minutes."""
    told = re.search(r"model name\s*:\s*(.+)", PROCESSOR.read_text()) if PROCESSOR.exists() else None
    processor = told[1] if told else platform.processor() or platform.machine()
    memory = round(psutil.virtual_memory().total / 2**30)
    busy = os.getloadavg()[2]
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of {processor}, {memory} GB, {system}; {busy:.1f} processes busy in 15 minutes"
