"""The line grid in a real browser: everything by keyboard, and names that a formset can read after each step."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]

LINE = """<tr data-line><td><input type="hidden" name="lines-{n}-id" value="{id}">
  <input type="hidden" name="lines-{n}-ORDER"><input type="checkbox" name="lines-{n}-DELETE" hidden>
  <input name="lines-{n}-text" id="id_lines-{n}-text" data-cell="Description"></td>
  <td><input name="lines-{n}-unit" data-cell="Unit" data-words></td>
  <td><input class="amount" name="lines-{n}-price" data-cell="Unit price"></td>
  <td><select name="lines-{n}-tax" data-cell="Tax">
    <option value="1">19 %</option><option value="2">7 %</option></select>
  <button type="button" data-remove-line>Remove</button></td></tr>"""
PAGE = f"""<!DOCTYPE html><script type="module" src="/js/line-grid.js"></script><div id="live"></div>
<form><line-grid prefix="lines"><input type="hidden" name="lines-TOTAL_FORMS" value="2">
<table><tbody data-lines>{LINE.format(n=0, id=71)}{LINE.format(n=1, id="")}</tbody></table>
<template data-new-line>{LINE.format(n="__prefix__", id="")}</template>
<button type="button" data-add-line>Add</button></line-grid><button id="after">After</button></form>"""


class Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(PAGE.encode())
        return None

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the sample page is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(ROOT / "static")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def grid(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_function("document.querySelector('[data-cell]').ariaLabel === 'Description, line 1'")
    return page


def texts(grid: Page) -> list[str]:
    return grid.eval_on_selector_all(
        "[data-line]:not([hidden]) [data-cell=Description]", "boxes => boxes.map(b => b.value)"
    )


def focused(grid: Page) -> str:
    return grid.evaluate("document.activeElement.name || document.activeElement.id")


def names_are_in_order(grid: Page) -> bool:
    names = grid.eval_on_selector_all("[data-line] [data-cell=Description]", "boxes => boxes.map(b => [b.name, b.id])")
    wanted = [[f"lines-{place}-text", f"id_lines-{place}-text"] for place in range(len(names))]
    return names == wanted and grid.input_value("[name=lines-TOTAL_FORMS]") == str(len(names))


def paste(grid: Page, text: str) -> None:
    grid.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})) }""",
        text,
    )


def test_tab_after_the_last_filled_line_adds_one_and_on_an_empty_last_line_leaves(grid):
    grid.fill("[name=lines-1-text]", "Chair")
    grid.focus("[name=lines-1-tax]")
    grid.keyboard.press("Tab")
    assert focused(grid) == "lines-2-text"
    assert names_are_in_order(grid)

    for _ in range(5):
        grid.keyboard.press("Tab")
    assert focused(grid) == "after"
    assert len(texts(grid)) == 3


def test_tab_goes_from_box_to_box_and_never_to_a_rows_buttons(grid):
    grid.focus("[name=lines-0-tax]")
    grid.keyboard.press("Tab")

    assert focused(grid) == "lines-1-text"


def test_enter_goes_down_a_column_and_adds_a_line_at_the_end(grid):
    grid.fill("[name=lines-1-price]", "5")
    grid.focus("[name=lines-0-price]")
    grid.keyboard.press("Enter")
    assert focused(grid) == "lines-1-price"
    grid.keyboard.press("Enter")
    assert focused(grid) == "lines-2-price"
    grid.keyboard.press("Enter")
    assert focused(grid) == "lines-2-price"


def test_arrows_go_up_and_down_and_leave_a_choice_alone(grid):
    grid.focus("[name=lines-0-price]")
    grid.keyboard.press("ArrowDown")
    assert focused(grid) == "lines-1-price"
    grid.keyboard.press("ArrowUp")
    assert focused(grid) == "lines-0-price"
    grid.focus("[name=lines-0-tax]")
    grid.keyboard.press("ArrowDown")
    assert focused(grid) == "lines-0-tax"
    assert grid.input_value("[name=lines-0-tax]") == "2"


def test_alt_and_arrows_move_a_line_and_its_order_follows(grid):
    grid.fill("[name=lines-0-text]", "First")
    grid.fill("[name=lines-1-text]", "Second")
    grid.keyboard.press("Alt+ArrowUp")

    assert texts(grid) == ["Second", "First"]
    assert focused(grid) == "lines-0-text"
    assert names_are_in_order(grid)
    assert grid.input_value("[name=lines-1-id]") == "71"
    assert grid.input_value("[name=lines-1-ORDER]") == "2"


def test_ctrl_d_copies_a_line_but_not_its_identity(grid):
    grid.fill("[name=lines-0-text]", "Chair")
    grid.select_option("[name=lines-0-tax]", "2")
    grid.focus("[name=lines-0-text]")
    grid.keyboard.press("Control+d")

    assert texts(grid) == ["Chair", "Chair", ""]
    assert grid.input_value("[name=lines-1-tax]") == "2"
    assert grid.input_value("[name=lines-1-id]") == ""
    assert focused(grid) == "lines-1-text"


def test_ctrl_backspace_takes_a_new_line_out_and_undo_brings_it_back(grid):
    grid.fill("[name=lines-1-text]", "Chair")
    grid.keyboard.press("Control+Backspace")
    assert texts(grid) == [""]
    assert names_are_in_order(grid)

    grid.get_by_role("button", name="Undo").click()
    assert texts(grid) == ["", "Chair"]
    assert names_are_in_order(grid)


def test_a_saved_line_that_is_removed_stays_in_the_form_to_be_deleted(grid):
    grid.focus("[name=lines-0-text]")
    grid.keyboard.press("Control+Backspace")

    assert len(texts(grid)) == 1
    assert grid.is_checked("[name=lines-0-DELETE]")
    assert grid.input_value("[name=lines-0-id]") == "71"
    assert grid.input_value("[name=lines-TOTAL_FORMS]") == "2"


def test_cells_pasted_from_a_sheet_become_lines_and_one_change_is_told(grid):
    grid.evaluate("window.told = 0; document.addEventListener('change', () => window.told++)")
    grid.focus("[name=lines-0-text]")
    paste(grid, "Chair\t12.50\t7 %\r\nDesk\t80\t19 %\r\nLamp\t3\t7 %\r\n")

    assert texts(grid) == ["Chair", "Desk", "Lamp"]
    assert grid.input_value("[name=lines-2-price]") == "3"
    assert grid.input_value("[name=lines-2-tax]") == "2"
    assert names_are_in_order(grid)
    assert grid.evaluate("window.told") == 1


@pytest.mark.parametrize(
    ("pasted", "lines"),
    [
        ("Chair\t12.50\nDesk\t€ 1,080.00", [["Chair", "", "12.50"], ["Desk", "", "1,080.00"]]),
        ("Chair\tpcs\t12.50\nDesk\t\t80", [["Chair", "pcs", "12.50"], ["Desk", "", "80"]]),
        ("Price\tItem\n12.50\tChair", [["Chair", "", "12.50"]]),
        ("Unit price\tDescription\tUnit\n12.50\tChair\tpcs", [["Chair", "pcs", "12.50"]]),
        ("Item\t12.50\nDesk\t80", [["Item", "", "12.50"], ["Desk", "", "80"]]),
    ],
)
def test_columns_of_a_sheet_go_where_their_headings_say_or_where_numbers_belong(
    grid: Page, pasted: str, lines: list[list[str]]
) -> None:
    grid.focus("[name=lines-0-text]")
    paste(grid, pasted)
    typed = grid.eval_on_selector_all(
        "[data-line]", "rows => rows.map(row => [...row.querySelectorAll('input[data-cell]')].map(box => box.value))"
    )
    assert [line for line in typed if any(line)] == lines


def test_removing_the_last_line_leaves_an_empty_one(grid):
    for _ in range(2):
        grid.focus("[data-line]:not([hidden]) [data-cell=Description]")
        grid.keyboard.press("Control+Backspace")

    assert texts(grid) == [""]
