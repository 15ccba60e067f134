"""What is cached comes back as it was, and nothing that stands there makes more than plain values."""

import pickle

import pytest
from django.core.cache import cache

from config.cached_values import JsonValues


@pytest.mark.parametrize("value", [0, 7, -3, 1.5, True, None, "Zoë", [1, "two"], {"a": [None]}])
def test_a_value_comes_back(value: object):
    cache.set("test-cached-values", value, 10)
    assert cache.get("test-cached-values") == value
    assert type(cache.get("test-cached-values")) is type(value)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_finds_nothing_that_another_left(turn: str):
    """What is counted by an address or a person would else let whichever test comes thirty-first be slowed down."""
    assert cache.add("test-cached-values", turn, 60)


def test_a_number_is_counted_up_where_it_stands():
    cache.set("test-cached-values", 41, 10)
    assert (cache.incr("test-cached-values"), cache.get("test-cached-values")) == (42, 42)


def test_an_object_of_python_is_neither_kept_nor_made():
    with pytest.raises(TypeError):
        JsonValues().dumps(object())
    with pytest.raises(UnicodeDecodeError):
        JsonValues().loads(pickle.dumps({"a": 1}))
