from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.bench import BENCHMARKS
from config.bench.machine import machine
from config.bench.rows import as_json, as_table
from config.bench.running import run, sizes_of


class Command(BaseCommand):
    """Measure the product beside the best that its database can do. Takes minutes from a million invoices on."""

    help = "Measures in a database of its own, made for it and dropped after it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=BENCHMARKS)
        parser.add_argument(
            "--sizes", type=sizes_of, default="100000,1000000,3000000", help="numbers of invoices, or small"
        )
        parser.add_argument("--json", action="store_true", help="JSON, as kept in var/bench, not a table")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        rows, measured_on = run(name, options["sizes"], say=self.stderr.write), machine()
        kept = settings.VAR_DIR / "bench" / f"{name}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(as_json(rows, measured_on))
        self.stdout.write(kept.read_text() if options["json"] else as_table(rows, measured_on))
