"""How papers look: the company's colour, its texts in each language, and a sample beside them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.looks import PaperWords, Texts, texts_of
from billing.models import PaperKind
from billing.operations.set_paper_looks import checked_texts, set_paper_looks
from billing.pdf.sample import sample_pdf, sample_pictures
from ledger.refusals import Refused
from office.face.colours import require_readable
from office.languages import LANGUAGES
from office.models import Company
from office.papers import PdfUnavailable
from office.papers.renderer import Pictures
from office.web.doors import staff_door
from office.web.requests import StaffRequest

INK = "#16202c"
"""What papers are printed in where a company has no colour of its own."""


class LooksForm(forms.Form):
    """The colour of all papers, the texts of one language, and which sample stands beside them."""

    accent = forms.CharField(
        label="Colour",
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="Of title, rules and total, on papers in every language. It has to be readable on white.",
    )
    shown = forms.ChoiceField(label="Sample beside", choices=PaperKind.choices, required=False)

    def __init__(self, language: str, company: Company, typed: QueryDict | None = None) -> None:
        kept = texts_of(company)
        initial: dict[str, str] = {"accent": company.accent or INK, "shown": PaperKind.INVOICE}
        for kind in PaperKind:
            words = kept.get((language, kind), PaperWords())
            initial |= {f"{kind}_above": words.above, f"{kind}_foot": words.foot}
        super().__init__(typed, initial=initial)
        self.language = language
        for kind in PaperKind:
            self.fields[f"{kind}_above"] = _text(f"{kind.label}: above the lines", 4, language)
            self.fields[f"{kind}_foot"] = _text(f"{kind.label}: at the foot of each page", 3, language)

    @property
    def chosen_accent(self) -> str:
        """The colour as it is kept: none where it is the usual ink."""
        typed = self.cleaned_data["accent"].lower()
        return "" if typed == INK else typed

    @property
    def chosen_texts(self) -> Texts:
        """The words typed."""
        typed = self.cleaned_data
        return {
            (self.language, kind): PaperWords(typed[f"{kind}_above"], typed[f"{kind}_foot"])
            for kind in PaperKind.values
        }


def _text(label: str, rows: int, language: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "lang": language, "dir": "auto"})
    return forms.CharField(label=label, required=False, widget=widget)


@staff_door("office.change_company_settings")
def paper_looks(request: StaffRequest) -> HttpResponse:
    """Choose how papers look from now on, one language at a time."""
    language = _language(request)
    form = LooksForm(language, request.company, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_paper_looks(request.company, accent=form.chosen_accent, texts=form.chosen_texts, by=request.user)
        except Refused as refusal:
            form.add_error("accent" if "colour" in refusal.code else None, refusal.message)
        else:
            messages.success(request, "Saved. New papers look like this; what is issued stays as it is.")
            return redirect(f"{reverse('billing:paper_looks')}?language={language}")
    context = {
        "form": form,
        "language": language,
        "name": LANGUAGES[language],
        "languages": _languages(request.company),
    }
    return render(request, "billing/paper_looks.html", context)


@require_POST
@staff_door("office.change_company_settings")
def paper_preview(request: StaffRequest) -> HttpResponse:
    """A sample with what is typed, as a piece; nothing is kept."""
    form = LooksForm(_language(request), request.company, request.POST)
    try:
        context = {"shown": _sample_as_typed(request.company, form)} if form.is_valid() else {"why_not": _first(form)}
    except (Refused, PdfUnavailable) as failure:
        context = {"why_not": str(failure)}
    return render(request, "billing/_preview.html", context)


@require_GET
@staff_door("office.change_company_settings")
def paper_sample(request: StaffRequest) -> HttpResponse:
    """A sample as PDF, with the looks that are kept."""
    language, kind = _language(request), request.GET.get("kind")
    kind = kind if kind in PaperKind.values else PaperKind.INVOICE
    try:
        content = sample_pdf(request.company, language, kind, texts_of(request.company))
    except PdfUnavailable as failure:
        messages.error(request, str(failure))
        return redirect("billing:paper_looks")
    headers = {"Content-Disposition": f'inline; filename="sample-{language}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _sample_as_typed(company: Company, form: LooksForm) -> Pictures:
    if form.chosen_accent:
        require_readable(form.chosen_accent)
    company.accent = form.chosen_accent
    return sample_pictures(
        company, form.language, form.cleaned_data["shown"] or PaperKind.INVOICE, checked_texts(form.chosen_texts)
    )


def _languages(company: Company) -> list[tuple[str, str, bool]]:
    """The languages of papers, each with its name and whether it has texts."""
    filled = {language for language, _kind in texts_of(company)}
    return [(code, name, code in filled) for code, name in LANGUAGES.items()]


def _first(form: LooksForm) -> str:
    return str(next(iter(next(iter(form.errors.values())))))


def _language(request: StaffRequest) -> str:
    """The language that is looked at: the one named, else the company's usual one."""
    wanted = request.GET.get("language", request.company.language)
    return wanted if wanted in LANGUAGES else request.company.language
