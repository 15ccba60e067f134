"""What a company sells: products, and the groups that say where their sales are entered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction

from billing.models import Product, ProductGroup, ProductKind, Tax
from billing.units import unit_code
from customers.search import fold
from ledger.models import Account, AccountRole
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

FIELDS = ["code", "name", "description", "kind", "unit", "tax_id", "group_id", "is_active"]


@dataclass(frozen=True)
class ProductDetails:
    """All that is known of a product. Its unit is a UN/ECE Recommendation 20 code or one of our words for one."""

    code: str
    name: str
    description: str = ""
    kind: str = ProductKind.GOODS
    unit: str = "C62"
    tax_id: int | None = None
    group_id: int | None = None
    is_active: bool = True


@transaction.atomic
def add_product(company: Company, details: ProductDetails, *, by: User | None) -> Product:
    """Add a product. Raises Refused where a detail cannot be so or the code is taken."""
    product = Product(company=company)
    _write(product, details)
    record(by, "add_product", product, after={name: value for name, value in state_of(product).items() if value})
    return product


@transaction.atomic
def edit_product(product_id: int, details: ProductDetails, *, version: int, by: User | None) -> Product:
    """Change a product that was read at `version`; lines that carry it keep what they say."""
    product = locked_product(product_id, version)
    before = state_of(product)
    product.version += 1
    _write(product, details)
    record_changes(by, "edit_product", product, before, state_of(product))
    return product


@transaction.atomic
def retire_product(product_id: int, *, by: User | None) -> Product:
    """Offer a product no more; documents that carry it keep it."""
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    if product.is_active:
        product.is_active = False
        product.version += 1
        product.save()
        record(by, "retire_product", product)
    return product


def locked_product(product_id: int, version: int) -> Product:
    """The product, locked. Raises Refused where somebody changed it, or a price of it, after it was read."""
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    if product.version != version:
        raise Refused("Somebody changed this product while you were editing. Load it again.", code="stale")
    return product


def state_of(product: Product) -> dict[str, Any]:
    """What the audit trail compares."""
    return {name.removesuffix("_id"): getattr(product, name.removesuffix("_id")) for name in FIELDS}


def record_changes(
    by: User | None, action: str, product: Product, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Audit what differs."""
    changed = [name for name, value in after.items() if before.get(name) != value]
    record(
        by,
        action,
        product,
        before={name: before.get(name) for name in changed},
        after={name: after[name] for name in changed},
    )


def fill_product(product: Product, details: ProductDetails) -> None:
    """Write checked details on a product, with what it is found by, unsaved."""
    for name in FIELDS:
        setattr(product, name, getattr(details, name))
    product.sort_name = fold(details.name)[:200]  # folding can make a name longer
    product.search_text = fold(f"{details.code} {details.name} {details.description}")


def _write(product: Product, details: ProductDetails) -> None:
    details = checked(details)
    require_own(product.company, [details])
    fill_product(product, details)
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if "product_code_once_per_company" not in str(error):
            raise
        raise Refused(f"There is a product {details.code} already.", code="code_taken") from error


def checked(details: ProductDetails) -> ProductDetails:
    """The details with blanks trimmed and the unit as its code; raises Refused naming what cannot be so."""
    code, name, unit = details.code.strip(), details.name.strip(), unit_code(details.unit or "C62")
    if not code:
        raise Refused("A product needs a code.", code="code_missing")
    if not name:
        raise Refused("A product needs a name.", code="name_missing")
    if details.kind not in ProductKind.values:
        raise Refused("A product is goods or a service.", code="bad_kind")
    if not unit:
        raise Refused(
            f"{details.unit!r} is no unit. Use its UN/ECE Recommendation 20 code, such as C62 for pieces or HUR.",
            code="bad_unit",
        )
    return replace(details, code=code, name=name, unit=unit, description=details.description.strip())


def require_own(company: Company, batch: Sequence[ProductDetails]) -> None:
    """Raises Refused where a product's tax or group is another company's."""
    taxes = {details.tax_id for details in batch if details.tax_id}
    if taxes and Tax.objects.filter(company=company, pk__in=taxes).count() < len(taxes):
        raise Refused("That tax is not one of this company's.", code="unknown_tax")
    groups = {details.group_id for details in batch if details.group_id}
    if groups and ProductGroup.objects.filter(company=company, pk__in=groups).count() < len(groups):
        raise Refused("That product group is not one of this company's.", code="unknown_group")


@transaction.atomic
def set_product_group(company: Company, name: str, account_id: int, *, by: User | None) -> ProductGroup:
    """Add a group, or enter the sales of the one of that name in another account from now on.

    Raises Refused without a name, or where the account is no sales account of the company.
    """
    if not name.strip():
        raise Refused("A product group needs a name.", code="name_missing")
    account = Account.objects.filter(company_id=company.pk, pk=account_id, role=AccountRole.SALES).first()
    if account is None:
        raise Refused("Choose one of the company's sales accounts.", code="unknown_account")
    group, _ = ProductGroup.objects.update_or_create(
        company=company, name=name.strip(), defaults={"sales_account": account}
    )
    record(by, "set_product_group", group, after={"sales_account": account})
    return group
