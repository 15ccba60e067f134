"""Runs a benchmark over offices of several sizes."""

from collections.abc import Callable, Sequence
from importlib import import_module

from config.bench import SIZES
from config.bench.database import bench_database, server
from config.bench.filling import fill
from config.bench.rows import Row


def sizes_of(words: str) -> list[int]:
    """The numbers of invoices that were asked for, such as "100000,1000000" or "small"."""
    return [SIZES.get(word) or int(word) for word in words.split(",")]


def run(name: str, sizes: Sequence[int], *, say: Callable[[str], object]) -> list[Row]:
    """The rows of a benchmark: of each size, and what follows from all."""
    benchmark = import_module(f"config.bench.{name}")
    sizes = getattr(benchmark, "SIZES", sizes)
    rows: list[Row] = []
    with server() as url:
        for size in sizes:
            say(f"{name}: filling an office with {size:,} invoices")
            with bench_database(url):
                office = fill(size)
                say(f"{name}: measuring")
                rows += benchmark.measure(office)
    return rows + (benchmark.compare(rows) if hasattr(benchmark, "compare") else [])
