"""A process of its own for work that odd input may kill or that only few need: it can cost an answer, never the office.

It reads requests on its standard input and writes answers: a head of 8 bytes says how long what follows is, and one
letter before an answer says what it is.
"""

import os
import subprocess
import sys
from pathlib import Path
from select import select
from threading import Lock

HEAD_BYTES = 8


class HelperLost(Exception):
    """The helper took too long or died; the next request starts a new one."""


class Helper:
    """One child that answers request after request; it is started at the first, and anew when it was lost."""

    def __init__(self, script: Path, seconds: int) -> None:
        self.script, self.seconds = script, seconds
        self.child: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self.lock = Lock()

    def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The letter and the content of the answer. Raises HelperLost where none comes."""
        with self.lock:
            try:
                return self._exchange(self._child(), request)
            except (OSError, EOFError, TimeoutError) as error:
                self.stop()
                raise HelperLost from error

    def stop(self) -> None:
        """End the child, if there is one and it is ours."""
        child, self.child = self.child, None
        if child and self.pid == os.getpid():
            child.kill()
            child.wait()

    def _child(self) -> subprocess.Popen[bytes]:
        if self.child is None or self.pid != os.getpid() or self.child.poll() is not None:
            command = [sys.executable, str(self.script)]  # by its path: it needs nothing of Django
            self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.pid = os.getpid()
        return self.child

    def _exchange(self, child: subprocess.Popen[bytes], request: bytes) -> tuple[bytes, bytes]:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(len(request).to_bytes(HEAD_BYTES, "big") + request)
        child.stdin.flush()
        if not select([child.stdout], [], [], self.seconds)[0]:
            raise TimeoutError
        kind = self._read(child, 1)
        return kind, self._read(child, int.from_bytes(self._read(child, HEAD_BYTES), "big"))

    def _read(self, child: subprocess.Popen[bytes], size: int) -> bytes:
        assert child.stdout
        content = child.stdout.read(size)
        if len(content) < size:
            raise EOFError
        return content
