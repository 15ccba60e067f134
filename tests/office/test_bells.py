"""What rings the workers, and what a broker that is away changes: nothing."""

import ast
from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from office.work import bells
from tests.bells import cut_off

TESTS = Path(__file__).parents[1]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent to the broker."""
    sent: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args=(), **_: sent.append((name, *args)))
    return sent


def test_a_bell_rings_for_each_call_or_once_in_a_while(rung: list[Any]) -> None:
    for subject in (1, 1, 2):
        bells.ring("office.tasks.hand_over_mail", subject)
    assert rung == [("office.tasks.hand_over_mail", subject) for subject in (1, 1, 2)]
    rung.clear()
    for subject in (1, 1, 2, 1):
        bells.ring_once_in(60, "office.tasks.hand_over_mail", subject)
    assert rung == [("office.tasks.hand_over_mail", 1), ("office.tasks.hand_over_mail", 2)]


def test_a_broker_that_is_away_is_logged_and_fails_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cut_off(monkeypatch)
    bells.ring("office.tasks.hand_over_mail", 7)
    assert "office.tasks.hand_over_mail(7,) waits for its job of the schedule" in caplog.text
    bells.ring_once_in(60, "office.tasks.hand_over_mail", 7)


def test_no_test_lets_its_own_broker_become_everybodys() -> None:
    makes = [
        (path.name, {word.arg for word in node.keywords})
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Celery"
    ]
    assert makes
    assert [name for name, words in makes if "set_as_current" not in words] == []
