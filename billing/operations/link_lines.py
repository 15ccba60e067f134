from collections.abc import Mapping

from django.db import transaction

from billing.locking import lock_documents, lock_orders
from billing.models import BilledLine, Invoice, InvoiceLine
from billing.orders.linking import Link, link_of, may_bill, orders_named, said_links, write_links
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def link_lines(invoice_id: int, wanted: Mapping[int, Link], *, by: User | None) -> Invoice:
    """Say which lines of orders and shipments a document's lines bill, by line id; lines that are not named stay.

    It may be said of an issued document too, as nothing that it prints changes. Raises Refused for credit memos,
    deposits and void documents, and for what is not of the same customer.
    """
    lock_documents([invoice_id])
    invoice = Invoice.objects.select_related("company", "customer").get(pk=invoice_id)
    if not may_bill(invoice):
        raise Refused(f"Lines of {invoice} bill no order.", code="bills_no_order")
    lines = list(InvoiceLine.objects.filter(invoice=invoice).select_related("billed"))
    if unknown := set(wanted) - {line.pk for line in lines}:
        raise Refused(f"Line {min(unknown)} is not on this document.", code="unknown_line")
    named = [line for line in lines if line.pk in wanted]
    before = [link_of(line) for line in named]
    lock_orders(orders_named([*before, *wanted.values()]))
    BilledLine.objects.filter(invoice_line__in=named).delete()
    links = [wanted[line.pk] for line in named]
    write_links([(invoice, named, links)], by)
    record(
        by,
        "link_lines",
        invoice,
        before=said_links(named, before),
        after=said_links(named, links),
    )
    return invoice
