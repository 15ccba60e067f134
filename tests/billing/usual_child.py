"""The rendering process, but with pages read and styled as WeasyPrint usually does: for comparison."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "office" / "papers"))
import child


class UsualMaker(child.Maker):
    """It knows a browser's whole style sheet besides ours, and parses as a browser does."""

    def __init__(self) -> None:
        super().__init__()
        from weasyprint import HTML

        self.page = lambda text, fetcher: HTML(string=text, url_fetcher=fetcher)


if __name__ == "__main__":
    child.Maker = UsualMaker
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    child.serve(sys.stdin.buffer, out)
