"""Making PDFs in a process of their own: odd input can cost a render, never the office."""

import atexit
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Lock

SECONDS = 60
CHILD = Path(__file__).with_name("child.py")
HEAD_BYTES = 8


class PdfUnavailable(Exception):
    """No PDF can be made now; the message says why and what helps."""


class Renderer:
    """One child that renders page after page; it is started at the first, and anew when it was lost."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self.lock = Lock()

    def render(self, html: str, identifier: str) -> bytes:
        """The page as PDF. Raises PdfUnavailable where it takes too long, or the child fails."""
        with self.lock:
            child = self._child()
            try:
                return self._ask(child, json.dumps({"html": html, "identifier": identifier}).encode())
            except (OSError, EOFError, TimeoutError) as error:
                self.stop()
                raise PdfUnavailable("The PDF could not be made. Try again; its log has the reason.") from error

    def stop(self) -> None:
        """End the child, if there is one and it is ours."""
        child, self.child = self.child, None
        if child and self.pid == os.getpid():
            child.kill()
            child.wait()

    def _child(self) -> subprocess.Popen[bytes]:
        if self.child is None or self.pid != os.getpid() or self.child.poll() is not None:
            command = [sys.executable, str(CHILD)]  # by its path: it needs nothing of Django
            self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.pid = os.getpid()
        return self.child

    def _ask(self, child: subprocess.Popen[bytes], page: bytes) -> bytes:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(len(page).to_bytes(HEAD_BYTES, "big") + page)
        child.stdin.flush()
        if not select([child.stdout], [], [], SECONDS)[0]:
            raise TimeoutError
        kind = self._read(child, 1)
        content = self._read(child, int.from_bytes(self._read(child, HEAD_BYTES), "big"))
        if kind != b"P":
            raise PdfUnavailable(content.decode())
        return content

    def _read(self, child: subprocess.Popen[bytes], size: int) -> bytes:
        assert child.stdout
        content = child.stdout.read(size)
        if len(content) < size:
            raise EOFError
        return content


_renderer = Renderer()


def render_pdf(html: str, *, identifier: str) -> bytes:
    """The page as PDF; the same page and identifier give the same bytes."""
    return _renderer.render(html, identifier)


@atexit.register
def _stop() -> None:
    with suppress(Exception):
        _renderer.stop()
