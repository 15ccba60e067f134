"""The few programs and libraries that pip cannot bring: looked for, installed with apt when we may, else named."""

import ctypes
import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

PDF_LIBRARIES = {  # Debian's package: the library in it, and its name to the linker
    "libpango-1.0-0": ("libpango-1.0.so.0", "pango-1.0"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "pangoft2-1.0"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "harfbuzz-subset"),
}
TEST_PROGRAMS = {"chromium": "chromium", "poppler-utils": "pdftoppm"}


def missing_pdf_packages() -> list[str]:
    """The packages WeasyPrint still needs."""
    return [package for package, names in PDF_LIBRARIES.items() if not _is_loadable(*names)]


def missing_test_packages() -> list[str]:
    """The packages the browser tests and the looks at PDF pages still need."""
    return [package for package, program in TEST_PROGRAMS.items() if shutil.which(program) is None]


def install(packages: list[str], log: Path) -> bool:
    """Install with apt, when this is Debian or Ubuntu and we are root; False when it was not to be."""
    apt_get = shutil.which("apt-get")
    if os.geteuid() != 0 or apt_get is None:
        return False
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("a") as output:
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run([apt_get, *command], env=quietly, stdout=output, stderr=output, check=False)
    return done.returncode == 0


def command_for(packages: list[str]) -> str:
    """What a person types to install them."""
    if sys.platform == "darwin":
        return "brew install pango" if set(packages) <= set(PDF_LIBRARIES) else "brew install --cask chromium"
    return f"sudo apt-get install {' '.join(packages)}"


def _is_loadable(file_name: str, linker_name: str) -> bool:
    for name in (file_name, find_library(linker_name)):
        try:
            if name and ctypes.CDLL(name):
                return True
        except OSError:
            continue
    return False
