"""The words of mails: which a company has of its own, and the editor with its preview."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.languages import LANGUAGES, as_written_in
from office.mail.texts import TEXTS, Text, TextKind, latest_version, own_texts, text_in_use, words_of
from office.mail.values import values_for
from office.models import Company, MailText
from office.operations.edit_mail_text import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    checked_text,
    edit_mail_text,
    restore_mail_text,
    try_mail_text,
)
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest

_STYLE = re.compile(r' style="[^"]*"')
MOST_VERSIONS = 10


class TextForm(forms.Form):
    """A mail's words."""

    subject = forms.CharField(max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label="Text",
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="A blank line begins a new paragraph.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    @property
    def text(self) -> Text:
        """What was typed."""
        return Text(self.cleaned_data["subject"], self.cleaned_data["body"])


@dataclass(frozen=True)
class Place:
    """Which text it is about."""

    kind: TextKind
    stage: str
    language: str
    company: Company

    @property
    def key(self) -> tuple[Company, str, str, str]:
        """The place as operations take it."""
        return self.company, self.kind.kind, self.stage, self.language

    @property
    def url(self) -> str:
        return text_url("mail_text", self.kind.kind, self.language, self.stage)

    @property
    def stage_name(self) -> str:
        return self.kind.stages(self.company)[self.stage]

    @property
    def latest(self) -> MailText | None:
        return latest_version(self.kind.kind, self.stage, self.language, self.company)


def text_url(name: str, kind: str, language: str, stage: str) -> str:
    """The address of something about a text."""
    return reverse(f"office:{name}", args=[kind, language]) + (f"?stage={stage}" if stage else "")


def place_of(request: StaffRequest, kind: str, language: str) -> Place:
    """The text that an address names, or Http404."""
    known, stage = TEXTS.get(kind), request.GET.get("stage", "")
    if known is None or language not in LANGUAGES or stage not in known.stages(request.company):
        raise Http404("No such text.")
    return Place(known, stage, language, request.company)


@require_GET
@staff_door("office.edit_mail_texts")
def text_list(request: StaffRequest) -> HttpResponse:
    """Each kind and stage of mail, with the languages in which it has words of the company's own."""
    own = {(row.kind, row.stage, row.language) for row in own_texts(request.company)}
    kinds = []
    for key, kind in sorted(TEXTS.items(), key=lambda each: each[1].title):
        stages = [
            (name, [(code, text_url("mail_text", key, code, stage), (key, stage, code) in own) for code in LANGUAGES])
            for stage, name in kind.stages(request.company).items()
        ]
        kinds.append((kind.title, stages))
    return render(request, "office/mail_texts.html", {"kinds": kinds, "languages": LANGUAGES})


@staff_door("office.edit_mail_texts")
def text(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """Write a text; beside it stands how it will look."""
    place = place_of(request, kind, language)
    now = text_in_use(place.kind, place.stage, place.language, place.company)
    latest = place.latest
    initial = {"subject": now.subject, "body": now.body, "version": latest.version if latest else 0}
    form = TextForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_mail_text(*place.key, form.text, version=form.cleaned_data["version"], by=request.user)
        except Refused as refusal:
            form.add_error(None if refusal.code == "stale_version" else "body", refusal.message)
        else:
            messages.success(request, "Saved. Mails that leave from now on are worded so.")
            return redirect(place.url)
    context = {
        "place": place,
        "form": form,
        "latest": latest,
        "languages": [(code, name, text_url("mail_text", kind, code, place.stage)) for code, name in LANGUAGES.items()],
        "language_name": LANGUAGES[language],
        "versions": _versions(place),
        "preview_url": text_url("mail_text_preview", kind, language, place.stage),
        "restore_url": text_url("restore_mail_text", kind, language, place.stage),
        "try_url": text_url("try_mail_text", kind, language, place.stage),
    }
    return render(request, "office/mail_text.html", context)


@require_POST
@staff_door("office.edit_mail_texts")
def preview(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """The text as typed, filled in, or what is wrong with it, as a piece; nothing is kept."""
    place = place_of(request, kind, language)
    typed = Text(request.POST.get("subject", ""), request.POST.get("body", ""))
    context: dict[str, Any] = {"language": language}
    try:
        said = checked_text(typed, place.kind)
    except Refused as refusal:
        return render(request, "office/_mail_preview.html", context | {"wrong": refusal.message})
    written = as_written_in(language, place.company.country)
    customer_id = typed_id(request.POST.get("customer", ""))
    values = values_for(place.kind, place.stage, written, place.company, request.user, customer_id)
    words = words_of(said, place.kind, written, place.company, values)
    paragraphs = [(SafeString(_STYLE.sub("", each.html)), each.is_piece) for each in words.paragraphs]
    is_made_up = not customer_id or values == values_for(place.kind, place.stage, written, place.company, request.user)
    context |= {"words": words, "paragraphs": paragraphs, "asked": customer_id, "is_made_up": is_made_up}
    return render(request, "office/_mail_preview.html", context)


@require_POST
@staff_door("office.edit_mail_texts")
def restore(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """Use the built-in words again."""
    place = place_of(request, kind, language)
    try:
        restore_mail_text(*place.key, version=typed_id(request.POST.get("version", "")) or 0, by=request.user)
        messages.success(request, "The built-in words are used again. Yours are kept among the versions.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(place.url)


@require_POST
@staff_door("office.edit_mail_texts")
def try_it(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """Mail the text as typed to whoever writes it, in a new tab, so that nothing typed is lost."""
    place = place_of(request, kind, language)
    typed = Text(request.POST.get("subject", ""), request.POST.get("body", ""))
    customer_id = typed_id(request.POST.get("customer", ""))
    try:
        try_mail_text(*place.key, typed, customer_id, by=request.user)
        said, is_wrong = f"It leaves for {request.user.email} in a moment.", False
    except Refused as refusal:
        said, is_wrong = refusal.message, True
    return render(request, "office/_tried.html", {"said": said, "is_wrong": is_wrong})


def _versions(place: Place) -> list[MailText]:
    rows = MailText.objects.filter(
        company=place.company, kind=place.kind.kind, stage=place.stage, language=place.language, is_trial=False
    )
    return list(rows.select_related("by").order_by("-version")[:MOST_VERSIONS])
