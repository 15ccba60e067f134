"""The official rules lie here unchanged, and run in a process that may be lost."""

import hashlib
from pathlib import Path

import pytest

from billing.einvoice import rules
from billing.einvoice.fields import field_of
from billing.einvoice.markup import parse
from billing.einvoice.rules import RulesUnavailable, judge
from office.helper import Helper

OFFICIAL = Path(rules.__file__).with_name("official")
EMPTY = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'


def test_each_rule_file_is_the_one_that_was_published():
    sums = dict(reversed(row.split()) for row in (OFFICIAL / "SHA256SUMS").read_text().splitlines())
    found = {f"./{path.relative_to(OFFICIAL)}": path for path in OFFICIAL.rglob("*") if path.is_file()}
    found = {name: path for name, path in found.items() if path.name not in ("SHA256SUMS", "SOURCES.md")}

    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == sums


def test_a_lost_process_is_replaced_by_the_next_question():
    before = judge(parse(EMPTY))
    rules._judge.child.kill()
    rules._judge.child.wait()

    assert judge(parse(EMPTY)) == before
    assert "BR-01" in {each.rule for each in before}


def test_a_process_that_takes_too_long_is_given_up(monkeypatch):
    slow = Helper(rules._judge.script, seconds=0)
    monkeypatch.setattr(rules, "_judge", slow)

    with pytest.raises(RulesUnavailable, match="Try again"):
        judge(parse(EMPTY))
    assert slow.child is None


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("BR-DE-15", "Customer: buyer reference"),
        ("BR-S-02", "Settings: VAT or tax id"),
        ("BR-AE-02", "Settings: VAT or tax id; Customer: VAT or tax id"),
        ("BR-E-10", "Taxes: reason why no tax is charged"),
        ("BR-DEC-23", "Document: currency, as e-invoices have at most two decimals"),
        ("UBL-SR-44", ""),
    ],
)
def test_a_rule_names_the_field_that_mends_it(rule, field):
    assert field_of(rule) == field
