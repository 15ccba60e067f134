"""`python -m tests.proof.standing run`: mutmut, with tests that stand ready: collected once, on a database made once.

By itself it begins pytest and makes the database anew for each change, which takes longer than the tests do. Here a
change is tried in a fork of a pytest that has come as far as its first test, by the tests that reach it, the quickest
first. Tests that commit are left out: one that is cut short would leave its rows to the next change. So are those of
pages, which take long and say little of what is counted.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest
from django.db import connections
from mutmut.__main__ import cli
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd
from mutmut.workers import isolation

NO_TESTS = 33
"""mutmut's word for it."""
HOURS = 10_000
"""Seconds for all tests at once."""


class Plain(PytestRunner):
    """Runs pytest without the tests that are left out."""

    def execute_pytest(self, params: list[str], **more: Any) -> int:
        return super().execute_pytest(params, plugins=[*more.pop("plugins", ()), self], **more)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        config.hook.pytest_deselected(items=[item for item in items if is_left_out(item)])
        items[:] = [item for item in items if not is_left_out(item)]


class Ready(PytestRunner):
    """Runs tests of a pytest that is at work."""

    def __init__(self, session: pytest.Session) -> None:
        super().__init__()
        self.session = session

    def warm_up(self) -> None:
        """Have a test make the database; each fork then connects by itself."""
        for item in [item for item in self.session.items if "db" in item.fixturenames][:1]:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=self.session)
        connections.close_all()

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        wanted, took = set(tests), state().duration_by_test
        items = sorted((item for item in self.session.items if item.nodeid in wanted), key=lambda it: took[it.nodeid])
        for item, following in zip(items, [*items[1:], self.session], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.session.testsfailed:
                return 1
        return 0 if items else NO_TESTS


class Server(isolation.ForkServerRunner):
    """Forks from within pytest, where it would run its tests."""

    def run_clean_tests(self, tests: Iterable[str]) -> int:
        """Try all tests where nothing is changed: they must not fail for being run like this."""
        self._start_forkserver()
        return self._tried("")

    def run_forced_fail(self) -> int:
        return self._tried("fail")

    def startup(self) -> None:
        """It has begun."""

    def _tried(self, name: str) -> int:
        self.submit(name, list(state().duration_by_test), HOURS, HOURS)
        return self.wait_for_result().exit_code

    def _forkserver_main(self, work_fd: int, result_fd: int) -> None:
        self.fds = work_fd, result_fd
        plain = Plain()
        with change_cwd("mutants"):
            plain.execute_pytest(["-q", *plain._pytest_add_cli_args_test_selection], plugins=[self])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.test_runner_class = partial(Ready, session)
        super()._forkserver_main(*self.fds)
        return True


def is_left_out(item: pytest.Item) -> bool:
    """Whether a test opens pages, or really writes to the database, not in a transaction that is taken back."""
    marker = item.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    return commits or not {"client", "transactional_db", "live_server"}.isdisjoint(item.fixturenames)


if __name__ == "__main__":
    isolation.PytestRunner = Plain
    isolation.ForkServerRunner = Server
    cli()
