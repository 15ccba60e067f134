"""Importing a file on screen, the same for every room: upload, say which column is which, dry run, start."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger.refusals import Refused
from office.importing import told_of_file
from office.models import ImportMapping, Run, RunStatus
from office.reading import Field, FieldKind, Mapping
from office.reading.formats import NO_FORMATS, Formats
from office.reading.mapping import ColumnRule
from office.reading.tables import table_rows
from office.reading.unpacking import unpacked
from office.web.fields import set_choices
from office.web.requests import StaffRequest
from office.work.runs import KINDS, begin_run, resume_run

LARGEST_UPLOAD = 64 * 1024 * 1024
PREVIEWED = 6
WAYS = {
    FieldKind.NUMBER: [("", "Work it out from the file"), (".", "1,234.50"), (",", "1.234,50")],
    FieldKind.DAY: [
        ("", "Work it out from the file"),
        ("ymd", "Year first: 2026-03-31"),
        ("dmy", "Day first: 31/03/2026"),
        ("mdy", "Month first: 03/31/2026"),
    ],
}


@dataclass(frozen=True)
class ImportPage:
    """What a room's import shows: its fields, the mappings that come with it, and its switches as (name, words).

    `formats` are other products' files that it understands as they come. One that is `for_all` customers is not begun
    by who sees only their own.
    """

    kind: str
    title: str
    back: str
    fields: Sequence[Field]
    built_in: MappingOf[str, Mapping]
    switches: Sequence[tuple[str, str]] = ()
    formats: Formats = NO_FORMATS
    for_all: bool = False
    text: str = "Nothing is kept before you have seen what would be done."


class UploadForm(forms.Form):
    """The file, and which mapping to begin with."""

    file = forms.FileField(help_text="CSV or Excel, up to 64 MB; it may be packed with xz.")
    mapping = forms.ChoiceField(required=False)

    def clean_file(self) -> Any:
        if self.cleaned_data["file"].size > LARGEST_UPLOAD:
            raise forms.ValidationError("The file is larger than 64 MB. Pack it with xz, or split it.")
        return self.cleaned_data["file"]


class MappingForm(forms.Form):
    """Which column is which field, and how it is written; and the import's switches."""

    save_as = forms.CharField(
        required=False, max_length=100, label="Keep this mapping as", help_text="Leave it empty to use it only now."
    )

    def __init__(self, page: ImportPage, headings: Sequence[str], mapping: Mapping, *args: Any) -> None:
        super().__init__(*args)
        self.page, self.mapping = page, mapping
        columns = [("", "Not in the file"), *((heading, heading) for heading in headings if heading)]
        for field in page.fields:
            self._add_field(field, columns, mapping.columns.get(field.name, ColumnRule("")))
        for name, words in page.switches:
            self.fields[name] = forms.BooleanField(required=False, label=words)

    def _add_field(self, field: Field, columns: list[tuple[str, str]], rule: ColumnRule) -> None:
        needed = field.required and field.name not in self.mapping.constants
        label = field.label
        known = rule.heading in dict(columns)
        self.fields[f"column_{field.name}"] = forms.ChoiceField(
            choices=columns, required=needed, label=label, initial=rule.heading if known else ""
        )
        if field.kind in WAYS:
            self.fields[f"way_{field.name}"] = forms.ChoiceField(
                choices=WAYS[field.kind],
                required=False,
                label=f"{label} is written",
                initial=rule.decimal or rule.day_order,
            )

    def chosen(self) -> Mapping:
        """The mapping as it was chosen."""
        data, columns = self.cleaned_data, {}
        for field in self.page.fields:
            heading, way = data[f"column_{field.name}"], data.get(f"way_{field.name}", "")
            if heading:
                before = self.mapping.columns.get(field.name, ColumnRule(heading))
                decimal, order = (way, "") if field.kind is FieldKind.NUMBER else ("", way)
                columns[field.name] = replace(before, heading=heading, decimal=decimal, day_order=order)
        return replace(self.mapping, columns=columns)


def upload(request: StaffRequest, page: ImportPage, **kept: Any) -> HttpResponse:
    """Take a file in; what its columns are is asked next. The run keeps what else is said here."""
    form = UploadForm(request.POST or None, request.FILES or None)
    own = ImportMapping.objects.filter(company=request.company, kind=page.kind)
    formats = [each.name for each in page.formats.all]
    names = [*own.values_list("name", flat=True), *page.built_in, *formats]
    set_choices(form, "mapping", [("", "By the headings"), *((name, name) for name in names)])
    if request.method == "POST" and form.is_valid():
        try:
            run = _prepared(request, page, form.cleaned_data["file"], form.cleaned_data["mapping"], kept)
            return redirect(KINDS[page.kind].page, run.pk)
        except Refused as refusal:
            form.add_error("file", refusal.message)
    return render(request, "ui/import_upload.html", {"form": form, "page": page})


def mapping(request: StaffRequest, page: ImportPage, run_id: int) -> HttpResponse:
    """Say which column is which, then have a dry run made; after that, start."""
    run = get_object_or_404(Run, pk=run_id, company=request.company, kind=page.kind, by=request.user)
    if "resume" in request.POST:
        return _resume(request, run)
    if not run.input_file or not (run.status == RunStatus.PREPARED or (run.is_finished and run.is_dry)):
        raise Http404("This import has begun.")
    if request.method == "POST" and "start" in request.POST:
        return _begin(run, dry=False)
    before = Mapping.from_json(run.parameters["mapping"])
    rows = _rows_of(run.input, page, before)
    form = MappingForm(page, rows[0], before, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        run.parameters["mapping"] = chosen.as_json()
        run.parameters |= {name: form.cleaned_data[name] for name, _ in page.switches}
        if name := form.cleaned_data["save_as"].strip():
            ImportMapping.objects.update_or_create(
                company=request.company, kind=page.kind, name=name, defaults={"mapping": chosen.as_json()}
            )
            messages.success(request, f"The mapping is kept as {name}.")
        return _begin(run, dry=True)
    return render(request, "ui/import_mapping.html", {"form": form, "page": page, "run": run, "rows": rows})


def _prepared(request: StaffRequest, page: ImportPage, file: Any, name: str, kept: dict[str, Any]) -> Run:
    """A run with the file and the mapping to begin with. Raises Refused where the file holds no table."""
    if request.user.only_own_customers and page.for_all:
        message = "Files of all customers are imported by somebody who sees all customers."
        raise Refused(message, code="limited_user")
    content = file.read()
    own = ImportMapping.objects.filter(company=request.company, kind=page.kind, name=name).first()
    chosen = (
        Mapping.from_json(own.mapping)
        if own
        else page.built_in.get(name) or page.formats.guessed(content, page.fields, name)
    )
    return Run.objects.create(
        company=request.company,
        by=request.user,
        kind=page.kind,
        status=RunStatus.PREPARED,
        title=f"Import of {file.name}"[:200],
        input_file=content,
        parameters={"mapping": chosen.as_json(), **told_of_file(file.name, BytesIO(content)), **kept},
    )


def _begin(run: Run, *, dry: bool) -> HttpResponse:
    run.parameters["dry_run"] = dry
    begin_run(run)
    return redirect("office:run", run.pk)


def _resume(request: StaffRequest, run: Run) -> HttpResponse:
    try:
        resume_run(run.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:run", run.pk)


def _rows_of(content: bytes, page: ImportPage, chosen: Mapping) -> list[list[str]]:
    """The heading and the first rows, as text. Raises Refused where there are none."""
    arrange = page.formats.arrange_of(chosen)
    with unpacked(BytesIO(content)) as table:
        rows = []
        for _, cells in arrange(table_rows(table, chosen.encoding, chosen.separator)):
            rows.append([str(cell).strip() for cell in cells])
            if len(rows) == PREVIEWED:
                break
    if not rows:
        raise Refused("The file is empty.", code="not_a_table")
    return rows
