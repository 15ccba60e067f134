"""No test asks the clock while it is read: what was told then is long past when its turn comes."""

import ast
from collections.abc import Iterator

from tests.rules.test_arrows import ROOT

CLOCK = {"localdate", "localtime", "monotonic", "now", "time", "time_ns", "today", "utcnow"}
TESTS = {path: ast.parse(path.read_text()) for path in ROOT.glob("tests/**/*.py") if "vendor" not in path.parts}


def called(node: ast.AST) -> set[str]:
    """The names that are called here; what a lambda calls is called later."""
    here = {ast.unparse(node.func).rpartition(".")[2]} if isinstance(node, ast.Call) else set()
    inner = ast.iter_child_nodes(node) if not isinstance(node, ast.Lambda) else ()
    return here.union(*(called(child) for child in inner))


def run_when_read(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What a file does when it is imported: all outside functions, with their decorators and defaults."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from node.decorator_list
            yield node.args
        elif isinstance(node, ast.ClassDef):
            yield from node.decorator_list
            yield from run_when_read(node.body)
        else:
            yield node


def clocks_read(tree: ast.Module, helpers: set[str]) -> list[int]:
    """The lines that ask the clock, straight or by a helper, when this file is read."""
    found = (node for node in run_when_read(tree.body) if called(node) & (CLOCK | helpers))
    return [getattr(node, "lineno", 0) for node in found]


def helpers_of(trees: list[ast.Module]) -> set[str]:
    """The functions outside classes that call the clock themselves: what they tell is of the moment."""
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {each.name for each in functions if called(each) & CLOCK and not each.name.startswith("test_")}


def test_no_test_asks_the_clock_while_it_is_read() -> None:
    helpers = helpers_of(list(TESTS.values()))
    found = {
        str(path.relative_to(ROOT)): lines for path, tree in TESTS.items() if (lines := clocks_read(tree, helpers))
    }
    assert found == {}


def test_a_clock_in_a_decorator_is_found() -> None:
    tree = ast.parse("def soon():\n    return time() + 9\n@cases([soon()])\ndef test_a(x=1):\n    soon()")
    assert clocks_read(tree, helpers_of([tree])) == [3]
    assert clocks_read(ast.parse("DAY = timezone.now().date()\nLATER = lambda: time()"), set()) == [1]
