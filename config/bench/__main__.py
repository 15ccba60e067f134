"""`python -m config.bench NAME`: the command on a machine that names no database; it measures on an embedded one."""

import os
import secrets
import sys

from django.core.management import execute_from_command_line

from config.processes import stop_on_signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe())
os.environ.setdefault("DATABASE_URL", "postgresql:///duebook")
stop_on_signals()
execute_from_command_line(["manage.py", "bench", *sys.argv[1:]])
