"""The languages of customers' papers: PDF, mail, and the page behind the link. Staff's own screens are English.

The words are in `locale/`; `tools/words.py` collects them from the code and compiles them.
"""

from babel import Locale, UnknownLocaleError

from ledger.refusals import Refused

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "nl": "Dutch",
    "ar": "Arabic",
    "ja": "Japanese",
}
DEFAULT = "en"


def require_language(language: str) -> None:
    """Raise Refused for a language that no paper is written in."""
    if language not in LANGUAGES:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise Refused(f"Papers are not written in {language!r}. There are {known}.", code="unknown_language")


def as_written_in(language: str, country: str) -> str:
    """A language as a country writes its days and amounts, such as de-ch; English is British but in the US.

    What names its country already stays as it is; a language that has no words here becomes English.
    """
    plain = language.partition("-")[0].lower()
    if plain not in LANGUAGES:
        return as_written_in(DEFAULT, country)
    if plain != language:
        return language.lower()
    if plain == "en":
        return "en" if country == "US" else "en-gb"
    return f"{plain}-{country.lower()}" if _is_known(plain, country) else plain


def _is_known(language: str, country: str) -> bool:
    try:
        return bool(Locale(language, country or "ZZ"))
    except UnknownLocaleError:
        return False
