"""Importing products by their code, with their prices: one row for each price, or one without."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import IO, Any

from django.db import transaction

from billing.importing.products import FIELDS, OWN
from billing.models import PriceList, Product, ProductGroup, ProductKind, Tax
from billing.operations.add_products import NewProduct, add_products
from billing.operations.manage_price_lists import usual_list
from billing.operations.manage_products import FIELDS as KEPT
from billing.operations.manage_products import ProductDetails, add_product, checked, edit_product
from billing.operations.set_prices import PriceDetails, prices_of, require_prices, set_prices
from billing.units import unit_code
from ledger.money import UnknownCurrency, places, round_rate
from ledger.refusals import Refused
from office.importing import CHANGED, NEW, SAME, WRONG, Outcome, take_rows, whole_file
from office.models import Company, User
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, TableReader, Trouble
from office.work.runs import RunKind

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
    take_rows(
        TableReader(table, FIELDS, mapping),
        outcome,
        "code",
        lambda row: row.troubles or _repeated(row, seen),
        lambda rows: _take_together(company, rows, by),
        lambda row: _take(company, row, outcome, by),
    )
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    transaction.set_rollback(dry_run)
    return outcome


def _take_together(company: Company, rows: Sequence[ReadRow], by: User | None) -> dict[int, str]:
    """Of rows whose code stands on no other of them, add what is new and see what is as before; what became, by line.

    The others are taken one by one, as is each that is refused here: so it says why.
    """
    codes = Counter(row.values["code"] for row in rows)
    here = Product.objects.filter(company=company, code__in=codes).prefetch_related("prices")
    known = {product.code: product for product in here}
    names = Names(company)
    new: dict[int, NewProduct] = {}
    done: dict[int, str] = {}
    for row in rows:
        code = row.values["code"]
        if codes[code] > 1:
            continue
        with suppress(Refused):
            present = _present(known[code]) if code in known else ProductDetails("", "")
            details = _merged(names, present, row.values)
            details = checked(details) if code not in known else details
            prices = _prices(names, row.values, by)
            if code not in known:
                new[row.line] = NewProduct(details, prices)
            elif details == present and set(prices) <= set(prices_of(known[code])):
                done[row.line] = SAME
    with suppress(Refused):
        add_products(company, list(new.values()), by=by)
        done |= dict.fromkeys(new, NEW)
    return done


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
    names = Names(company)
    product, has_changed = _with_details(names, known, values, by)
    for price in _prices(names, values, by):
        has_changed |= _with_price(product, price, by)
    if known is None:
        return NEW
    return CHANGED if has_changed else SAME


def _with_details(
    names: "Names", known: Product | None, values: Mapping[str, Any], by: User | None
) -> tuple[Product, bool]:
    """The product as the row tells it, and whether that is new."""
    if known is None:
        return add_product(names.company, _merged(names, ProductDetails("", ""), values), by=by), True
    present = _present(known)
    wanted = _merged(names, present, values)
    if wanted == present:
        return known, False
    return edit_product(known.pk, wanted, version=known.version, by=by), True


def _present(product: Product) -> ProductDetails:
    return ProductDetails(**{name: getattr(product, name) for name in KEPT})


def _with_price(product: Product, price: PriceDetails, by: User | None) -> bool:
    """Put a price among the product's; whether that changes any."""
    present = prices_of(product)
    wanted = [each for each in present if each.key != price.key] + [price]
    if set(wanted) == set(present):
        return False
    set_prices(product.pk, wanted, version=product.version, by=by)
    return True


def _prices(names: "Names", values: Mapping[str, Any], by: User | None) -> list[PriceDetails]:
    """The price that a row tells, if any. The usual list is made for it where there is none and the price can be so."""
    if "unit_price" not in values:
        return []
    require_prices([_price(0, values)], {0})
    return [_price(names.list_of(values, by).pk, values)]


def _price(price_list_id: int, values: Mapping[str, Any]) -> PriceDetails:
    return PriceDetails(
        price_list_id,
        round_rate(values["unit_price"]),
        round_rate(values.get("from_quantity", Decimal(1))),
        values.get("valid_from"),
        values.get("valid_until"),
    )


class Names:
    """What rows name of a company's: its taxes, product groups and price lists, read when they are first asked for."""

    def __init__(self, company: Company) -> None:
        self.company = company

    @cached_property
    def taxes(self) -> dict[str, int]:
        """Each tax's id by its name; of several, the first."""
        return self._first(Tax)

    @cached_property
    def groups(self) -> dict[str, int]:
        """Each product group's id by its name."""
        return self._first(ProductGroup)

    @cached_property
    def lists(self) -> list[PriceList]:
        """The price lists."""
        return list(PriceList.objects.filter(company=self.company).order_by("-pk"))

    def _first(self, model: type[Tax] | type[ProductGroup]) -> dict[str, int]:
        return dict(model.objects.filter(company=self.company).order_by("-pk").values_list("name", "pk"))

    def list_of(self, values: Mapping[str, Any], by: User | None) -> PriceList:
        """The list that the row names, else the default one of its currency, made where there is none.

        Raises Refused for a list that is not there or in another currency, and for what is no currency.
        """
        currency = values.get("currency", "").upper()
        if name := values.get("price_list"):
            price_list = {each.name: each for each in self.lists}.get(name)
            if price_list is None:
                message = f"There is no price list {name!r}. Add it first, or correct the name."
                raise Refused(message, code="unknown_list")
            if currency and currency != price_list.currency:
                raise Refused(f"{name} is a list in {price_list.currency}, not in {currency}.", code="other_currency")
            return price_list
        currency = currency or self.company.currency
        try:
            places(currency)
        except UnknownCurrency as error:
            raise Refused(f"{currency!r} is not a currency. Use its ISO code.", code="bad_currency") from error
        usual = next((each for each in self.lists if each.is_default and each.currency == currency), None)
        if usual is None:
            usual = usual_list(self.company, currency, by=by)
            self.lists.append(usual)
        return usual


def _merged(names: Names, present: ProductDetails, values: Mapping[str, Any]) -> ProductDetails:
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
        told["tax_id"] = _named(names.taxes, values["tax"], "tax")
    if "group" in values:
        told["group_id"] = _named(names.groups, values["group"], "product group")
    return replace(present, **told)


def _kind(text: str) -> str:
    word = text.casefold().rstrip("s")
    kinds = {"good": ProductKind.GOODS, "item": ProductKind.GOODS, "service": ProductKind.SERVICE}
    return str(kinds.get(word, word))


def _named(known: Mapping[str, int], name: str, word: str) -> int:
    if name not in known:
        raise Refused(f"There is no {word} {name!r}. Add it first, or correct the name.", code="unknown_name")
    return known[name]


RUN_KIND = RunKind(
    "import_products", whole_file(import_products, "all_or_none"), page="billing:import_products_mapping"
)
