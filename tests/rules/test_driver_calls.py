"""What goes past Django's cursor to the driver raises Django's errors all the same: by these work is done again."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.test_arrows import MAY_USE, ROOT

PAST_DJANGO = {"copy_expert", "execute_values"}
ROOMS = sorted(set(MAY_USE) - {"config"})


def bare_calls(source: str) -> list[int]:
    """The lines of this source that call the driver outside `connection.wrap_database_errors`."""
    return list(_bare(ast.parse(source), wrapped=False))


def _bare(node: ast.AST, *, wrapped: bool) -> Iterator[int]:
    if isinstance(node, ast.With):
        wrapped = wrapped or any("wrap_database_errors" in ast.unparse(item) for item in node.items)
    if isinstance(node, ast.Call) and not wrapped and ast.unparse(node.func).rpartition(".")[2] in PAST_DJANGO:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _bare(child, wrapped=wrapped)


@pytest.mark.parametrize("room", ROOMS)
def test_what_the_driver_raises_is_told_as_django_tells_it(room: str) -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted(Path(ROOT, room).rglob("*.py"))
        if (lines := bare_calls(path.read_text()))
    }
    assert found == {}


def test_a_bare_call_is_found() -> None:
    assert bare_calls("with db.cursor() as c:\n    c.copy_expert('COPY a', b)") == [2]
    assert bare_calls("with connection.wrap_database_errors:\n    c.copy_expert('COPY a', b)") == []
