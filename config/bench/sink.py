"""A relay that takes every mail and keeps none, in a process of its own."""

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context


class _Taker(socketserver.StreamRequestHandler):
    """Says yes to everything a client of SMTP says."""

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self._say("250 taken")
            elif word == b"QUIT":
                return self._say("221 bye")
            else:
                self._say("250 yes")
        return None

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _serve(listening: socket.socket) -> None:
    server = _Server(listening.getsockname(), _Taker, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.serve_forever()


@contextmanager
def taking_mail() -> Iterator[str]:
    """The address of such a relay, which runs inside."""
    listening = socket.create_server(("127.0.0.1", 0))
    relay = get_context("fork").Process(target=_serve, args=[listening], daemon=True)
    relay.start()
    try:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        relay.kill()
        relay.join()
        listening.close()
