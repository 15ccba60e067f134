"""Keep what the API says now, so that a test sees what a later change takes from programs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from office.api.listing import KEPT, broken, kept_listing, listing


class Command(BaseCommand):
    """Writes office/api/kept_v1.txt; refuses while something is broken of which office/api/changes.py says nothing."""

    help = "Keep the listing of the API, unless a change breaks programs and is not told in office/api/changes.py."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and write."""
        now = listing()
        if KEPT.exists() and (lost := broken(kept_listing(), now)):
            raise CommandError("Not told in office/api/changes.py:\n" + "\n".join(lost))
        KEPT.write_text("\n".join(now) + "\n")
        self.stdout.write(f"{len(now)} lines kept.")
