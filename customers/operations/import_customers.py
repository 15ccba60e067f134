"""Importing customers: new ones are added, changed ones updated, the same ones left alone.

They are told apart by their numbers or, in a file that has none, by their names; who is new then gets the next number.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from decimal import Decimal
from typing import IO, Any

from django.db import transaction
from django.db.models import Q

from customers.access import customers_for
from customers.countries import country_code
from customers.duplicates import unlike_all
from customers.formats import FORMATS
from customers.importing import ADDRESS, CONTACT, OWN, fields_of
from customers.merging import ids_by_number, require_not_merged
from customers.models import AddressKind, CreditHold, Customer, CustomerGroup, HoldCause
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from customers.operations.create_customer import add_completed, completed, create_customer
from customers.operations.details import AddressDetails, ContactDetails, CustomerDetails, sort_name
from customers.operations.place_hold import place_hold
from customers.operations.tell_apart import MaybeKnown, asked_of
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.importing import CHANGED, NEW, SAME, WRONG, Outcome, take_rows, whole_file
from office.models import Company, User
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, TableReader, Trouble
from office.work.runs import RunKind

NUMBER, NAME = "number", "name"
COLUMNS = {NUMBER: "Customer number", NAME: "Name"}


@transaction.atomic
def import_customers(
    company: Company,
    table: IO[bytes],
    mapping: ColumnMapping,
    *,
    by: User | None,
    dry_run: bool = False,
    all_or_none: bool = False,
    are_others: bool = False,
) -> Outcome:
    """Bring a table's customers in by their numbers or names.

    Rows that look like a customer who is there are left out, unless it is said that they `are_others`.

    Raises Refused for a file that cannot be read and, where all or none is wanted, for a wrong row.
    """
    outcome = Outcome()
    seen: dict[tuple[str, str], int] = {}
    take_rows(
        TableReader(table, fields_of(mapping), mapping, FORMATS.arrange_of(mapping)),
        outcome,
        "number",
        lambda row: row.troubles or _repeated(row, seen),
        lambda rows: _take_together(company, rows, by),
        lambda row: _take(company, row, outcome, by, are_others),
    )
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    transaction.set_rollback(dry_run)
    return outcome


def _take_together(company: Company, rows: Sequence[ReadRow], by: User | None) -> dict[int, str]:
    """Add those who are new and look like nobody, and see who is as before; what became of them, by line.

    The others are taken one by one: who names a parent or has a hold, who looks like somebody, and who is refused, so
    that each says why.
    """
    asked = [_key(row.values) for row in rows]
    here = Customer.objects.filter(company=company).filter(
        Q(number__in=[key for by, key in asked if by == NUMBER])
        | Q(sort_name__in=[sort_name(key) for by, key in asked if by == NAME], merged_into=None)
    )
    known: dict[tuple[str, str], list[Customer]] = defaultdict(list)
    for each in here.prefetch_related("contacts", "addresses"):
        known[NUMBER, each.number].append(each)
        known[NAME, each.name.lower()].append(each)
    seen = set(customers_for(by).filter(pk__in=here.values("pk")).values_list("pk", flat=True)) if by else None
    new: dict[int, CustomerDetails] = {}
    done: dict[int, str] = {}
    for row in rows:
        customers = known[_key(row.values)]
        if row.values.get("parent") or row.values.get("hold") or len(customers) > 1:
            continue
        customer = customers[0] if customers else None
        with suppress(Refused):
            if customer is None:
                new[row.line] = completed(company, _merged(company, CustomerDetails(name=""), row.values), by)
            elif not customer.merged_into_id and (seen is None or customer.pk in seen):
                present = _present(customer)
                if _merged(company, present, row.values) == present:
                    done[row.line] = SAME
    if by:
        unlike = unlike_all(company, [asked_of(details) for details in new.values()])
        new = {line: details for (line, details), is_new in zip(new.items(), unlike, strict=True) if is_new}
    with suppress(Refused):
        add_completed(company, list(new.values()), by=by)
        done |= dict.fromkeys(new, NEW)
    return done


def _key(values: Mapping[str, Any]) -> tuple[str, str]:
    """By what a row says which customer it is, and that."""
    return (NUMBER, values["number"]) if values.get("number") else (NAME, values["name"].lower())


def _repeated(row: ReadRow, seen: dict[tuple[str, str], int]) -> list[Trouble]:
    by, key = _key(row.values)
    first = seen.setdefault((by, key), row.line)
    if first == row.line:
        return []
    advice = f"The {by} stands on line {first} already. Keep one of them."
    return [Trouble(row.line, COLUMNS[by], row.values[by], advice, f"{by.capitalize()} twice in the file")]


def _take(company: Company, row: ReadRow, outcome: Outcome, by: User | None, are_others: bool) -> str:
    """Add, update or leave the customer; a refusal is the row's trouble."""
    try:
        with transaction.atomic():
            return _write(company, row.values, by, are_others)
    except MaybeKnown as known:
        advice = f"This may be a customer you have: {known.words}. Leave the row out, or tick that it is another one."
        outcome.troubles.append(Trouble(row.line, "Name", row.values["name"], advice, known.code))
        return WRONG
    except Refused as refusal:
        outcome.troubles.append(Trouble(row.line, "", row.values.get("number", ""), refusal.message, refusal.code))
        return WRONG


def _write(company: Company, values: Mapping[str, Any], by: User | None, are_others: bool) -> str:
    known = _known(company, values)
    if known is None:
        wanted = _merged(company, CustomerDetails(name=""), values)
        created = create_customer(company, wanted, by=by, is_another=are_others)
        _hold(created, values, by)
        return NEW
    require_not_merged(known)
    if by and not customers_for(by).filter(pk=known.pk).exists():
        raise Refused("This number is taken by a customer of somebody else.", code="number_taken")
    present = _present(known)
    wanted = _merged(company, present, values)
    is_changed = _hold(known, values, by)
    if wanted.credit_limit != present.credit_limit:
        _change_limit(known, wanted.credit_limit, by)
        wanted, is_changed = replace(wanted, credit_limit=present.credit_limit), True
    if wanted == present:
        return CHANGED if is_changed else SAME
    wanted = replace(wanted, credit_limit=None)
    update_customer(known.pk, wanted, version=known.version, by=by, reason="Import", is_another=are_others)
    return CHANGED


def _known(company: Company, values: Mapping[str, Any]) -> Customer | None:
    """Whom a row names, if they are there. Raises Refused for a name that several have."""
    by, key = _key(values)
    if by == NUMBER:
        return Customer.objects.filter(company=company, number=key).first()
    like = Customer.objects.filter(company=company, merged_into=None, sort_name=sort_name(key))
    same = [each for each in like if each.name.lower() == key]
    if len(same) > 1:
        raise Refused("Several customers have this name. Give the number of the one that is meant.", code="several")
    return same[0] if same else None


def _change_limit(customer: Customer, limit: Decimal | None, by: User | None) -> None:
    """Change the limit, by who may; raises Refused, also where it needs a second person's word."""
    if by and not by.has_perm("customers.change_credit_limit"):
        raise Refused("You may not change credit limits. Leave the column out.", code="may_not_change_limit")
    change_credit_limit(customer.pk, LimitDetails(limit), reason="Import", on=customer.company.today(), by=by)


def _hold(customer: Customer, values: Mapping[str, Any], by: User | None) -> bool:
    """Put them on hold by hand where the file says why and they are not yet. A file releases nobody."""
    words = values.get("hold") or ""
    standing = CreditHold.objects.filter(customer=customer, cause=HoldCause.BY_HAND, released_on=None)
    if not words or standing.exists():
        return False
    place_hold(customer.pk, words, on=customer.company.today(), by=by)
    return True


def _present(customer: Customer) -> CustomerDetails:
    """The customer as details; what a file does not tell of stays so."""
    return CustomerDetails(
        **{name: getattr(customer, name) for name in (*OWN, "group_id", "parent_id", "sales_owner_id")},
        contacts=[
            ContactDetails(**{name: getattr(contact, name) for name in asdict(ContactDetails(""))})
            for contact in customer.contacts.all()
        ],
        addresses=[
            AddressDetails(**{name: getattr(address, name) for name in asdict(AddressDetails())})
            for address in customer.addresses.all()
        ],
    )


def _merged(company: Company, present: CustomerDetails, values: Mapping[str, Any]) -> CustomerDetails:
    own = {name: values[name] for name in OWN if name in values}
    if "tags" in own:
        own["tags"] = sorted({tag.strip() for tag in own["tags"].split(",") if tag.strip()})
    if "currency" in own:
        own["currency"] = own["currency"].upper()
    if "net_days" in own:
        own["net_days"] = _whole_days(own["net_days"])
    if "group" in values:
        own["group_id"] = _group_id(company, values["group"])
    if "parent" in values:
        own["parent_id"] = _parent_id(company, values["parent"])
    contact = {name: values[column] for column, name in CONTACT.items() if column in values}
    address = {name: values[column] for column, name in ADDRESS.items() if column in values}
    return replace(
        present,
        **own,
        contacts=_with_contact(present.contacts, contact) if contact else present.contacts,
        addresses=_with_billing(present.addresses, address) if address else present.addresses,
    )


def _group_id(company: Company, name: str) -> int:
    group = CustomerGroup.objects.filter(company=company, name=name).first()
    if group is None:
        raise Refused(f"There is no customer group {name!r}. Add it first, or correct the name.", code="unknown_group")
    return group.pk


def _parent_id(company: Company, number: str) -> int:
    parent_id = ids_by_number(company, [number]).get(number)
    if parent_id is None:
        raise Refused(f"There is no customer {number!r} to be the parent. Put it above.", code="unknown_parent")
    return parent_id


def _whole_days(days: Any) -> int:
    if days != int(days) or not 0 <= days <= 3650:
        raise Refused("The days to pay are a whole number from 0 to 3650.", code="bad_net_days")
    return int(days)


def _with_contact(contacts: list[ContactDetails], told: dict[str, Any]) -> list[ContactDetails]:
    """The contact of that e-mail address, or else of that name, brought up to date; or one more."""
    told.setdefault("name", told.get("email", ""))
    same = [c for c in contacts if told.get("email") and c.email.casefold() == told["email"].casefold()]
    same = same or [c for c in contacts if c.name == told["name"]]
    if not same:
        return [*contacts, ContactDetails(**told)]
    return [replace(contact, **told) if contact is same[0] else contact for contact in contacts]


def _with_billing(addresses: list[AddressDetails], told: dict[str, str]) -> list[AddressDetails]:
    if country := told.get("country"):
        told["country"] = country_code(country)
        if not told["country"]:
            raise Refused(f"{country!r} is not a country we know. Use its ISO code.", code="unknown_country")
    others = [address for address in addresses if address.kind != AddressKind.BILLING]
    billing = next((address for address in addresses if address.kind == AddressKind.BILLING), AddressDetails())
    changed = replace(billing, **told)
    if billing in addresses:
        return [changed if address is billing else address for address in addresses]
    return [changed, *others]


RUN_KIND = RunKind(
    "import_customers", whole_file(import_customers, "all_or_none", "are_others"), page="customers:import_mapping"
)
