"""What a stranger reads of an export: what each table and column is, in the words of the models themselves."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from reports.everything.contents import COLUMNS_LEFT_OUT, TABLES_LEFT_OUT, Column, Table

TABLE_HEADS = ("table", "rows", "what a row is")
COLUMN_HEADS = ("table", "column", "type", "what it says", "points to")

README = """\
Everything that this office keeps, as of the moment that manifest.json names.

  TABLES.csv     every table, how many rows it has, and what a row is
  COLUMNS.csv    every column, its type, what it says, and the table whose "id" it names
  tables/        one CSV for each table
  files/         PDFs, attachments, bank files and logos: files/TABLE/COLUMN/ID, where ID is the row's
  manifest.json  the version, the SHA-256 of each CSV, and sums of the book

How the tables hang together
  ledger_entry is a dated fact, its ledger_line rows add up to zero. ledger_openitem is what a document adds to (+) or
  takes from (-) what a customer owes; ledger_allocation joins what is owed with what pays it. What a customer owes on a
  day: the amounts of their open items dated on or before it; of one item: its amount less its allocations until then.
  billing_invoice (invoices, credit memos, debit notes) and payments_receipt are the documents; each row of another
  table names the one it belongs to in a column that ends in "_id".

The files
  UTF-8, commas, quotes doubled, a line for each row. Nothing between two commas is "no value", "" is an empty text.
  Amounts have a dot, days are 2026-03-31, moments are in UTC, true and false are t and f.
  Text that a spreadsheet would take for a formula has one apostrophe in front: take one away and it is as it was.
  In Excel: Data, From Text/CSV, 65001 (UTF-8), and the type Text for numbers of customers, documents and accounts.
  Of a file the CSV holds the SHA-256. Account numbers are {accounts}{opened}.

To make an office of it again, with Duebook of the version in manifest.json and an empty database:
  python manage.py import_all THIS.zip --erased WHO.json

What is never in an export
{left_out}
  So after an import nobody has a password: "manage.py changepassword EMAIL" sets the first administrator's, who invites
  the others anew. Keys of programs, secrets of webhooks and links in mails that left are to be made anew.
"""


def readme(manifest: dict[str, Any]) -> str:
    """README.txt for a stranger."""
    in_clear = manifest["accounts"] == "in clear"
    left_out = [f"  {table}: {why}" for table, why in TABLES_LEFT_OUT.items()]
    left_out += [f"  {column}" for column in COLUMNS_LEFT_OUT]
    return README.format(
        accounts="sealed in the tables" if in_clear else "sealed: only the keys of this office open them",
        opened=", and stand in clear in opened.csv" if in_clear else "",
        left_out="\n".join(left_out),
    )


def table_rows(tables: list[Table], counted: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The rows of TABLES.csv."""
    for table in tables:
        model = model_of(table.name)
        said = cleandoc(model.__doc__ or "") if model else ""
        if model and (model._meta.auto_created or said.startswith(f"{model.__name__}(")):
            said = f"{model._meta.verbose_name}"
        yield table.name, str(counted[table.name]["rows"]), " ".join(said.split())


def column_rows(tables: list[Table]) -> Iterator[tuple[str, str, str, str, str]]:
    """The rows of COLUMNS.csv."""
    for table in tables:
        model = model_of(table.name)
        fields = {field.column: field for field in model._meta.local_concrete_fields} if model else {}
        for column in table.columns:
            field = fields[column.name]
            target = field.related_model
            points_to = target._meta.db_table if isinstance(target, type) else ""
            yield table.name, column.name, column.type, meaning(field, column), points_to


def meaning(field: "Field[Any, Any]", column: Column) -> str:
    """What a column says: its help, or its name in words, and what it may be."""
    said = str(field.help_text or field.verbose_name).strip().rstrip(".")
    said = said[:1].upper() + said[1:]
    if field.choices:
        said += f": one of {', '.join(str(value) for value, _ in field.flatchoices)}"
    if column.is_bytes:
        said += " (here its SHA-256; the bytes are a file)"
    return said


def model_of(table: str) -> type[Model] | None:
    """The model whose rows these are."""
    return next((each for each in apps.get_models(include_auto_created=True) if each._meta.db_table == table), None)
