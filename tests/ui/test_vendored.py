import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

from office.states import STATES
from tools.vendor import DEBIAN

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
FOREIGN = re.compile(r"""(?:src|href|action)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|@import\s+["']?https?:""")
INLINE = re.compile(r"""<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:""")


def test_every_vendored_file_has_the_hash_on_record_and_no_other_file_lies_beside_them():
    record = json.loads((ROOT / "VENDORED.json").read_text())
    hashes = {path: digest for package in record.values() for path, digest in package["files"].items()}
    folders = ("static/vendor", "static/fonts/pdf", "tests/vendor")
    found = {str(p.relative_to(ROOT)) for folder in folders for p in (ROOT / folder).rglob("*") if p.is_file()}

    assert found | {"static/icons.svg"} == set(hashes)
    assert {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in hashes} == hashes


def test_the_record_has_the_versions_that_are_pinned():
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]
    pinned |= {name: version for name, (version, _) in DEBIAN.items()}
    record = json.loads((ROOT / "VENDORED.json").read_text())

    assert {name: package["version"] for name, package in record.items()} == pinned


def test_no_template_or_style_asks_another_host_for_anything():
    assert [str(path) for path in (*TEMPLATES, *STYLES) if FOREIGN.search(path.read_text())] == []


def test_no_page_carries_script_or_style_that_our_policy_would_stop():
    files = {"mail", "pdf", "papers", "privacy"}
    pages = [path for path in TEMPLATES if not files & set(path.parts)]

    assert [str(path) for path in pages if INLINE.search(path.read_text())] == []


def test_no_script_of_ours_makes_code_from_text_or_loads_from_elsewhere():
    bad = re.compile(r"\beval\(|new Function|https?://|setAttribute\(\"style\"")

    assert [path.name for path in SCRIPTS if bad.search(path.read_text())] == []


def test_every_icon_that_a_template_or_a_state_names_is_in_the_sprite():
    sprite = ElementTree.parse(ROOT / "static/icons.svg").getroot()
    drawn = {symbol.get("id") for symbol in sprite}
    in_templates = {name for path in TEMPLATES for name in re.findall(r"""icon "([a-z0-9-]+)\"""", path.read_text())}

    assert (in_templates | {picture for _, picture, _ in STATES.values()}) - drawn == set()


def test_the_customers_own_style_stays_under_fifteen_kilobytes():
    assert (ROOT / "static/css/portal.css").stat().st_size < 15_000
