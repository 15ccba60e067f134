from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction

from billing.looks import PaperWords, Texts, texts_of
from billing.models import PaperKind, PaperText
from ledger.refusals import Refused
from office.audit import record
from office.languages import LANGUAGES, require_language
from office.models import Company, User
from office.operations.update_company import update_company

LONGEST_ABOVE, LONGEST_FOOT, FOOT_LINES = 1000, 250, 3
"""A foot has the room that the lower margin of a page leaves it."""


@transaction.atomic
def set_paper_looks(
    company: Company, *, accent: str | None = None, texts: Mapping[tuple[str, str], PaperWords], by: User | None
) -> Texts:
    """Say how papers look from now on; texts that are not named stay, and so does the colour when it is None.

    What is issued keeps its looks. Raises Refused for a colour too light for white paper, a language or kind that
    papers do not have, or a text too long for its place; then nothing is changed.
    """
    wanted = checked_texts(texts)
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if accent is not None and accent != company.accent:
        update_company(company.pk, {"accent": accent}, by=by)
    before = texts_of(company)
    changed = [key for key, words in wanted.items() if words != before.get(key, PaperWords())]
    for key in changed:
        _keep(company, *key, wanted[key])
    if changed:
        record(by, "set_paper_looks", company, before=_told(before, changed), after=_told(wanted, changed))
    return {key: words for key, words in (before | wanted).items() if words != PaperWords()}


def checked_texts(texts: Mapping[tuple[str, str], PaperWords]) -> Texts:
    """The texts as they would be kept. Raises Refused for one that has no place."""
    tidy = {key: PaperWords(_tidy(words.above), _tidy(words.foot)) for key, words in texts.items()}
    for (language, kind), words in tidy.items():
        _check(language, kind, words)
    return tidy


def _tidy(text: str) -> str:
    return "\n".join(text.strip().splitlines())


def _told(texts: Texts, keys: list[tuple[str, str]]) -> dict[str, str]:
    told = {" ".join(key): asdict(texts.get(key, PaperWords())) for key in keys}
    return {f"{key} {place}": text for key, words in told.items() for place, text in words.items()}


def _keep(company: Company, language: str, kind: str, words: PaperWords) -> None:
    rows = PaperText.objects.filter(company=company, language=language, kind=kind)
    if words == PaperWords():
        rows.delete()
    else:
        PaperText.objects.update_or_create(company=company, language=language, kind=kind, defaults=asdict(words))


def _check(language: str, kind: str, words: PaperWords) -> None:
    require_language(language)
    if kind not in PaperKind.values:
        raise Refused(
            f"There are no texts for {kind!r}, but for {' and '.join(PaperKind.values)}.", code="unknown_kind"
        )
    place = f"{LANGUAGES[language]}, {PaperKind(kind).label.lower()}"
    if len(words.above) > LONGEST_ABOVE:
        raise Refused(
            f"{place}: the text above the lines has more than {LONGEST_ABOVE} characters.", code="text_too_long"
        )
    if len(words.foot) > LONGEST_FOOT or len(words.foot.splitlines()) > FOOT_LINES:
        raise Refused(
            f"{place}: the foot has room for {FOOT_LINES} lines and {LONGEST_FOOT} characters. Shorten it.",
            code="text_too_long",
        )
