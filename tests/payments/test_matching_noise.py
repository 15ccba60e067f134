"""A hundred thousand payments with noise: none is applied wrongly by itself, and the answer is among three."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from config.bench.noise import MadeUp, Payers
from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import Money
from ledger.posting import Posting, customer_posting, post_all
from office.models import BankAccount
from payments.bank_lines import named_in
from payments.matching.certainty import Policy, certain_of
from payments.matching.facts import Debt
from payments.matching.gathering import gather, owed_by, payments_of
from payments.matching.names import all_names
from payments.matching.weighing import weigh
from payments.models import BankLine, PayerAccount
from payments.operations.take_bank_file import take_bank_file
from tests import world
from tests.payments.bank_samples import OURS, camt, entry, statement

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
CUSTOMERS, ITEMS_EACH, LINES, PIECE = 200, 8, 100_000, 5_000
SYLLABLES = "bra kel mun dor vas tir lon esk aub rin fel gor hax jun pel quo sam ul wen zar".split()  # noqa: SIM905


def owing_customers(company: Any, chance: Random) -> dict[int, str]:
    """Customers with open items, every fourth of them with one amount again and again."""
    words = {"".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(CUSTOMERS * 2)}
    names = [
        f"{word} {form}" for word, form in zip(sorted(words), ["Ltd", "GmbH", "& Sons SA"] * CUSTOMERS, strict=False)
    ]
    customers = [world.make_customer(company, name) for name in names[:CUSTOMERS]]
    accounts = default_accounts(company.pk)
    numbers = iter(range(1, CUSTOMERS * ITEMS_EACH + 1))
    postings = [
        owed(company, customer, next(numbers), chance, accounts, is_same=place % 4 == 0)
        for place, customer in enumerate(customers)
        for _ in range(ITEMS_EACH)
    ]
    chance.shuffle(postings)
    post_all(postings)
    return {customer.pk: customer.name for customer in customers}


def owed(company: Any, customer: Customer, number: int, chance: Random, accounts: Any, *, is_same: bool) -> Posting:
    amount = Decimal(9900 if is_same else chance.randrange(500, 500_000)).scaleb(-2)
    money, reference = Money(amount, "EUR"), f"INV-2026-{number:05}"
    fact = Entry(
        company_id=company.pk,
        key=f"made_up:{number}",
        kind="issue_invoice",
        dated_on=DAY - timedelta(days=chance.randrange(1, 90)),
        currency="EUR",
        company_currency="EUR",
        reference=reference,
    )
    item = OpenItem(
        customer_id=customer.pk,
        kind=ItemKind.INVOICE,
        reference=reference,
        due_on=fact.dated_on + timedelta(days=30),
        amount=money.amount,
        company_amount=money.amount,
    )
    sales = Line(account=accounts[AccountRole.SALES], amount=-money.amount, company_amount=-money.amount)
    return customer_posting(fact, accounts[AccountRole.RECEIVABLE], [item], [sales])


def learned_accounts(company: Any, customers: Any) -> dict[int, str]:
    """Three of four customers have paid from their account before."""
    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    take_bank_file(company, "first.xml", camt(statement(entry("7.00"), opening="0.00", closing="7.00")), by=None)
    line = BankLine.objects.get()
    accounts = {pk: f"DE{pk:020}" for place, pk in enumerate(customers) if place % 4}
    PayerAccount.objects.bulk_create(
        PayerAccount(company=company, customer_id=pk, account=account, learned_from=line)
        for pk, account in accounts.items()
    )
    return accounts


def kept(made: Sequence[MadeUp]) -> dict[int, MadeUp]:
    """Bank lines of made-up payments, by id."""
    first = BankLine.objects.select_related("statement").order_by("pk")[0]
    told = BankLine.objects.count()
    lines = [
        BankLine(
            bank_account_id=first.bank_account_id,
            statement=first.statement,
            place=f"line {place}",
            fingerprint=sha256(str(place).encode()).hexdigest(),
            twin=1,
            booked_on=DAY,
            amount=each.amount,
            currency="EUR",
            is_reversal=False,
            text=each.text,
            party_name=each.name,
            party_account=each.account,
            **named_in({"text": each.text, "end_to_end_id": "", "references": []}),
        )
        for place, each in enumerate(made, start=told)
    ]
    insert_all(lines)
    return {line.pk: each for line, each in zip(lines, made, strict=True)}


@pytest.mark.parametrize("seed", [1])
def test_of_a_hundred_thousand_lines_none_is_applied_wrongly_without_a_person(company: Any, seed: int) -> None:
    chance = Random(seed)
    names = owing_customers(company, chance)
    debts: dict[int, list[Debt]] = defaultdict(list)
    for (customer_id, _), of_customer in owed_by(company.pk, set(names)).items():
        debts[customer_id] += of_customer
    payers = Payers(debts, names, learned_accounts(company, names), seed)
    known = all_names(company.pk)
    wrong: list[Any] = []
    answered = right = shown = 0
    for _ in range(LINES // PIECE):
        made = kept(list(payers.pay(PIECE, DAY)))
        payments = payments_of(BankLine.objects.filter(pk__in=made))
        gathered = gather(company.pk, payments, known)
        for payment in payments:
            meant = made[payment.line_id]
            proposals = weigh(payment, gathered.evidence[payment.line_id], gathered.debts_for(payment))
            certain = certain_of(proposals, payment, Policy())
            answered += bool(meant.shares)
            shown += any(meant.is_meant_by(each) for each in proposals[:3])
            right += bool(certain and meant.is_meant_by(certain[1]))
            wrong += [(meant, certain)] if certain and not meant.is_meant_by(certain[1]) else []

    assert wrong == []
    assert right / answered > 0.85
    assert shown / answered > 0.97
