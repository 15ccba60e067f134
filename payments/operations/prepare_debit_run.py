"""A debit run: what is due is claimed, and a second person is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from customers.models import Customer, MandateScheme
from ledger.allocating import lock_items
from ledger.bulk import insert_all
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.audit import record
from office.models import BankAccount, Company, User
from office.operations.ask_approval import ask_approval
from payments.debit_choice import Choice, Debit, choose_debits
from payments.debiting import CURRENCY_OF
from payments.models import DebitCollection, DebitPart, DebitRun
from payments.operations.approve_debit_run import approve_debit_run
from payments.our_accounts import require_fits
from payments.payment_files.pain008 import VERSIONS

NACHA = "nacha"


@dataclass(frozen=True)
class RunDetails:
    """What is collected when, by which scheme and into which of our accounts."""

    scheme: str
    bank_account_id: int
    collect_on: date
    version: str = VERSIONS[0]


def preview_debits(company: Company, details: RunDetails) -> Choice:
    """Who would be debited, and who not and why. Raises Refused for what cannot be a run."""
    _bank_account(company, details)
    return choose_debits(company, details.scheme, details.collect_on)


@transaction.atomic
def prepare_debit_run(company: Company, details: RunDetails, *, by: User | None) -> DebitRun:
    """Claim what is due by the day and ask a second person; the office's own job needs none, and makes the file.

    Raises Refused for what cannot be a run, and where nothing is to be debited.
    """
    account = _bank_account(company, details)
    choice = _locked_choice(company, details)
    if not choice.debits:
        raise Refused("Nothing is to be debited on that day.", code="nothing_to_debit")
    run = DebitRun.objects.create(
        company=company,
        scheme=details.scheme,
        bank_account=account,
        collect_on=details.collect_on,
        currency=CURRENCY_OF[details.scheme],
        version=NACHA if details.scheme == MandateScheme.ACH else details.version,
        created_by=by,
    )
    _write(run, choice.debits)
    after = {"debits": len(choice.debits), "total": choice.total, "collect_on": details.collect_on}
    record(by, "prepare_debit_run", run, after=after)
    try:
        return approve_debit_run(run.pk, by=by)
    except ApprovalNeeded as needed:
        ask_approval(needed, by=present(by))
        return run


def _bank_account(company: Company, details: RunDetails) -> BankAccount:
    account = company.bank_accounts.select_related("company").filter(pk=details.bank_account_id).first()
    if account is None:
        raise Refused("That is not a bank account of this company.", code="unknown_bank_account")
    if details.scheme not in MandateScheme.values or details.version not in (*VERSIONS, NACHA):
        raise Refused("That is no kind of debit run that we know.", code="unknown_scheme")
    require_fits(account, details.scheme)
    if details.collect_on <= company.today():
        raise Refused("The bank needs the file a day ahead: choose a later day.", code="too_late")
    return account


def _locked_choice(company: Company, details: RunDetails) -> Choice:
    """The choice as it stands while nobody else can pay, credit or debit the same items."""
    found = choose_debits(company, details.scheme, details.collect_on)
    customers = sorted({debit.mandate.customer_id for debit in found.debits})
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customers).order_by("pk"))
    items = [item.pk for debit in found.debits for item in debit.items]
    lock_items(items)
    return choose_debits(company, details.scheme, details.collect_on, only=items)


def _write(run: DebitRun, debits: Sequence[Debit]) -> None:
    rows = [
        DebitCollection(
            company=run.company,
            run=run,
            customer=debit.mandate.customer,
            mandate=debit.mandate,
            account=debit.mandate.account,
            sequence=debit.sequence,
            amount=debit.amount,
            currency=run.currency,
            end_to_end_id=f"{run.message_id}-{place}",
        )
        for place, debit in enumerate(debits, start=1)
    ]
    insert_all(rows)
    pairs = list(zip(rows, debits, strict=True))
    insert_all(
        DebitPart(collection=row, item=item, amount=item.balance) for row, debit in pairs for item in debit.items
    )
