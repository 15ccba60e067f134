"""How amounts, days, states and icons are written on every screen; loaded everywhere, without `{% load %}`."""

from collections.abc import ItemsView, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_percent, get_decimal_symbol, get_group_symbol, parse_pattern
from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, Select
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext, to_locale
from django.utils.translation import gettext_lazy as _

from ledger.money import format_money, places, round_money, with_minus

register = template.Library()

NOTHING = "\N{EN DASH}"
ISOLATE, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

STATES = {
    "draft": ("Draft", "circle-dashed", "neutral"),
    "open": (_("Open"), "clock", "blue"),
    "part_paid": (_("Part-paid"), "circle-half-2", "azure"),
    "paid": (_("Paid"), "circle-check", "green"),
    "settled": (_("Settled"), "circle-check", "neutral"),
    "overdue": (_("Overdue"), "clock-exclamation", "red"),
    "disputed": (_("Disputed"), "message-exclamation", "purple"),
    "void": (_("Void"), "ban", "neutral"),
    "applied": (_("Applied"), "circle-check", "green"),
    "part_applied": (_("Part-applied"), "circle-half-2", "azure"),
    "unapplied": (_("Unapplied"), "clock", "blue"),
    "to_answer": ("To be answered", "gavel", "amber"),
    "answered": ("Answered", "send", "azure"),
    "won": ("Won", "circle-check", "green"),
    "lost": ("Lost", "circle-x", "red"),
    "written_off": ("Written off", "file-x", "neutral"),
    "reversed": ("Reversed", "arrow-back-up", "neutral"),
    "over_limit": ("Over the limit", "alert-triangle", "red"),
    "on_hold": ("On hold", "lock", "amber"),
    "queued": ("Queued", "hourglass", "neutral"),
    "sending": ("Sending", "send", "blue"),
    "handed_over": ("Handed over", "send", "azure"),
    "sent": ("Sent", "mail-check", "green"),
    "failed": ("Failed", "circle-x", "red"),
    "uncertain": ("Uncertain", "help", "amber"),
    "bounced": ("Bounced", "mail-exclamation", "red"),
    "cancelled": ("Cancelled", "ban", "neutral"),
    "prepared": ("Being prepared", "circle-dashed", "neutral"),
    "waiting": ("Waiting", "hourglass", "neutral"),
    "running": ("Running", "player-play", "blue"),
    "done": ("Done", "circle-check", "green"),
    "active": ("Active", "refresh", "blue"),
    "ended": ("Ended", "ban", "neutral"),
    "made": ("Made", "circle-check", "green"),
    "nothing": ("Nothing to bill", "circle-dashed", "neutral"),
    "parked": ("Parked", "alert-triangle", "amber"),
    "approved": ("Approved", "circle-check", "green"),
    "declined": ("Declined", "circle-x", "red"),
    "withdrawn": ("Taken back", "arrow-back-up", "neutral"),
    "stopped": ("Stopped", "player-pause", "amber"),
    "not_sent": ("Not mailed", "mail-off", "neutral"),
    "opened": ("Opened", "eye-check", "green"),
    "out": ("With the agency", "gavel", "amber"),
    "given_back": ("Given back", "arrow-back-up", "neutral"),
    "hopeless": ("Nothing to be had", "circle-x", "red"),
    "offered": ("Offered", "send", "blue"),
    "expired": ("Offer expired", "clock-exclamation", "neutral"),
    "on_track": ("On track", "circle-check", "green"),
    "late": (_("Late"), "clock-exclamation", "amber"),
    "missed": (_("Missed"), "circle-x", "red"),
    "fulfilled": ("Fulfilled", "circle-check", "green"),
    "standing": ("Standing", "clock", "blue"),
    "kept": ("Kept", "circle-check", "green"),
    "part_kept": ("Part-kept", "circle-half-2", "amber"),
    "broken": ("Broken", "circle-x", "red"),
    "to_start": ("Checked, not started", "clock", "blue"),
    "unchecked": ("Not looked at yet", "circle-dashed", "neutral"),
    "to_pay": ("To be paid", "clock", "blue"),
    "in_file": ("In a file", "file-check", "green"),
    "by_hand": ("Paid by hand", "cash", "neutral"),
    "ready": ("File made", "file-check", "blue"),
    "pending": ("On its way", "send", "blue"),
    "collected": ("Collected", "circle-check", "green"),
    "returned": ("Returned", "arrow-back-up", "red"),
    "rejected": ("Rejected", "circle-x", "red"),
    "left_out": ("Left out", "circle-dashed", "neutral"),
    "live": ("Live", "circle-check", "green"),
    "revoked": ("Revoked", "ban", "red"),
    "lapsed": ("Lapsed", "clock-exclamation", "amber"),
    "used": ("Used", "circle-check", "neutral"),
    "usable": ("Confirmed", "shield-check", "green"),
    "blocked": ("Blocked", "lock", "red"),
    "closed": (_("Closed"), "ban", "neutral"),
    "refused": ("Refused", "alert-triangle", "amber"),
}
"""Word, icon and colour of each state: never colour alone."""


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


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency: `{{ total|money:invoice.currency }}`. Nothing known is a dash."""
    return NOTHING if amount is None else format_money(Decimal(str(amount)), currency, str(locale()))


@register.filter
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


@register.filter
def quantity(value: Decimal | None) -> str:
    """A quantity, percentage, exchange rate or unit price with as many places as it needs."""
    if value is None:
        return NOTHING
    return _written(value, "#,##0.##########")


@register.filter
def plain_day(value: date | None) -> str:
    """A calendar day as the reader writes it."""
    return _day_in(value, get_language() or "en") if value else NOTHING


@lru_cache(maxsize=4096)
def _day_in(value: date, language: str) -> str:
    return format_date(value, "medium", _locale_of(language))


@register.filter
def price(value: Decimal | None, currency: str) -> str:
    """A unit price: at least the currency's places, and as many more as it needs."""
    if value is None:
        return "–"
    digits = places(currency)
    pattern = "#,##0." + "0" * digits + "#" * (6 - digits)
    return _written(value, pattern)


@register.filter
def percent(value: Decimal) -> str:
    """A rate with its sign as the reader writes it: 12.5% or 12,5 %."""
    return with_minus(format_percent(value / 100, locale=locale(), decimal_quantization=False), locale())


@register.filter
def apart(text: str) -> str:
    """The text in its own direction, on paper that runs from right to left: a number or name is not turned around."""
    return f"{ISOLATE}{text}{POP}" if text and get_language_bidi() else text


@register.filter
def strong(text: str) -> SafeString:
    """The text as the part of a sentence that must not be missed."""
    return format_html("<strong>{}</strong>", text)


@register.filter
def plain_number(value: Decimal) -> str:
    """A number as addresses and forms take it, in no language."""
    return f"{value.normalize():f}"


@register.filter
def negated(amount: Decimal) -> Decimal:
    """An amount with its sign turned, where the words beside it say which way it counts."""
    return -amount


@register.filter
def words(name: str) -> str:
    """A name of ours as words: record_receipt becomes "Record receipt"."""
    return name.replace("_", " ").capitalize()


@register.filter
def lookup(values: dict, key: str) -> object:
    """The value of a key that is only known as the page is made."""
    return values.get(key, "")


@register.filter
def pairs(values: dict) -> ItemsView:
    """Keys and values, also where a key is called `items`, which a template would take for the method."""
    return values.items()


@register.filter
def day(value: date | None) -> str | SafeString:
    """A calendar day."""
    if not value:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), plain_day(value))


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """A day and time, in the time zone of whoever reads."""
    if not value:
        return NOTHING
    here = timezone.localtime(value)
    text = f"{format_date(here, 'medium', locale())}, {format_datetime(here, 'HH:mm', locale=locale())}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), text)


@register.filter
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


def counted(number: int, word: str) -> str:
    """A number with its word, in the plural where it must be."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside a word; screen readers pass over it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """A state as word, icon and colour."""
    word, picture, colour = STATES.get(state, (state.replace("_", " ").capitalize(), "circle-dashed", "neutral"))
    return format_html('<span class="state state-{}">{} {}</span>', colour, icon(picture), word)


@register.simple_block_tag
def menu(content: str, label: str, css: str = "btn") -> SafeString:
    """A button that opens links and small forms, even without script: `{% menu "More" %}...{% endmenu %}`."""
    return format_html(
        '<details class="menu"><summary class="{}">{} {}</summary><div class="menu-panel">{}</div></details>',
        css,
        label,
        icon("chevron-down"),
        content,
    )


@register.simple_tag
def crumb(label: str, url_name: str, *args: object) -> SafeString:
    """The way back to the list or paper this page came from; script adds the filters the list had."""
    url = reverse(url_name, args=args)
    return format_html('<li class="breadcrumb-item"><a href="{}" data-back>{}</a></li>', url, label)


@register.inclusion_tag("ui/_field.html")
def field(bound: BoundField, label: str = "") -> dict:
    """A form's field: label above, help and error tied to it."""
    widget = bound.field.widget
    css = "form-select" if isinstance(widget, Select) else "form-control"
    css = "form-check-input" if isinstance(widget, CheckboxInput | CheckboxSelectMultiple) else css
    kept = widget.attrs.get("class", "")
    invalid = "is-invalid" if bound.errors else ""
    return {
        "field": bound,
        "label": label or bound.label,
        "is_checkbox": isinstance(widget, CheckboxInput),
        "input": bound.as_widget(attrs={"class": " ".join(filter(None, (css, kept, invalid)))}),
    }


@register.inclusion_tag("ui/_error_summary.html")
def error_summary(form: BaseForm) -> dict:
    """What is wrong with a form, on top, each line leading to its field."""
    return {"form": form, "wrong": [bound for bound in form if bound.errors]}


@dataclass(frozen=True)
class Bar:
    """One bar of a chart as drawn: its words and its size in percent."""

    label: str
    text: str
    url: str
    colour: str
    width: str
    top: int

    @property
    def text_y(self) -> int:
        return self.top + 15

    @property
    def bar_y(self) -> int:
        return self.top + 23


BAR_HEIGHT = 44


@register.inclusion_tag("ui/_bar_chart.html")
def bar_chart(rows: Iterable[dict], currency: str, caption: str) -> dict:
    """Bars, one a row; each row has `label`, `amount`, `url` and may have `colour` (a token such as age-2).

    `text` stands instead of the amount as money, such as a count.

    Bars only show sizes: the figures beside them are the book's own, and the table under them repeats these.
    """
    rows = list(rows)
    largest = max((abs(row["amount"]) for row in rows), default=Decimal(0)) or Decimal(1)
    bars = [
        Bar(
            label=row["label"],
            text=row.get("text") or money(row["amount"], currency),
            url=row["url"],
            colour=row.get("colour", "accent"),
            width=f"{abs(row['amount']) / largest * 100:.2f}%",
            top=index * BAR_HEIGHT,
        )
        for index, row in enumerate(rows)
    ]
    return {"bars": bars, "caption": caption, "height": len(bars) * BAR_HEIGHT}
