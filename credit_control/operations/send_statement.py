from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from billing.delivery import ON_ITS_WAY
from credit_control.models import Statement
from credit_control.operations.keep_statements import ToKeep, keep_statements
from credit_control.statements.asking import Asked, Period, figures_of
from credit_control.statements.choosing import receiving
from credit_control.statements.runs import mails_of
from customers.models import Contact, Customer
from ledger.refusals import Refused
from ledger.snapshot import snapshot
from office.audit import record
from office.models import User


@dataclass(frozen=True)
class ReadStatement:
    """A statement as it was read at one moment, with who receives it."""

    period: Period
    wanted: ToKeep
    read_at: datetime


def send_statement(
    period: Period, asked: Asked, *, by: User | None, contact_ids: Sequence[int] | None = None
) -> Statement:
    """Keep one customer's statement and mail it to each contact who gets statements, or to those chosen.

    The same one of which a mail is still on its way is not made twice. Raises Refused where nobody can receive it.
    """
    return send_read_statement(read_statement(period, asked, contact_ids), by=by)


def read_statement(period: Period, asked: Asked, contact_ids: Sequence[int] | None) -> ReadStatement:
    """The statement as of now. Belongs into no transaction: it would read each of its parts at another moment."""
    period.require_sensible()
    contacts = _receivers(asked.customer, contact_ids)
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        read_at = cursor.fetchone()[0]
        [figures] = figures_of(period, [asked])
    wanted = ToKeep(asked, figures, contacts)
    wanted.look_up(period.company)
    return ReadStatement(period, wanted, read_at)


@transaction.atomic
def send_read_statement(read: ReadStatement, *, by: User | None) -> Statement:
    """Keep it as it was read, and queue its mails."""
    period, asked = read.period, read.wanted.asked
    Customer.objects.select_for_update(no_key=True, of=("self",)).get(pk=asked.customer.pk)
    if same := _on_its_way(period, asked):
        return same
    [statement], _ = keep_statements(period.company, [read.wanted], read_at=read.read_at, by=by)
    addresses = ", ".join(contact.email for contact in read.wanted.receivers)
    record(by, "send_statement", asked.customer, after={"as of": period.on, "to": addresses})
    return statement


def _receivers(customer: Customer, contact_ids: Sequence[int] | None) -> list[Contact]:
    if contact_ids is None:
        contacts = list(receiving([customer.pk]))
    else:
        reachable = Contact.objects.filter(customer=customer, is_active=True, pk__in=contact_ids).exclude(email="")
        contacts = list(reachable.order_by("pk"))
        if len(contacts) != len(set(contact_ids)):
            raise Refused("One of these people has no address here any more, or has left.", code="contact_unreachable")
    if not contacts:
        raise Refused("Nobody at this customer gets statements by mail. Add a contact first.", code="nobody_to_send_to")
    return contacts


def _on_its_way(period: Period, asked: Asked) -> Statement | None:
    same = Statement.objects.filter(
        customer=asked.customer,
        run=None,
        is_combined=asked.is_combined,
        form=asked.form,
        from_on=period.from_on,
        on=period.on,
    ).order_by("-pk")[:1]
    found = same.first()
    if found and mails_of(Statement.objects.filter(pk=found.pk)).filter(status__in=ON_ITS_WAY).exists():
        return found
    return None
