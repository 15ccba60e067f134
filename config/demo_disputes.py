"""Disputes of the demo office: one by a customer that waits for an answer, one that is late, one that was credited."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.models import DisputeSource, Invoice, ReasonCode
from billing.operations.answer_dispute import answer_dispute, reply_to_dispute
from billing.operations.credit_dispute import credit_dispute
from billing.operations.escalate_dispute import escalate_dispute
from billing.operations.open_dispute import DisputeDetails, open_dispute
from ledger.models import ItemKind, OpenItem
from ledger.present import present
from office.models import Company, User
from office.operations.comment import comment
from office.talk.topics import About


def add_disputes(company: Company, today: date, by: User) -> None:
    """Three disputes over invoices that are open and of which nothing was paid."""
    new, late, credited = _open_invoices(company)[:3]
    _by_the_customer(new, today)
    _late(late, today, by)
    line = present(credited.lines.first())
    words = "Two of them came with a cracked top."
    opened = open_dispute(present(credited.entry_id), _details(credited, "quality_disputed", words), on=today, by=by)
    credit_dispute(
        opened.pk, {line.pk: Decimal(1)}, reason="Cracked on the way", note="You are right, sorry.", by=by, on=today
    )


def _open_invoices(company: Company) -> list[Invoice]:
    """The invoices that were issued last and are wholly open, one of each customer."""
    items = OpenItem.objects.filter(company_id=company.pk, kind=ItemKind.INVOICE, currency=company.currency)
    untouched = [item for item in items.order_by("-dated_on", "-pk") if item.balance == item.amount]
    entries = {item.customer_id: item.entry_id for item in reversed(untouched)}
    return list(Invoice.objects.filter(entry__in=entries.values()).order_by("-pk"))


def _details(invoice: Invoice, code: str, words: str, **more: Any) -> DisputeDetails:
    reason = ReasonCode.objects.get(company=invoice.company, code=code).pk
    return DisputeDetails(reason, words, lines={present(invoice.lines.first()).pk: None}, **more)


def _by_the_customer(invoice: Invoice, today: date) -> None:
    contact = invoice.customer.contacts.filter(is_active=True).first()
    details = _details(invoice, "quantity_disputed", "Four were on the delivery note, and three in the box.")
    how: dict[str, Any] = {"on": today, "by": None, "source": DisputeSource.CUSTOMER, "contact": contact}
    open_dispute(present(invoice.entry_id), details, **how)


def _late(invoice: Invoice, today: date, by: User) -> None:
    contact, then = invoice.customer.contacts.filter(is_active=True).first(), today - timedelta(days=16)
    care = {"department": "sales", "respond_by": today - timedelta(days=2), "said_by": "By phone"}
    details = _details(invoice, "price_disputed", "The offer of spring said 10 % less.", **care)
    opened = open_dispute(present(invoice.entry_id), details, on=min(then, today), by=by)
    answer_dispute(opened.pk, "Could you send us that offer, please?", by=by)
    reply_to_dispute(opened.pk, "It went to your sales team in April.", contact=present(contact))
    comment(opened.company, About.of(opened), "Asked sales twice. Nobody finds it.", by=by)
    escalate_dispute(opened.pk)
