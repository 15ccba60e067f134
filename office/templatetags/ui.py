"""How amounts, days, states and icons are written on every screen; loaded everywhere, without `{% load %}`."""

from collections.abc import ItemsView
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, Select
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from office.face.shown import Face, face_of
from office.models import Company
from office.persons import emails_in, person_email, person_name, person_phone, person_text
from office.states import STATES
from office.web.ways import may_open, way_to
from office.written import (
    NOTHING,
    apart,
    days_late,
    money,
    percent,
    plain_amount,
    plain_day,
    plain_moment,
    price,
    quantity,
)

register = template.Library()
for show in (emails_in, person_email, person_name, person_phone, person_text):
    register.filter(show)
for write in (apart, money, plain_amount, quantity, price, percent, plain_day, days_late):
    register.filter(write)


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
def lookup(values: dict[str, Any], key: str) -> object:
    """The value of a key that is only known as the page is made."""
    return values.get(key, "")


@register.filter
def pairs(values: dict[str, Any]) -> ItemsView[str, Any]:
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
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), plain_moment(value))


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A picture beside a word; screen readers pass over it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag(name="face_of")
def face(company: Company | None) -> Face | None:
    """What a customer sees of the company whose page it is, in the page's language; nothing of nobody's."""
    return face_of(company, get_language()) if company else None


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


@register.simple_tag(takes_context=True)
def crumb(context: Context, label: str, url_name: str, *args: Any) -> SafeString:
    """The way back to the list or paper this page came from; script adds the filters the list had."""
    url = way_to(context["request"].user, url_name, *args)
    words = format_html('<a href="{}" data-back>{}</a>', url, label) if url else label
    return format_html('<li class="breadcrumb-item">{}</li>', words)


@register.simple_tag(takes_context=True)
def leads_to(context: Context, address: str) -> bool:
    """Whether the reader may come in at an address of this site; false for none."""
    return bool(address) and may_open(context["request"].user, address)


@register.simple_tag(takes_context=True)
def linked(context: Context, words: Any, url_name: str, *args: Any) -> SafeString:
    """Words that lead to a page, for a reader who may come in there; for others the words alone."""
    url = way_to(context["request"].user, url_name, *args)
    return format_html('<a href="{}">{}</a>', url, words) if url else escape(words)


@register.inclusion_tag("ui/_field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
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
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, on top, each line leading to its field."""
    return {"form": form, "wrong": [bound for bound in form if bound.errors]}
