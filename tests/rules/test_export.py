"""What opens something never leaves by an export of everything, whatever tables and columns come to be."""

import re

import pytest
from django.apps import apps
from django.db import connection

from reports.everything.contents import COLUMNS_LEFT_OUT, SEALED, TABLES_LEFT_OUT, tables_of_export
from reports.everything.words import column_rows, model_of

pytestmark = pytest.mark.django_db

TELLING = re.compile(
    r"secret|hash|(^|_)key|token|password|sealed_|session|credential|salt|signature|(^|_)seal$|kept_mess"
)
FORM_KEY = "by which a form that is sent twice makes one thing"
CHAIN = "proves that nothing was changed, and opens nothing"
EXCUSED = {
    "billing_invoice.form_key": FORM_KEY,
    "billing_order.form_key": FORM_KEY,
    "billing_shipment.form_key": FORM_KEY,
    "payments_receiptbatch.form_key": FORM_KEY,
    "billing_invoice.hash": CHAIN,
    "billing_invoice.previous_hash": CHAIN,
    "office_numberseries.last_hash": CHAIN,
    "office_auditlink.hash": CHAIN,
    "office_audithead.hash": CHAIN,
    "office_auditseal.hash": CHAIN,
    "office_auditseal.seal": CHAIN,
    "office_auditseal.sealed_at": CHAIN,
    "billing_openingitem.customer_key": "whom another product names",
    "billing_stagedopeningitem.customer_key": "whom another product names",
    "ledger_entry.key": "names a fact, so that it enters once",
    "office_outgoingmail.key": "names a mail, so that it is written once",
    "office_task.key": "names a task, so that it is made once",
    "payments_onlinepayment.session_id": "the provider's number of a payment; its page asks for more than that",
    "customers_customeraccount.number_hash": "finds an account again, for who holds LOOKUP_KEY",
}
"""Columns whose names sound as if they opened something, each with why they may leave."""


def test_what_sounds_like_a_secret_is_left_out_sealed_or_excused():
    found = {f"{table.name}.{column.name}" for table in tables_of_export() for column in table.columns}
    assert {name for name in found if TELLING.search(name.partition(".")[2])} == {*EXCUSED, *SEALED}


def test_what_is_left_out_is_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        there = cursor.fetchall()
    assert set(COLUMNS_LEFT_OUT) <= {f"{table}.{column}" for table, column in there}
    assert set(TABLES_LEFT_OUT) <= {table for table, _ in there}


def test_no_table_that_leaves_points_to_one_that_stays():
    leaving = {table.name for table in tables_of_export()}
    pointing = {
        (model._meta.db_table, field.column): field.related_model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.is_relation and model._meta.db_table in leaving
    }
    assert {column: target for column, target in pointing.items() if target not in leaving} == {}


def test_each_table_and_column_is_told_in_words():
    tables = tables_of_export()
    assert [table.name for table in tables if model_of(table.name) is None] == []
    assert [row for row in column_rows(tables) if not row[3].strip()] == []
