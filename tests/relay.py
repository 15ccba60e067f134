"""A mail relay that runs: it takes, refuses or hangs up, as a test wants."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import SMTP as AS_SENT
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class RelayHandler:
    """A relay that keeps what it takes, and says or does at a step what a test wants."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.pids: list[int] = []
        self.at_rcpt: Callable[[], str] = lambda: "250 OK"
        self.at_data: Callable[[], str] = lambda: "250 Taken"
        self.at_quit: Callable[[], None] = lambda: None
        self.knows_dsn = False
        self.envelopes: list[list[str]] = []

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-DSN", *responses[1:]] if self.knows_dsn else responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list) -> str:  # noqa: N802
        answer = self.at_rcpt()
        if answer.startswith("25"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.at_data()
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=AS_SENT))
        if "hang up" in answer:
            server.transport.abort()
        return answer


class KnowingDsn(SMTP):
    """A server that takes what a client says of delivery reports, where its handler knows of them."""

    def _getparams(self, params: list[str]) -> dict[str, str | bool] | None:
        handler = self.event_handler
        said = [each for each in params if each.startswith(("ENVID=", "RET=")) and handler.knows_dsn]
        handler.envelopes += [said] if said else []
        return super()._getparams([each for each in params if each not in said])


class RelayController(Controller):
    """Runs such a server."""

    def factory(self) -> SMTP:
        return KnowingDsn(self.handler, **self.SMTP_kwargs)


@contextmanager
def running_relay(settings: Any) -> Iterator[RelayHandler]:
    """A relay that mail is handed to, inside."""
    handler = RelayHandler()
    controller = RelayController(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{controller.port}"
    yield handler
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
