"""Which signals end what has servers of its own."""

import signal
from collections.abc import Iterator

import pytest

from config.processes import stop_on_signals

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What each signal did before is what it does afterwards."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("is_nohup", "ends"), [(False, True), (True, False)])
def test_a_terminal_that_goes_ends_it_unless_it_was_started_by_nohup(is_nohup: bool, ends: bool) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN if is_nohup else signal.SIG_DFL)
    stop_on_signals()
    assert (signal.getsignal(signal.SIGHUP) is signal.default_int_handler) == ends
    assert {signal.getsignal(number) for number in NUMBERS[:2]} == {signal.default_int_handler}
