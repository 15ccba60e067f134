"""Settings, the site map, the schedule and the services. Uses every room; no room uses it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
