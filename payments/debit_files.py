"""From a run's debits to the bytes for the bank."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from customers.models import MandateScheme
from customers.operations.manage_accounts import number_of
from office.models import Company
from payments.kept_files import Made
from payments.models import CollectionState, DebitCollection, DebitRun, PaymentFile, PaymentFileKind
from payments.our_accounts import ach_routing_number, sepa_ours
from payments.payment_files.nacha import DEBITS, AchEntry, AchHead, trace_number, write_nacha
from payments.payment_files.pain import Head, Theirs
from payments.payment_files.pain008 import Collection, write_pain008

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def write_debits(run: DebitRun, debits: Sequence[DebitCollection]) -> Made:
    """The file of a run. Debits of an ACH file get their trace numbers, unsaved."""
    content = _nacha(run, debits) if run.scheme == MandateScheme.ACH else _pain008(run, debits)
    total = sum((debit.amount for debit in debits), Decimal(0))
    return Made(PaymentFileKind.DEBIT, run.version, run.message_id, content, len(debits), total, run.currency)


def _pain008(run: DebitRun, debits: Sequence[DebitCollection]) -> bytes:
    head = Head(run.message_id, timezone.now(), run.collect_on, run.currency)
    ours = sepa_ours(run.bank_account, debits=True)
    return write_pain008(run.version, head, ours, run.scheme.upper(), [_collection(debit) for debit in debits])


def _collection(debit: DebitCollection) -> Collection:
    account, mandate = debit.account, debit.mandate
    return Collection(
        end_to_end_id=debit.end_to_end_id,
        amount=debit.amount,
        sequence=debit.sequence,
        mandate=mandate.reference,
        signed_on=mandate.signed_on,
        debtor=Theirs(account.holder, number_of(account), account.bic),
        text=_text(debit),
        amended_from=_amended_from(debit),
    )


def _amended_from(debit: DebitCollection) -> str:
    """The account by which the bank knows the mandate, where it was put to another since."""
    sent = DebitCollection.objects.filter(mandate=debit.mandate, pk__lt=debit.pk, run__file__isnull=False)
    last = sent.exclude(state=CollectionState.LEFT_OUT).select_related("account").order_by("pk").last()
    return number_of(last.account) if last and last.account_id != debit.account_id else ""


def _text(debit: DebitCollection) -> str:
    return ", ".join(part.item.reference for part in debit.parts.select_related("item").order_by("pk"))


def file_modifier(company: Company, form: str) -> str:
    """The letter that tells the ACH files of a day apart, which is that of the moment in their head."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = PaymentFile.objects.filter(company=company, form=form, made_at__gte=midnight)
    return MODIFIERS[today.count() % len(MODIFIERS)]


def _nacha(run: DebitRun, debits: Sequence[DebitCollection]) -> bytes:
    routing = ach_routing_number(run.bank_account)
    company = run.company
    head = AchHead(
        routing,
        company.ach_company_id,
        company.legal_name,
        run.bank_account.name,
        timezone.now(),
        run.collect_on,
        modifier=file_modifier(company, run.version),
    )
    entries = []
    for debit in debits:
        debit.trace = trace_number(routing, debit.pk)
        entries.append(_ach_entry(debit))
    return write_nacha(head, DEBITS, entries)


def _ach_entry(debit: DebitCollection) -> AchEntry:
    """A debit as an entry of an ACH file."""
    account = debit.account
    return AchEntry(
        routing_number=account.bank_code,
        account_number=number_of(account),
        amount=debit.amount,
        name=account.holder,
        reference=debit.end_to_end_id,
        trace=debit.pk,
        is_savings=account.is_savings,
    )
