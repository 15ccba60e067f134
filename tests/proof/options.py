"""What may be asked of a drill."""

from argparse import ArgumentParser
from pathlib import Path

RESULTS = Path("var/proof/drill.json")


def add_options(parser: ArgumentParser) -> None:
    """Which days are played, and where their results are written."""
    parser.add_argument("--runs", type=int, default=20, help="days with a kill (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the first of them; the next has the next (1)")
    parser.add_argument(
        "--faults", default="all", help="scenarios by name, such as two_beats,relay_is_slow; all (usual), or none"
    )
    parser.add_argument("--json", type=Path, default=RESULTS, help=f"the file of results ({RESULTS})")
