"""What every program of a drill has loaded before it begins: imported once, they then start in no time."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import_module("config.wsgi")

from django.urls import get_resolver  # noqa: E402

from config.celery import app  # noqa: E402

_ = get_resolver().url_patterns
app.loader.import_default_modules()
