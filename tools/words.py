"""Collect the words of customers' papers from the code, and compile their translations: `python tools/words.py`.

Run it after a text of a PDF, mail or page behind a link has changed, fill in what is empty in `locale/*/LC_MESSAGES/`,
and run it again. What it makes is committed, so that running Duebook needs no gettext.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
TEMPLATES = (
    "templates/portal",
    "templates/papers",
    "templates/billing/pdf",
    "templates/office/mail",
    "templates/payments/pdf",
)
TEMPLATES += ("templates/credit_control/mail", "templates/credit_control/pdf", "templates/customers/pdf")
CODE = ("ledger", "office", "customers", "billing", "payments", "credit_control")
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""Instead of the clock, so that the same texts give the same bytes."""
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}


def main() -> None:
    """Bring each language's texts up to date and compile them."""
    wanted = collected()
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalog = read_catalog(file)
        catalog.update(wanted, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        file.write_bytes(written(catalog))
        file.with_suffix(".mo").write_bytes(compiled(catalog))
        empty = [message.id for message in catalog if message.id and not message.string]
        print(f"{file.parent.parent.name}: {len(catalog)} texts, {len(empty)} to be translated {empty or ''}")


def collected() -> Catalog:
    """Every text that a paper of a customer's may show, with the files it is in."""
    catalog = Catalog(project="Duebook", fuzzy=False, creation_date=MADE, revision_date=MADE)
    for file in sorted(_sources()):
        is_code = file.suffix == ".py"
        text = file.read_text() if is_code else templatize(file.read_text(), origin=file.name)
        method = "python" if is_code else "javascript"  # which takes a template's leftovers for what they are
        for _, message, comments, _context in extract(method, BytesIO(text.encode()), KEYWORDS):
            catalog.add(message, locations=[(str(file.relative_to(ROOT)), None)], auto_comments=comments)
    return catalog


def read_catalog(file: Path) -> Catalog:
    """A language's texts as they lie in its file."""
    with file.open("rb") as content:
        catalog = read_po(content, locale=file.parent.parent.name)
    catalog.creation_date = catalog.revision_date = MADE
    return catalog


def written(catalog: Catalog) -> bytes:
    """The texts as a file for translators, without what changes each time."""
    catalog.header_comment = f"# {catalog.locale.english_name}: the words of customers' papers."
    out = BytesIO()
    write_po(out, catalog, width=0, omit_header=False, include_lineno=False, sort_by_file=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(('"POT-Creation', '"PO-Revision'))).encode()


def compiled(catalog: Catalog) -> bytes:
    """The texts as Django reads them."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def _sources() -> Iterator[Path]:
    for folder in TEMPLATES:
        yield from (file for file in (ROOT / folder).rglob("*") if file.suffix in {".html", ".txt"})
    for folder in CODE:
        yield from (ROOT / folder).rglob("*.py")


if __name__ == "__main__":
    main()
