"""Price lists, and which customers and groups get them."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import IntegrityError, transaction

from billing.models import PriceList, PriceListUse
from customers.models import Customer, CustomerGroup
from ledger.money import UnknownCurrency, places
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User


@dataclass(frozen=True)
class PriceListDetails:
    """A list's name, currency, whether its prices include tax, and whether it is the default of its currency."""

    name: str
    currency: str
    prices_include_tax: bool = False
    is_default: bool = False


@dataclass(frozen=True)
class UseDetails:
    """Who gets a list, a customer or a group, from which day to which; an empty day has no end."""

    customer_id: int | None = None
    group_id: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@transaction.atomic
def add_price_list(company: Company, details: PriceListDetails, *, by: User | None) -> PriceList:
    """Add a list; as the default it takes the place of the one before. Raises Refused for a taken name."""
    price_list = PriceList(company=company)
    _write(price_list, details)
    record(by, "add_price_list", price_list, after=_state(price_list))
    return price_list


@transaction.atomic
def edit_price_list(price_list_id: int, details: PriceListDetails, *, by: User | None) -> PriceList:
    """Change a list. Raises Refused where it has prices and the currency would change: they would mean other money."""
    price_list = PriceList.objects.select_for_update(no_key=True).get(pk=price_list_id)
    if details.currency != price_list.currency and price_list.prices.exists():
        raise Refused("A list with prices keeps its currency. Make a list of its own.", code="has_prices")
    if details.is_default and not price_list.is_active:
        raise Refused("A retired list cannot be the default.", code="retired")
    before = _state(price_list)
    _write(price_list, details)
    record(by, "edit_price_list", price_list, before=before, after=_state(price_list))
    return price_list


@transaction.atomic
def retire_price_list(price_list_id: int, *, by: User | None) -> PriceList:
    """Let a list's prices hold no more; drafts that have them keep them."""
    price_list = PriceList.objects.select_for_update(no_key=True).get(pk=price_list_id)
    price_list.is_active = price_list.is_default = False
    price_list.save()
    record(by, "retire_price_list", price_list)
    return price_list


def usual_list(company: Company, currency: str, *, by: User | None) -> PriceList:
    """The default list of a currency; made where there is none yet."""
    known = PriceList.objects.filter(company=company, currency=currency, is_default=True).first()
    details = PriceListDetails(f"Standard prices {currency}", currency, is_default=True)
    return known or add_price_list(company, details, by=by)


@transaction.atomic
def assign_price_list(price_list_id: int, details: UseDetails, *, by: User | None) -> PriceListUse:
    """Give a customer or a group the list's prices.

    Raises Refused where both or neither are named, the days run backwards, or they get it from that day already.
    """
    price_list = PriceList.objects.select_for_update(no_key=True).get(pk=price_list_id)
    use = PriceListUse(price_list=price_list, valid_from=details.valid_from, valid_until=details.valid_until)
    if bool(details.customer_id) == bool(details.group_id):
        raise Refused("Name a customer or a group, not both.", code="customer_or_group")
    if details.customer_id:
        use.customer = _own(Customer, price_list, details.customer_id, "customer")
    else:
        use.group = _own(CustomerGroup, price_list, details.group_id, "customer group")
    require_days_in_order(details.valid_from, details.valid_until)
    same = PriceListUse.objects.filter(price_list=price_list, customer=use.customer, group=use.group)
    if same.filter(valid_from=details.valid_from).exists():
        raise Refused("They get this list from that day already.", code="assigned_already")
    use.save()
    days = {"valid_from": use.valid_from, "valid_until": use.valid_until}
    record(by, "assign_price_list", price_list, after={"to": use.customer or use.group} | days)
    return use


@transaction.atomic
def withdraw_price_list(use_id: int, *, by: User | None) -> None:
    """Take the list's prices from a customer or a group; documents keep the prices that they have."""
    use = PriceListUse.objects.select_for_update(no_key=True).filter(pk=use_id).first()
    if use is None:
        raise Refused("Somebody has taken this list from them already.", code="gone")
    record(by, "withdraw_price_list", use.price_list, before={"to": use.customer or use.group})
    use.delete()


def require_days_in_order(first: date | None, last: date | None) -> None:
    """Raises Refused where the last day comes before the first."""
    if first and last and last < first:
        raise Refused(f"It would end on {last}, before it begins on {first}.", code="days_backwards")


T = TypeVar("T", Customer, CustomerGroup)


def _own(model: type[T], price_list: PriceList, row_id: int | None, word: str) -> T:
    row = model._default_manager.filter(company=price_list.company_id, pk=row_id or 0).first()
    if row is None:
        raise Refused(f"That {word} is not one of this company's.", code="unknown_customer")
    return row


def _write(price_list: PriceList, details: PriceListDetails) -> None:
    if not details.name.strip():
        raise Refused("A price list needs a name.", code="name_missing")
    try:
        places(details.currency)
    except UnknownCurrency as error:
        raise Refused(f"{details.currency!r} is not a currency.", code="bad_currency") from error
    if details.is_default:
        others = PriceList.objects.filter(company=price_list.company_id, currency=details.currency, is_default=True)
        others.exclude(pk=price_list.pk).update(is_default=False)
    price_list.name, price_list.currency = details.name.strip(), details.currency
    price_list.prices_include_tax, price_list.is_default = details.prices_include_tax, details.is_default
    try:
        with transaction.atomic():
            price_list.save()
    except IntegrityError as error:
        if "price_list_default_once_per_currency" in str(error):
            raise Refused("Somebody made another list the default just now. Look again.", code="stale") from error
        if "price_list_name_once_per_company" not in str(error):
            raise
        raise Refused(f"There is a price list named {details.name.strip()} already.", code="name_taken") from error


def _state(price_list: PriceList) -> dict[str, object]:
    return {name: getattr(price_list, name) for name in ("name", "currency", "prices_include_tax", "is_default")}
