"""Memory: PDF after PDF in one process, as a worker makes them. MEMORY_PDFS says how many: 10,000 for a release.

What imports take is measured by `bench imports`, and what the web and the worker take under load by `bench load`.
"""

import gc
import os

import psutil

from config.bench.filling import FilledOffice
from config.bench.pdf import furnish, issued, keep
from config.bench.rows import Row

SIZES = (100,)
PARTS, LINES, GOAL = 10, 10, 1.1


def measure(office: FilledOffice) -> list[Row]:
    """The memory after the last tenth of the PDFs, beside that after the second: in the first all is loaded."""
    count = int(os.environ.get("MEMORY_PDFS", "1000"))
    tax_id = furnish(office)
    taken = []
    for _ in range(PARTS):
        for invoice_id in issued(office, LINES, tax_id, count // PARTS):
            keep(invoice_id)
        gc.collect()
        taken.append(psutil.Process().memory_info().rss / 1e6)
    return [Row("memory after so many PDFs, beside that after a fifth of them", count, taken[-1], "MB", taken[1], GOAL)]
