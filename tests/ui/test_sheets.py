import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.sheets import guard, unguard


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1 555 0100", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_text_that_begins_like_a_formula_is_made_harmless(text):
    """Case IMP-08."""
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Acme = Co", "O'Neill", "'t Hof", "", "12-14"])
def test_other_text_is_left_as_it_is(text):
    assert guard(text) == unguard(text) == text


@given(st.text(alphabet="'=+-@\t\rab1 "))
def test_any_text_comes_back_exactly_as_it_went(text):
    """Case IMP-08."""
    assert unguard(guard(text)) == text
