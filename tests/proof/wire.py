"""A line between two programs that can be cut: it passes on every byte, until it is told otherwise."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

Target = Path | int
"""A server's socket in the file system, or its port on this machine."""


class Wire:
    """A port of this machine behind which a server answers."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.listening.getsockname()[1]
        self.passes = threading.Event()
        self.passes.set()
        self.is_cut = False
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Break every connection off, and take no new one."""
        self.is_cut = True
        self._break_off()

    def silence(self) -> None:
        """Take connections and pass nothing on, as where packets are lost."""
        self.passes.clear()

    def mend(self) -> None:
        """Pass everything on again; what was said into a silent line arrives late."""
        self.is_cut = False
        self.passes.set()

    def close(self) -> None:
        """End it."""
        self.cut()
        self.listening.close()

    def _break_off(self) -> None:
        for each in list(self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                threading.Thread(target=self._join, args=[client], daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        self.passes.wait()
        try:
            server = self._reach()
        except OSError:
            client.close()
            return
        self.open |= {client, server}
        there = threading.Thread(target=self._pass_on, args=[client, server], daemon=True)
        there.start()
        self._pass_on(server, client)
        there.join()
        self.open -= {client, server}
        client.close()
        server.close()

    def _reach(self) -> socket.socket:
        if self.is_cut:
            raise ConnectionRefusedError
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target))
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target))
        return server

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                self.passes.wait()
                target.sendall(said)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
