"""How amounts, numbers and days are written in the language of whoever reads: screens, papers, mails and files."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import NumberPattern, format_percent, get_decimal_symbol, get_group_symbol, parse_pattern
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext, to_locale

from ledger.money import format_money, places, round_money, with_minus

NOTHING = "\N{EN DASH}"
LONGEST_WORD = 20
"""Letters of a word that a table's cell keeps in one line; a longer one may break where it must."""
ISOLATE, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def apart(text: str) -> str:
    """The text in its own direction, where it stands among words from right to left: a number is not turned around."""
    return f"{ISOLATE}{text}{POP}" if text and get_language_bidi() else text


def locale() -> Locale:
    """The reader's way of writing numbers and days."""
    return _locale_of(get_language() or "en")


@cache
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except UnknownLocaleError:
        return Locale("en")


@cache
def _pattern(text: str) -> NumberPattern:
    return parse_pattern(text)


def _written(value: Decimal, pattern: str) -> str:
    """A number after a pattern, in the reader's way."""
    reader = locale()
    return with_minus(_pattern(pattern).apply(value, reader), reader)


def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency: `{{ total|money:invoice.currency }}`. Nothing known is a dash."""
    return NOTHING if amount is None else format_money(Decimal(str(amount)), currency, str(locale()))


def plain_amount(amount: Decimal | None, currency: str) -> str:
    """An amount in its currency's places, where a heading already names the currency."""
    if amount is None:
        return NOTHING
    plain = f"{round_money(amount, currency):,.{places(currency)}f}"
    return plain.translate(_signs(get_language() or "en"))


@cache
def _signs(language: str) -> dict[int, str]:
    """What the language writes in place of Python's comma, point and hyphen in a number."""
    reader = _locale_of(language)
    return str.maketrans({",": get_group_symbol(reader), ".": get_decimal_symbol(reader), "-": with_minus("-", reader)})


def quantity(value: Decimal | None) -> str:
    """A quantity, percentage, exchange rate or unit price with as many places as it needs."""
    if value is None:
        return NOTHING
    return _written(value, "#,##0.##########")


def plain_day(value: date | None) -> str:
    """A calendar day as the reader writes it; of a moment, its day in the office's time zone."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localdate(value)
    return _day_in(value, get_language() or "en") if value else NOTHING


def plain_moment(value: datetime) -> str:
    """A day and time in the office's time zone, as the reader writes it."""
    here = timezone.localtime(value)
    return f"{plain_day(here.date())}, {format_datetime(here, 'HH:mm', locale=locale())}"


def plain_period(value: str) -> str:
    """A day or month in ISO 8601 as the reader writes it: "2026-03" is "Mar 2026"; other periods stay as they are."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return plain_day(date.fromisoformat(value))
    if re.fullmatch(r"\d{4}-\d\d", value):
        return format_skeleton("yMMM", date.fromisoformat(f"{value}-01"), locale=locale())
    return value


@lru_cache(maxsize=4096)
def _day_in(value: date, language: str) -> str:
    return format_date(value, "medium", _locale_of(language))


def price(value: Decimal | None, currency: str) -> str:
    """A unit price: at least the currency's places, and as many more as it needs."""
    if value is None:
        return NOTHING
    digits = places(currency)
    pattern = "#,##0." + "0" * digits + "#" * (6 - digits)
    return _written(value, pattern)


def percent(value: Decimal) -> str:
    """A rate with its sign as the reader writes it: 12.5% or 12,5 %."""
    return with_minus(format_percent(value / 100, locale=locale(), decimal_quantization=False), locale())


def days_late(due_on: date | None, today: date) -> str:
    """How a due day stands to today, in words: "12 days late", "due today", "in 5 days"."""
    if not due_on:
        return ""
    days = (today - due_on).days
    if days == 0:
        return gettext("due today")
    if days > 0:
        return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
    return ngettext("in %(days)d day", "in %(days)d days", -days) % {"days": -days}


def is_one_word(text: object) -> bool:
    """Whether a cell's text is one short word or number that no line's end may part, such as INV-2026-0183."""
    shown = str(text)
    return 0 < len(shown) <= LONGEST_WORD and " " not in shown


def counted(number: int, word: str) -> str:
    """A number with its word, in the plural where it must be."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
