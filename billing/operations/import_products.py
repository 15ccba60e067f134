"""Importing products by their code, with their prices: one row for each price, or one without."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import IO, Any

from django.db import transaction

from billing.importing.products import FIELDS, OWN
from billing.models import PriceList, Product, ProductGroup, ProductKind, Tax
from billing.operations.manage_price_lists import usual_list
from billing.operations.manage_products import FIELDS as KEPT
from billing.operations.manage_products import ProductDetails, add_product, edit_product
from billing.operations.set_prices import PriceDetails, prices_of, set_prices
from billing.units import unit_code
from ledger.money import UnknownCurrency, places, round_rate
from ledger.refusals import Refused
from office.importing import CHANGED, NEW, SAME, WRONG, Outcome, import_in_one_piece
from office.models import Company, Run, User
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, TableReader, Trouble
from office.runs import RunKind

LONGEST = {"code": 40, "name": 200, "description": 4000}


@transaction.atomic
def import_products(
    company: Company,
    table: IO[bytes],
    mapping: ColumnMapping,
    *,
    by: User | None,
    dry_run: bool = False,
    all_or_none: bool = False,
) -> Outcome:
    """Bring a table's products and prices in: new codes are added, changed ones updated, the same ones left alone.

    A price takes the place of the one of the same list, quantity and first day. Raises Refused for a file that cannot
    be read and, where all or none is wanted, for a wrong row.
    """
    outcome = Outcome()
    seen: dict[tuple[Any, ...], int] = {}
    for row in TableReader(table, FIELDS, mapping):
        troubles = row.troubles or _repeated(row, seen)
        what = WRONG if troubles else _take(company, row, outcome, by)
        outcome.troubles += troubles
        outcome.add(row, "code", what)
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    transaction.set_rollback(dry_run)
    return outcome


def _repeated(row: ReadRow, seen: dict[tuple[Any, ...], int]) -> list[Trouble]:
    """A code may stand on many rows, a price of one list, quantity and day on one."""
    names = ("code", "price_list", "currency", "from_quantity", "valid_from")
    key = tuple(row.values.get(name) for name in names)
    first = seen.setdefault(key, row.line)
    if first == row.line:
        return []
    advice = f"The same product, list, quantity and day stand on line {first} already. Keep one of them."
    return [Trouble(row.line, "Code", str(row.values.get("code", "")), advice, "Price twice in the file")]


def _take(company: Company, row: ReadRow, outcome: Outcome, by: User | None) -> str:
    """Add, update or leave the product and its price; a refusal is the row's trouble."""
    try:
        with transaction.atomic():
            return _write(company, row.values, by)
    except Refused as refusal:
        outcome.troubles.append(Trouble(row.line, "", row.values["code"], refusal.message, refusal.code))
        return WRONG


def _write(company: Company, values: Mapping[str, Any], by: User | None) -> str:
    known = Product.objects.filter(company=company, code=values["code"]).first()
    product, has_changed = _with_details(company, known, values, by)
    if "unit_price" in values:
        has_changed |= _with_price(product, values, by)
    if known is None:
        return NEW
    return CHANGED if has_changed else SAME


def _with_details(
    company: Company, known: Product | None, values: Mapping[str, Any], by: User | None
) -> tuple[Product, bool]:
    """The product as the row tells it, and whether that is new."""
    if known is None:
        return add_product(company, _merged(company, ProductDetails("", ""), values), by=by), True
    present = ProductDetails(**{name: getattr(known, name) for name in KEPT})
    wanted = _merged(company, present, values)
    if wanted == present:
        return known, False
    return edit_product(known.pk, wanted, version=known.version, by=by), True


def _with_price(product: Product, values: Mapping[str, Any], by: User | None) -> bool:
    """Put the row's price among the product's; whether that changes any."""
    price = _price(product.company, values, by)
    present = prices_of(product)
    wanted = [each for each in present if each.key != price.key] + [price]
    if set(wanted) == set(present):
        return False
    set_prices(product.pk, wanted, version=product.version, by=by)
    return True


def _price(company: Company, values: Mapping[str, Any], by: User | None) -> PriceDetails:
    return PriceDetails(
        _list_of(company, values, by).pk,
        round_rate(values["unit_price"]),
        round_rate(values.get("from_quantity", Decimal(1))),
        values.get("valid_from"),
        values.get("valid_until"),
    )


def _list_of(company: Company, values: Mapping[str, Any], by: User | None) -> PriceList:
    """The list that the row names, else the default one of its currency."""
    currency = values.get("currency", "").upper()
    if name := values.get("price_list"):
        price_list = PriceList.objects.filter(company=company, name=name).first()
        if price_list is None:
            raise Refused(f"There is no price list {name!r}. Add it first, or correct the name.", code="unknown_list")
        if currency and currency != price_list.currency:
            raise Refused(f"{name} is a list in {price_list.currency}, not in {currency}.", code="other_currency")
        return price_list
    try:
        places(currency or company.currency)
    except UnknownCurrency as error:
        raise Refused(f"{currency!r} is not a currency. Use its ISO code.", code="bad_currency") from error
    return usual_list(company, currency or company.currency, by=by)


def _merged(company: Company, present: ProductDetails, values: Mapping[str, Any]) -> ProductDetails:
    """The product with what the row tells; what it does not tell of stays so."""
    told = {name: values[name] for name in OWN if name in values}
    for name, longest in LONGEST.items():
        if len(told.get(name, "")) > longest:
            raise Refused(f"The {name} is longer than {longest} characters. Shorten it.", code=f"{name}_too_long")
    told.setdefault("name", present.name or values["code"])
    if "unit" in told:
        told["unit"] = unit_code(told["unit"]) or told["unit"]
    if "kind" in told:
        told["kind"] = _kind(told["kind"])
    if "tax" in values:
        told["tax_id"] = _named(Tax, company, values["tax"], "tax")
    if "group" in values:
        told["group_id"] = _named(ProductGroup, company, values["group"], "product group")
    return replace(present, **told)


def _kind(text: str) -> str:
    word = text.casefold().rstrip("s")
    kinds = {"good": ProductKind.GOODS, "item": ProductKind.GOODS, "service": ProductKind.SERVICE}
    return str(kinds.get(word, word))


def _named(model: type[Tax] | type[ProductGroup], company: Company, name: str, word: str) -> int:
    row = model.objects.filter(company=company, name=name).first()
    if row is None:
        raise Refused(f"There is no {word} {name!r}. Add it first, or correct the name.", code="unknown_name")
    found: int = row.pk
    return found


def do_piece(run: Run) -> None:
    """The run of an import on screen."""
    import_in_one_piece(
        run,
        lambda table, mapping: import_products(
            run.company,
            table,
            mapping,
            by=run.by,
            dry_run=run.is_dry,
            all_or_none=run.parameters.get("all_or_none", False),
        ),
    )


RUN_KIND = RunKind("import_products", do_piece, page="billing:import_products_mapping")
