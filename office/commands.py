"""What the commands that import a file have in common."""

from argparse import ArgumentParser
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from pathlib import Path

from ledger.refusals import Refused
from office.models import Company, ImportMapping
from office.reading import Field, Mapping
from office.reading.formats import NO_FORMATS


def add_import_arguments(parser: ArgumentParser) -> None:
    """The file, its mapping, and how to go about it."""
    parser.add_argument("file", help="CSV or Excel; packed with xz or not.")
    parser.add_argument("--mapping", help="A mapping's name, or a TOML or JSON file. Without it the headings decide.")
    parser.add_argument("--company", type=int, help="Its id, where there are several.")
    parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and keep nothing.")
    parser.add_argument("--errors", metavar="FILE", help="Write the rows left out to this CSV file.")


def chosen_company(company_id: int | None) -> Company:
    """The company of that id, or the only one. Raises Refused where it cannot be told."""
    companies = list(Company.objects.filter(pk=company_id) if company_id else Company.objects.all()[:2])
    if len(companies) != 1:
        raise Refused("Say which company, by --company ID.", code="which_company")
    return companies[0]


def chosen_mapping(
    name: str | None,
    company: Company,
    kind: str,
    built_in: MappingOf[str, Mapping],
    fields: Sequence[Field],
    file: Path,
) -> Mapping:
    """The mapping of that name: a file, a kept one, or one that came along; without a name, by the headings."""
    if not name:
        return NO_FORMATS.guessed(file.read_bytes(), fields)
    if Path(name).suffix in (".toml", ".json"):
        return Mapping.from_file(Path(name))
    kept = ImportMapping.objects.filter(company=company, kind=kind, name=name).first()
    if kept:
        return Mapping.from_json(kept.mapping)
    if name in built_in:
        return built_in[name]
    raise Refused(f"There is no mapping {name!r}. There are: {', '.join(built_in) or 'none'}.", code="bad_mapping")
