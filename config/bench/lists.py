"""The first screen of the office's lists, as a browser gets it: through the address, with everything a view does."""

from collections.abc import Sequence
from functools import partial
from statistics import median

from django.db import connection
from django.test import Client
from django.urls import reverse

from config.bench.filling import FilledOffice, without_triggers
from config.bench.rows import Row
from config.bench.timing import medians
from customers.models import Customer

MILLION = 1_000_000
GOAL = 0.3
SCREENS = {
    "front page": ("home", ""),
    "invoices": ("billing:invoice_list", ""),
    "invoices overdue": ("billing:invoice_list", "?state=overdue"),
    "invoices that bounced": ("billing:invoice_list", "?delivery=bounced"),
    "invoices not mailed": ("billing:invoice_list", "?delivery=not_sent"),
    "invoices, a number searched": ("billing:invoice_list", "?q=INV-00000777"),
    "invoices, a customer searched": ("billing:invoice_list", "?q={word}"),
    "print queue": ("billing:print_queue", ""),
    "customers": ("customers:customer_list", ""),
    "customers that are late": ("customers:customer_list", "?late=1"),
    "customers over their limit": ("customers:customer_list", "?over=1"),
    "customers by limit used": ("customers:customer_list", "?sort=-limit_used"),
    "customers whose address bounced": ("customers:customer_list", "?bounced=1"),
    "customers, one searched": ("customers:customer_list", "?q={word}"),
    "receipts": ("payments:receipt_list", ""),
    "receipts with something free": ("payments:receipt_list", "?state=unapplied"),
    "audit trail": ("office:audit_list", ""),
    "audit trail, a number searched": ("office:audit_list", "?q=INV-00000777"),
    "audit trail, of one thing": ("office:audit_list", "?thing=INV-00000777"),
}
RECORDS = """
    INSERT INTO office_auditrecord (company_id, by_id, action, subject_type, subject_id, subject_name, before, after,
        reason, origin, policy_version, recorded_at)
    SELECT company_id, %s, 'issue_invoice', 'billing.invoice', id, number, '{}', jsonb_build_object('total', total),
        '', 'page 192.0.2.7', 0, dated_on + interval '9 hours'
    FROM billing_invoice WHERE number <> ''
"""
"""As many records in the audit trail as invoices."""


def measure(office: FilledOffice) -> list[Row]:
    """The seconds until each first screen stands."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(office.manager)
    keep_records(office)
    word = Customer.objects.order_by("pk")[99].sort_name.split()[0]
    ways = [partial(open_page, client, reverse(name) + query.format(word=word)) for name, query in SCREENS.values()]
    return first_screens(list(SCREENS), medians(*ways, times=5), office.size)


def keep_records(office: FilledOffice) -> None:
    """Fill the audit trail, past the guard that chains each record."""
    with connection.cursor() as cursor:
        with without_triggers(cursor):
            cursor.execute(RECORDS, [office.manager.pk])
        cursor.execute("VACUUM ANALYZE office_auditrecord")


def first_screens(names: Sequence[str], seconds: Sequence[float], size: int) -> list[Row]:
    """Each first screen's seconds, and the median of all, which the goal is for."""
    rows = [Row(f"first screen: {name}", size, each) for name, each in zip(names, seconds, strict=True)]
    return [*rows, Row("first_screen_median", size, median(seconds), goal=GOAL if size == MILLION else None)]


def open_page(client: Client, address: str) -> None:
    """Ask for a page, and read its answer to the end."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    b"".join(answer)
