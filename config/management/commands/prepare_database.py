from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.database import create_role, grant_app_rights, keeps_what_it_confirms, logged_in_as

ONE_ROLE = (
    "DATABASE_URL and DATABASE_OWNER_URL log in as the same role, so triggers alone guard the book. "
    "Give DATABASE_URL a role of its own: this command creates it and grants what it needs."
)


class Command(BaseCommand):
    """Bring the database to this version of the code. It may run again at any time."""

    help = "Migrates as the owner and gives the app's role its rights. Run it at every deployment."

    def handle(self, *args: Any, **options: Any) -> None:
        app, app_password = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
        with logged_in_as(settings.DATABASE_OWNER_URL):
            if not keeps_what_it_confirms():
                raise CommandError("This PostgreSQL runs with fsync off and can lose the book. Turn it on first.")
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            if connection.settings_dict["USER"] == app:
                self.stderr.write(ONE_ROLE)
                return
            create_role(app, app_password)
            grant_app_rights(app)
