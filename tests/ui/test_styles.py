"""The style sheet says each thing once, and nothing that no page has; every shortcut can be pressed."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STYLE = re.sub(r"/\*.*?\*/", "", (ROOT / "static/css/duebook.css").read_text(), flags=re.DOTALL)
MADE_OF_PARTS = re.compile(r"(bar|hide|kind|state)-\w+(-\d)?")
"""Classes that a template or a column writes with a part of their name filled in."""
BY_HTMX = {"htmx-indicator", "htmx-request"}


def selectors() -> list[tuple[str, str]]:
    """Each selector with the at-rules that it stands in."""
    found, within, read = [], [], ""
    for letter in STYLE:
        if letter == "{":
            words, read = " ".join(read.split()), ""
            if not words.startswith("@"):
                found += [(" ".join(within), each) for each in re.split(r",\s*(?![^(]*\))", words)]
            within.append(words if words.startswith("@") else "")
        elif letter == "}":
            within.pop()
            read = ""
        else:
            read = "" if letter == ";" else read + letter
    return found


def test_no_selector_stands_twice():
    assert [each for each, count in Counter(selectors()).items() if count > 1] == []


def test_every_class_is_on_a_page():
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js"), *ROOT.glob("[bcopr]*/**/*.py")]
    pages = "\n".join(file.read_text() for file in files if "migrations" not in file.parts)
    names = {name for _, each in selectors() for name in re.findall(r"\.([a-z][\w-]*)", each)}
    rest = {name for name in names - BY_HTMX if not MADE_OF_PARTS.fullmatch(name)}
    assert sorted(name for name in rest if name not in pages) == []


def test_every_shortcut_can_be_pressed():
    pages = "\n".join(file.read_text() for file in ROOT.glob("templates/**/*.html"))
    keys = {key for key in re.findall(r'data-key="([^"]*)"', pages) if "{{" not in key}
    assert sorted(key for key in keys if not re.fullmatch(r"[a-z/?]|mod\+(s|Enter)", key)) == []
