"""Who of a company's customers may be one and the same: as somebody is added, and over all who are there.

A fact is one thing that two of them have alike: the tax id, the name without its legal form, nearly the name together
with the post code or the town, an e-mail address, a bank account. What they have alike says how strong the sign is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from django.db import connection
from django.db.models.functions import Lower

from customers.access import customers_for, owners_seen
from customers.models import Contact, Customer, CustomerAccount, NotTheSame
from customers.names import near_name, plain_name, plain_tax_id
from customers.search import fold, searched_sql
from office.models import Company, User
from office.sealing import unseal

SQL = Path(__file__).with_suffix(".sql").read_text()
MOST_ALIKE = 20
"""Customers that share a fact; where more do, it says nothing of any two of them."""
SHOWN = 10
CERTAIN, LIKELY = "certain", "likely"
STRENGTHS = {1: CERTAIN, 2: LIKELY}
OWN_ACCOUNTS = """
    SELECT company_id, customer_id, number_hash AS account FROM customers_customeraccount WHERE closed_at IS NULL
"""
ACCOUNTS: list[str] = []


def register_accounts(sql: str) -> None:
    """Let another room say which accounts customers have, in the clear: a query of company_id, customer_id, account."""
    if sql not in ACCOUNTS:
        ACCOUNTS.append(sql)


@dataclass(frozen=True)
class Asked:
    """What is known of somebody; what is left empty is not looked for."""

    name: str = ""
    tax_id: str = ""
    emails: Sequence[str] = ()
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True)
class Hit:
    """A customer who may be the one that is asked for, what both have alike, and how strong a sign that is."""

    customer: Customer
    strength: str
    words: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two customers who may be one, what they have alike, and how strong a sign that is."""

    first: Customer
    second: Customer
    strength: str
    words: str
    facts: tuple[str, ...]
    place: tuple[int, int, int]


FIND = """
    SELECT c.id, 'tax_id:' || c.plain_tax_id FROM customers_customer c
    WHERE c.company_id = %(company_id)s AND c.plain_tax_id = %(tax_id)s AND c.plain_tax_id <> ''
    UNION ALL
    (SELECT c.id, 'name:' || c.plain_name FROM customers_customer c
    WHERE c.company_id = %(company_id)s AND c.plain_name = %(name)s AND %(name)s <> '' LIMIT %(most)s)
    UNION ALL
    (SELECT c.id, place.kind || ':' || c.near_name || ' | ' || place.key
    FROM customers_customer c JOIN customers_address a ON a.customer_id = c.id AND a.kind = 'billing'
    CROSS JOIN LATERAL (VALUES
        ('post', upper(replace(a.postal_code, ' ', '')), upper(replace(%(postal_code)s, ' ', ''))),
        ('town', lower(btrim(a.city)), lower(btrim(%(city)s)))
    ) AS place (kind, key, asked)
    WHERE c.company_id = %(company_id)s AND c.near_name = %(near)s AND %(near)s <> '' AND place.key <> ''
        AND place.key = place.asked LIMIT %(most)s)
    UNION ALL
    (SELECT c.id, 'email:' || lower(p.email)
    FROM customers_contact p JOIN customers_customer c ON c.id = p.customer_id
    WHERE c.company_id = %(company_id)s AND p.email <> '' AND lower(p.email) = ANY (%(emails)s) LIMIT %(most)s)
"""


def find_alike(company: Company, asked: Asked, *, besides: Customer | None = None) -> list[Hit]:
    """The company's customers who may be whom is asked for, the surest first; at most ten.

    Who is said to be somebody else than `besides` is left out, as `besides` is.
    """
    parameters: dict[str, Any] = {
        "company_id": company.pk,
        "tax_id": plain_tax_id(asked.tax_id)[:40],
        "name": plain_name(asked.name)[:200],
        "near": near_name(asked.name)[:200],
        "postal_code": asked.postal_code,
        "city": asked.city,
        "emails": [email.lower() for email in asked.emails if email],
        "most": MOST_ALIKE,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters)
        rows = cursor.fetchall()
    facts: dict[int, set[str]] = defaultdict(set)
    for customer_id, fact in rows:
        facts[customer_id].add(fact)
    if besides:
        _leave_out(facts, besides)
    customers = {pk: each for pk, each in Customer.objects.in_bulk(facts).items() if not each.merged_into_id}
    found = [_hit(customer, facts[pk], asked.name) for pk, customer in customers.items()]
    return sorted(found, key=lambda hit: (hit.strength, hit.customer.pk))[:SHOWN]


def unlike_all(company: Company, asked: Sequence[Asked]) -> list[bool]:
    """Whether each of many surely looks like nobody who is there, nor like another of them.

    What is near by name counts here wherever it is: who is told apart by the place is to be looked at alone.
    """
    own = [_signs(each) for each in asked]
    shared = {sign for sign, count in Counter(sign for signs in own for sign in signs).items() if count > 1}
    wanted: dict[str, list[str]] = defaultdict(list)
    for kind, key in set().union(*own):
        wanted[kind].append(key)
    customers = Customer.objects.filter(company=company)
    for kind, field in (("tax_id", "plain_tax_id"), ("name", "plain_name"), ("near", "near_name")):
        rows = customers.filter(**{f"{field}__in": wanted[kind]}).values_list(field, flat=True)
        shared |= {(kind, key) for key in rows}
    people = Contact.objects.filter(customer__company=company).alias(address=Lower("email"))
    mails = people.filter(address__in=wanted["email"]).values_list(Lower("email"), flat=True)
    shared |= {("email", email) for email in mails}
    return [not signs & shared for signs in own]


def _signs(asked: Asked) -> set[tuple[str, str]]:
    """What others may have alike with somebody, by kind."""
    signs = {
        ("tax_id", plain_tax_id(asked.tax_id)[:40]),
        ("name", plain_name(asked.name)[:200]),
        ("near", near_name(asked.name)[:200]),
        *(("email", email.lower()) for email in asked.emails),
    }
    return {(kind, key) for kind, key in signs if key}


def _leave_out(facts: dict[int, set[str]], besides: Customer) -> None:
    facts.pop(besides.pk, None)
    for row in NotTheSame.objects.filter(first=besides) | NotTheSame.objects.filter(second=besides):
        other = row.second_id if row.first_id == besides.pk else row.first_id
        if facts.get(other, set()) <= set(row.facts):
            facts.pop(other, None)


def _hit(customer: Customer, facts: set[str], name: str) -> Hit:
    kinds = {fact.partition(":")[0] for fact in facts}
    is_certain = "tax_id" in kinds or {"name", "post"} <= kinds
    strength = CERTAIN if is_certain else LIKELY
    return Hit(customer, strength, in_words(sorted(facts), customer.name, name), tuple(sorted(facts)))


def in_words(facts: Iterable[str], name: str, other_name: str) -> str:
    """What two customers of these names have alike, as a sentence."""
    by_kind = {kind: key for kind, _, key in (fact.partition(":") for fact in facts)}
    said = []
    if tax_id := by_kind.get("tax_id"):
        said.append(f"same tax id {tax_id}")
    if "account" in by_kind:
        said.append("same bank account")
    said += _name_words(by_kind, is_same=fold(name) == fold(other_name))
    if email := by_kind.get("email"):
        said.append(f"same e-mail address {email}")
    words = ", ".join(said)
    return words[:1].upper() + words[1:]


def _name_words(by_kind: dict[str, str], *, is_same: bool) -> list[str]:
    place = ["same post code"] * ("post" in by_kind) or ["same town"] * ("town" in by_kind)
    if "name" in by_kind:
        return ["same name" if is_same else "same name but for the legal form", *place]
    return ["nearly the same name", *place] if place else []


ALL = "SELECT first_id, second_id, facts, rank FROM pairs"
COUNT = "SELECT count(*) FROM pairs WHERE rank = 1"
OF_CERTAIN = "WHERE kind IN ('tax_id', 'account', 'name', 'post')"
PAGE = """
    SELECT first_id, second_id, facts, rank FROM pairs
    WHERE (rank, first_id, second_id) > (%(rank)s, %(first_id)s, %(second_id)s)
    ORDER BY rank, first_id, second_id LIMIT %(most)s
"""


def pairs_of(company: Company, reader: User, *, search: str = "", after: tuple[int, ...] = (), most: int) -> list[Pair]:
    """Pairs of the company's customers who may be one, both seen by the reader, the surest first.

    `after` is the place of the pair before the first wanted.
    """
    rank, first_id, second_id = after or (0, 0, 0)
    place = {"rank": rank, "first_id": first_id, "second_id": second_id, "most": most}
    return _pairs(_statement(PAGE), _parameters(company, reader, search) | place)


def count_certain(company: Company, reader: User) -> int:
    """How many of them are certain."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(COUNT, which=OF_CERTAIN), _parameters(company, reader, ""))
        return int(cursor.fetchone()[0])


def pair_of(first: Customer, second: Customer) -> Pair | None:
    """What two customers have alike, where nobody has said that they are two."""
    parameters = _parameters(first.company, None, "") | {"only": [first.pk, second.pk]}
    return next(iter(_pairs(_statement(ALL, only="AND c.id = ANY (%(only)s)"), parameters)), None)


def _statement(wanted: str, *, only: str = "", which: str = "") -> str:
    accounts = " UNION ALL ".join([OWN_ACCOUNTS, *ACCOUNTS])
    words = {"first_words": searched_sql("a"), "second_words": searched_sql("b")}
    return Template(SQL + wanted).substitute(accounts=accounts, only=only, which=which, **words)


def _parameters(company: Company, reader: User | None, search: str) -> dict[str, Any]:
    return {
        "company_id": company.pk,
        "most_alike": MOST_ALIKE,
        "owner_ids": owners_seen(reader, company) if reader else None,
        "words": [f"%{_plain(word)}%" for word in fold(search).split()] or ["%"],
    }


def _plain(word: str) -> str:
    """A word in which nothing stands for anything else."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _pairs(sql: str, parameters: dict[str, Any]) -> list[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    customers = Customer.objects.in_bulk({pk for first, second, *_ in rows for pk in (first, second)})
    return [
        Pair(
            one := customers[first],
            other := customers[second],
            STRENGTHS[rank],
            in_words(facts, one.name, other.name),
            tuple(facts),
            (rank, first, second),
        )
        for first, second, facts, rank in rows
    ]


KNOWN_AS = """
    SELECT customer_id FROM ($accounts) AS known WHERE company_id = %s AND account = %s AND customer_id <> %s
"""


def others_with(account: CustomerAccount) -> list[Customer]:
    """The other customers who have this very account, or are known to pay from it."""
    same = CustomerAccount.objects.filter(
        company=account.company_id, number_hash=account.number_hash, closed_at=None
    ).exclude(customer=account.customer_id)
    ids = set(same.values_list("customer", flat=True))
    if ACCOUNTS:
        parameters: list[Any] = [account.company_id, unseal(account.sealed_number), account.customer_id]
        with connection.cursor() as cursor:
            cursor.execute(Template(KNOWN_AS).substitute(accounts=" UNION ALL ".join(ACCOUNTS)), parameters)
            ids |= {row[0] for row in cursor.fetchall()}
    return list(Customer.objects.filter(pk__in=ids).order_by("pk"))


def seen_of(customers: Iterable[Customer], reader: User) -> Collection[int]:
    """The ids of those whom a person sees."""
    ids = [customer.pk for customer in customers]
    return set(customers_for(reader).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
