"""One line that tells on a terminal how far a long piece of work is."""

from typing import TextIO


class Progress:
    """Rewrites its line where it changes; in a file or pipe, only every tenth of the way."""

    def __init__(self, out: TextIO, what: str) -> None:
        self.out, self.what, self.said = out, what, -1

    def show(self, done: int, total: int) -> None:
        """Say how far it is."""
        percent = done * 100 // total if total else 100
        step = percent if self.out.isatty() else percent // 10 * 10
        if step == self.said:
            return
        self.said = step
        end = "\r" if self.out.isatty() and percent < 100 else "\n"
        self.out.write(f"{self.what}: {step} % ({done:,} of {total:,}){end}")
        self.out.flush()
