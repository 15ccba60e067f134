"""Names of customers without what people leave out, write otherwise, or mistype."""

import re
from functools import lru_cache

from customers.search import fold

_WORD = re.compile(r"[^\W_]+")
_FORMS = """
    ab ag aps as asa bv bvba co company corp corporation eg ek ev gbr gmbh inc incorporated kg kgaa limited llc llp lp
    ltd mbh nv oe ohg oy plc pty sa sarl sas sasu se sl sp spa spzoo srl srls the und and y et
"""
"""Legal forms, and words that join; banks leave them out, or write them in full."""
_LEFT_OUT = frozenset(_FORMS.split())
_SOUNDS = (("ph", "f"), ("tz", "s"), ("th", "t"), ("ck", "k"), ("dt", "t"), ("c", "k"), ("z", "s"), ("v", "f"))
_DUMB = str.maketrans("", "", "aeiouhwy")


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """A name's words without accents, signs and legal form, in order: "Dr. Bramble GmbH" is "bramble dr"."""
    words = _WORD.findall(fold(name))
    return " ".join(sorted([word for word in words if word not in _LEFT_OUT] or words))


@lru_cache(maxsize=10_000)
def near_name(name: str) -> str:
    """What names that sound or look nearly alike have in common: "Müller Holz" and "Mueller Holtz" are "hls mlr".

    Of each word its first letter and the consonants after it, one for two; numbers stay as they are.
    """
    return " ".join(sorted(_near_word(word) for word in plain_name(name).split()))


def _near_word(word: str) -> str:
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    rest = word[1:].translate(_DUMB)
    return re.sub(r"(\D)\1+", r"\1", word[:1] + rest)


def plain_tax_id(tax_id: str) -> str:
    """A tax id without what people write between its signs: "DE 123.456.789" is "DE123456789"."""
    return re.sub(r"[\W_]", "", tax_id).upper()
