"""A report's answer as a PDF."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.html import strip_tags

from office.papers.tables import Page, PaperTable, tables_page
from reports.frame.files import file_name, question_words
from reports.frame.question import Asked
from reports.frame.spec import Answer, Figure, Row, Table
from reports.frame.words import figure_words, proof_words, words


def pdf_file(asked: Asked, answer: Answer) -> HttpResponse:
    """The answer on paper. Raises PdfUnavailable where none can be made now."""
    response = HttpResponse(report_page(asked, answer).pdf(), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(asked, "pdf")}"'
    return response


def report_page(asked: Asked, answer: Answer) -> Page:
    """The page that the PDF is made of."""
    own = asked.company.currency
    tables = [_on_paper(table, own) for table in answer.tables]
    if answer.figures:
        tables.insert(0, _measures(answer.figures))
    notes = [*map(proof_words, answer.proofs), *([answer.not_compared] if answer.not_compared else [])]
    return tables_page(
        asked.company,
        asked.report.title,
        answer.about,
        question_words(asked),
        tables,
        made_by=str(asked.reader),
        notes=notes,
    )


def _on_paper(table: Table, own: str) -> PaperTable:
    columns = table.columns
    return PaperTable(
        table.title,
        [column.label for column in columns],
        [column.is_figure for column in columns],
        [_cells(table, row, own) for row in table.rows],
        [_cells(table, row, own) for row in table.foot],
        "There are more rows than a paper holds. The Excel file has them all." if table.next else "",
    )


def _cells(table: Table, row: Row, own: str) -> list[str]:
    """A row's words; its small ones stand behind those that they are about."""
    first, *others = (strip_tags(words(column, row, own)) for column in table.columns)
    return [f"{first}, {row.note}" if row.note else first, *others]


def _measures(figures: Sequence[Figure]) -> PaperTable:
    return PaperTable(
        "Measures",
        ["Measure", "Formula", "Value"],
        [False, False, True],
        [[figure.label, figure.formula, figure_words(figure)] for figure in figures],
    )
