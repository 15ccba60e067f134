"""How the company looks to its customers: colour, own words, whom to ask, notice; its colours as pages fetch them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, override
from django.views.decorators.http import require_POST, require_safe

from ledger.refusals import Refused
from office.face.colours import contrast, contrast_with_white, readable_shade, require_readable, told
from office.face.notices import LONGEST_NOTICE, require_notice_address
from office.face.palette import DARK_GROUNDS, palette_of
from office.face.shown import HelpContact, Texts, face_of, texts_of
from office.languages import LANGUAGES
from office.models import Company, FacePlace
from office.operations.set_face import ROOM, checked_contact, checked_texts, set_face
from office.web.doors import open_door, staff_door
from office.web.requests import StaffRequest

WEEK = 7 * 24 * 60 * 60
DETAILS = ("accent", "help_name", "help_email", "help_phone", "privacy_notice")
HELP = {
    FacePlace.GREETING: "Above the amount, on the page of a document and of an account.",
    FacePlace.PAYING: "Below the bank details.",
    FacePlace.FOOT: "On every page and in mails: the register, the directors.",
    FacePlace.HOURS: "Such as: Monday to Friday, 9 to 16.",
}
FIELD_OF = {
    "bad_colour": "accent",
    "colour_too_light": "accent",
    "bad_email": "help_email",
    "bad_notice": "privacy_notice",
}


class FaceForm(forms.Form):
    """The colour, whom to ask, the privacy notice, and the words of one language."""

    accent = forms.CharField(
        label="Colour",
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Such as #1f4e8c; empty for the usual blue. Of buttons and links, mails, and the title of papers.",
    )
    help_name = forms.CharField(label="Whom customers may ask", max_length=100, required=False)
    help_email = forms.CharField(
        label="E-mail for questions", max_length=254, required=False, help_text="Empty: the company's own."
    )
    help_phone = forms.CharField(
        label="Phone for questions", max_length=40, required=False, help_text="Empty: the company's own."
    )
    privacy_notice = forms.CharField(
        max_length=LONGEST_NOTICE,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text="Where it stands, such as https://example.com/privacy; linked at the foot of every page.",
    )

    def __init__(self, language: str, company: Company, typed: QueryDict | None = None) -> None:
        kept = texts_of(company)
        initial = {name: getattr(company, name) for name in DETAILS}
        initial |= {place: kept.get((language, place), "") for place in FacePlace.values}
        super().__init__(_taken(typed), initial=initial)
        self.language = language
        for place in FacePlace:
            self.fields[place] = _text(place, language)

    @property
    def chosen_accent(self) -> str:
        """The colour as it is kept."""
        return str(self.cleaned_data["accent"]).lower()

    @property
    def contact(self) -> HelpContact:
        """Whom to ask, as typed."""
        return HelpContact(*(self.cleaned_data[f"help_{name}"] for name in ("name", "email", "phone")))

    @property
    def notice(self) -> str:
        """Where the privacy notice stands, as typed."""
        return str(self.cleaned_data["privacy_notice"])

    @property
    def texts(self) -> Texts:
        """The words typed."""
        return {(self.language, place): self.cleaned_data[place] for place in FacePlace.values}


def _taken(typed: QueryDict | None) -> QueryDict | None:
    """What is typed, with the darker colour where somebody takes that."""
    if not typed or "take" not in typed:
        return typed
    taken = typed.copy()
    taken["accent"] = str(typed["take"])
    return taken


def _text(place: FacePlace, language: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": ROOM[place][1] // 2, "lang": language, "dir": "auto"})
    return forms.CharField(label=place.label, required=False, widget=widget, help_text=HELP[place])


@staff_door("office.change_company_settings")
def face(request: StaffRequest) -> HttpResponse:
    """Choose how customers see the company, the words of one language at a time."""
    language = _language(request)
    form = FaceForm(language, request.company, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_face(
                request.company,
                accent=form.chosen_accent,
                contact=form.contact,
                notice=form.notice,
                texts=form.texts,
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(FIELD_OF.get(refusal.code), refusal.message)
        else:
            messages.success(request, "Saved. Customers see it from now on.")
            return redirect(f"{reverse('office:face')}?language={language}")
    worded = {code for code, _place in texts_of(request.company)}
    context = {
        "form": form,
        "language": language,
        "name": LANGUAGES[language],
        "usual": LANGUAGES[request.company.language],
        "languages": [(code, each, code in worded) for code, each in LANGUAGES.items()],
        "darker": _darker(form["accent"].value() or ""),
    }
    return render(request, "office/face.html", context | _look(request.company, language))


@require_POST
@staff_door("office.change_company_settings")
def preview(request: StaffRequest) -> HttpResponse:
    """The customer's page with what is typed, in light and dark, as a piece; nothing is kept."""
    form = FaceForm(_language(request), request.company, request.POST)
    try:
        context = _as_typed(request.company, form) if form.is_valid() else {"why_not": _first(form)}
    except Refused as refusal:
        context = {"why_not": refusal.message, "darker": _darker(form.chosen_accent)}
    return render(request, "office/_face_preview.html", context)


@require_safe
@open_door
def style(request: HttpRequest, digits: str) -> HttpResponse:
    """The colours of the pages of a company with this one: they follow from it alone, so anybody may keep them."""
    try:
        require_readable(f"#{digits}")
    except Refused as refusal:
        raise Http404(refusal.message) from refusal
    content = render_to_string("office/face.css", vars(palette_of(f"#{digits}")))
    return HttpResponse(content, content_type="text/css", headers={"Cache-Control": f"public, max-age={WEEK}"})


def _as_typed(company: Company, form: FaceForm) -> dict[str, Any]:
    if form.chosen_accent:
        require_readable(form.chosen_accent)
    if form.notice:
        require_notice_address(form.notice)
    contact = checked_contact(form.contact)
    company.accent, company.help_name = form.chosen_accent, contact.name
    company.help_email, company.help_phone = contact.email, contact.phone
    company.privacy_notice = form.notice
    return _look(company, form.language, texts_of(company) | checked_texts(form.texts))


def _look(company: Company, language: str, texts: Texts | None = None) -> dict[str, Any]:
    """The sample in a language, and what its colours come to."""
    with override(language):
        said = {"face": face_of(company, language, texts), "company": company, "language": language}
        said |= {"direction": "rtl" if get_language_bidi() else "ltr"}
        sample = SafeString(render_to_string("portal/_face_sample.html", said))
    return {"sample": sample, "shown": company.accent} | (_measured(company.accent) if company.accent else {})


def _measured(accent: str) -> dict[str, str]:
    """The contrasts of a colour as they are said, and its tone on dark pages."""
    dark = palette_of(accent).dark
    on_dark = told(contrast(dark.ink, DARK_GROUNDS[1]))
    return {"on_white": told(contrast_with_white(accent)), "tone": dark.ink, "on_dark": on_dark}


def _darker(colour: str) -> str:
    """The shade to take instead of a colour that is too light; nothing where it is dark enough, or no colour."""
    try:
        require_readable(colour.lower())
    except Refused as refusal:
        return readable_shade(colour) if refusal.code == "colour_too_light" else ""
    return ""


def _first(form: FaceForm) -> str:
    return str(next(iter(next(iter(form.errors.values())))))


def _language(request: StaffRequest) -> str:
    """The language that is looked at: the one named, else the company's usual one."""
    wanted = request.GET.get("language", request.company.language)
    return wanted if wanted in LANGUAGES else request.company.language
