"""One statement for each guard of the database that nothing but the guard refuses.

Where a table has a row of its own in the history, the statement spoils that; where not, `ROWS` says what a made-up one
holds besides zeros and empty texts.
"""

from dataclasses import dataclass

ISSUED = "(SELECT id FROM billing_invoice WHERE number = 'INV-2026-0001')"
DRAFT = "(SELECT id FROM billing_invoice WHERE status = 'draft')"
CUSTOMER = "(SELECT min(id) FROM customers_customer)"
LAST = "(SELECT max(id) FROM customers_customer)"
MERGED = (
    f"UPDATE customers_customer SET merged_into_id = {LAST}, merged_at = now(), is_active = false WHERE id = {CUSTOMER}"
)
FREE_ENTRY = "(SELECT id FROM ledger_entry WHERE kind = 'book_bank_line')"
GIVER = "(SELECT max(id) FROM customers_customer WHERE id NOT IN (SELECT customer_id FROM reports_journaldebtor))"
FROZEN_DOCUMENT = "invoice_frozen_once_issued"


@dataclass(frozen=True)
class Attempt:
    """What the guard refuses and in which constraint's name; before it, past all guards, what that needs.

    `beside` are guards that would refuse it as well: they are off while this one is tried.
    """

    sql: str
    constraint: str
    before: str = ""
    beside: tuple[str, ...] = ()


def copied(table: str, where: str = "true", **changes: str) -> str:
    """A row of a table once more, with another id and some other values."""
    values = ", ".join(f"'{name}', {value}" for name, value in {"id": "99999", **changes}.items())
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({values}))).*"
        f" FROM {table} t WHERE {where} LIMIT 1"
    )


def parts_of_a_document(table: str, name: str, position: str) -> dict[str, Attempt]:
    """Parts of an issued document are not added, taken away, or moved from it or to it."""
    of_issued, of_draft = (copied(table, position=position, invoice_id=invoice) for invoice in (ISSUED, DRAFT))
    moved = f"UPDATE {table} SET invoice_id = {{}} WHERE id = 99999"
    return {
        f"{name}_frozen_insert": Attempt(of_issued, FROZEN_DOCUMENT),
        f"{name}_frozen_delete": Attempt(f"DELETE FROM {table} WHERE id = 99999", FROZEN_DOCUMENT, of_issued),
        f"{name}_frozen_from": Attempt(moved.format(DRAFT), FROZEN_DOCUMENT, of_issued),
        f"{name}_frozen_to": Attempt(moved.format(ISSUED), FROZEN_DOCUMENT, of_draft),
    }


LINE_OF = "(SELECT min(id) FROM billing_invoiceline WHERE invoice_id = {})"
OF_ISSUED, OF_DRAFT = LINE_OF.format(ISSUED), LINE_OF.format(DRAFT)
OTHERS_ORDER = copied("billing_order", number="'X'", po_number="'X'", customer_id=GIVER)
SERVICE = copied("billing_medicalservice", line_id=OF_ISSUED)
MOVED_SERVICE = "UPDATE billing_medicalservice SET line_id = {} WHERE id = 99999"
NEW_ENTRY = """
    WITH made AS (
        INSERT INTO ledger_entry (company_id, key, kind, dated_on, currency, company_currency, reference, memo)
        SELECT id, 'new', 'x', '2026-03-02', 'EUR', 'EUR', '', '' FROM office_company RETURNING id, company_id
    )"""
NEW_LINES = (
    NEW_ENTRY
    + """
    INSERT INTO ledger_line (entry_id, account_id, dated_on, currency, amount, company_amount, customer_id)
    SELECT made.id, a.id, '2026-03-02', 'EUR', side, side, customer::bigint
    FROM made JOIN (VALUES ({})) AS sides (role, side, customer) ON true
    JOIN ledger_account a ON a.role = sides.role AND a.company_id = made.company_id AND a.is_default"""
)
NEW_ITEM = (
    NEW_ENTRY
    + """
    INSERT INTO ledger_openitem (company_id, customer_id, entry_id, kind, reference, dated_on, due_on, currency,
        amount, company_amount, balance, open_during)
    SELECT made.company_id, c.id, made.id, 'invoice', '', '2026-03-02', '2026-03-02', 'EUR', 5, 5, 5, '[2026-03-02,)'
    FROM made JOIN customers_customer c ON c.company_id = made.company_id LIMIT 1"""
)

SPOILED = {
    "paid_notice_stays_as_told": "amount = amount + 1",
    "change_stays_as_asked": "before = '{\"x\": 1}'",
    "application_stays_as_asked": "note = 'x'",
    "attachment_frozen": "goes_along = true, invoice_id = " + ISSUED,
    "bank_file_frozen": "content = 'x'",
    "bank_month_frozen": "book_balance = book_balance + 1",
    "bank_tie_frozen": "amount = amount + 1",
    "privacy_request_stays": "asked_on = asked_on - 1",
    "chargeback_frozen": "amount = amount + 1",
    "comment_frozen": "body = 'x'",
    "customer_account_frozen": "holder = 'x'",
    "debit_frozen": "amount = amount + 1",
    "debit_part_frozen": "amount = amount + 1",
    "debit_run_frozen": "collect_on = collect_on + 1",
    "dispute_kept": "amount = amount + 1",
    "disputed_amount_held": "amount = amount + 1",
    "finding_kept": "found_at = now()",
    "hand_payment_frozen": "paid_on = paid_on + 1",
    "hold_frozen": "words = 'x'",
    "invoice_frozen": "note = 'x' WHERE status = 'issued'",
    "item_written_once": "balance = 0 WHERE balance > 0",
    "journal_batch_frozen": "number = number + 5",
    "journal_entry_let_go": "stands = false WHERE stands",
    "late_charge_frozen": "fee = fee + 1",
    "mandate_frozen": "reference = reference || 'x'",
    "mandate_stays_as_given": "address_prefix = 'x'",
    "opening_item_frozen": "note = 'x'",
    "opening_stays_live": "source = 'x'",
    "online_payment_frozen": "amount = amount + 1",
    "payer_frozen": "declared_at = declared_at - interval '1 day'",
    "payment_file_frozen": "total = total + 1",
    "payout_frozen": "fee = fee + 1",
    "plan_kept": "amount = amount + 1",
    "planned_item_kept": "amount = amount + 1",
    "promise_frozen": "amount = amount + 1",
    "receipt_exchange_frozen": "into_amount = into_amount + 1",
    "receipt_frozen": "amount = amount + 1",
    "remittance_frozen": "total = total + 1",
    "repayment_frozen": "pay_on = pay_on + 1",
    "repayment_line_frozen": "amount = amount + 1",
    "request_frozen": "amount = 1",
    "settlement_frozen": "settled_on = settled_on + 1",
    "task_frozen": "made_at = made_at - interval '1 day'",
    "write_off_frozen": "amount = amount + 1",
}
"""What must not be changed, by its guard."""
SPEAKS_AS = {
    "attachment_frozen": FROZEN_DOCUMENT,
    "dispute_kept": "dispute_stays_as_opened",
    "disputed_amount_held": "disputed_amount_let_go_once",
    "finding_kept": "finding_stays_as_found",
    "invoice_frozen": FROZEN_DOCUMENT,
    "item_written_once": "item_is_append_only",
    "plan_kept": "plan_stays_as_agreed",
    "planned_item_kept": "planned_item_stays",
}
"""Guards that speak in another name than their own."""

ATTEMPTS = {
    **parts_of_a_document("billing_invoiceline", "line", "99"),
    **parts_of_a_document("billing_invoicetax", "tax", "99"),
    **parts_of_a_document("billing_diagnosis", "diagnosis", "9"),
    "service_frozen_insert": Attempt(SERVICE, FROZEN_DOCUMENT),
    "service_frozen_delete": Attempt("DELETE FROM billing_medicalservice WHERE id = 99999", FROZEN_DOCUMENT, SERVICE),
    "service_frozen_from": Attempt(MOVED_SERVICE.format(OF_DRAFT), FROZEN_DOCUMENT, SERVICE),
    "service_frozen_to": Attempt(
        MOVED_SERVICE.format(OF_ISSUED), FROZEN_DOCUMENT, copied("billing_medicalservice", line_id=OF_DRAFT)
    ),
    "billed_line_of_one_customer": Attempt(
        "UPDATE billing_billedline SET order_line_id = 99999, shipment_line_id = NULL",
        "billed_of_one_customer",
        f"{OTHERS_ORDER}; {copied('billing_orderline', order_id='99999')}",
    ),
    "order_keeps_currency_once_billed": Attempt(
        "UPDATE billing_order SET currency = 'USD'", "order_keeps_currency_once_billed"
    ),
    "invoice_keeps_customer_once_billed": Attempt(
        f"UPDATE billing_invoice SET customer_id = {GIVER} WHERE id = {DRAFT}",
        "billed_of_one_customer",
        copied("billing_billedline", invoice_line_id=OF_DRAFT),
    ),
    "credit_within_invoice": Attempt(
        copied(
            "billing_invoice",
            "kind = 'credit_memo' AND credits_id IS NOT NULL",
            number="'CM-X'",
            sequence="99",
            entry_id=FREE_ENTRY,
            net="900",
            tax="0",
            total="900",
        ),
        "credit_within_its_invoice",
    ),
    "plan_adds_up": Attempt(copied("credit_control_paymentplan", "status = 'cancelled'"), "plan_adds_up"),
    "plan_adds_up_with_instalment": Attempt(
        copied("credit_control_planinstalment", position="9", due_on="'2030-01-01'"), "plan_adds_up"
    ),
    "plan_adds_up_with_item": Attempt(
        copied("credit_control_planneditem", item_id="(SELECT min(id) FROM ledger_openitem)"), "plan_adds_up"
    ),
    "customer_parents_have_no_parent": Attempt(
        "UPDATE customers_customer SET parent_id = (SELECT min(id) FROM customers_customer)"
        " WHERE id = (SELECT max(id) FROM customers_customer)",
        "customer_parents_have_no_parent",
        "UPDATE customers_customer SET parent_id = (SELECT max(id) - 1 FROM customers_customer)"
        " WHERE id = (SELECT min(id) FROM customers_customer)",
    ),
    "customer_owes_in_own_name": Attempt(
        NEW_LINES.format(f"'bank', 5, {CUSTOMER}), ('bank', -5, NULL"), "customer_owes_in_own_name", MERGED
    ),
    "customer_stays_merged": Attempt(
        f"UPDATE customers_customer SET merged_into_id = NULL, merged_at = NULL WHERE id = {CUSTOMER}",
        "customer_stays_merged",
        MERGED,
    ),
    "account_keeps_its_meaning": Attempt(
        "UPDATE ledger_account SET role = 'bank', is_default = false WHERE role = 'sales'", "account_keeps_its_meaning"
    ),
    "allocation_moves_balances": Attempt(
        copied(
            "ledger_allocation",
            "reverses_id IS NULL",
            debit_id="(SELECT max(id) FROM ledger_openitem WHERE amount > 0)",
            credit_id="(SELECT min(id) FROM ledger_openitem WHERE amount < 0)",
            dated_on="'2020-01-01'",
        ),
        "allocation_joins_what_belongs_together",
    ),
    "entry_in_open_month": Attempt(
        copied("ledger_entry", key="'new'", dated_on="'2026-02-10'", reverses_id="NULL"), "period_is_open"
    ),
    "lines_balance": Attempt(NEW_LINES.format("'bank', 5, NULL"), "entry_lines_add_to_zero"),
    "line_has_items": Attempt(
        NEW_LINES.format(f"'receivable', 5, {CUSTOMER}), ('bank', -5, NULL"), "receivable_line_has_its_item"
    ),
    "items_match_lines": Attempt(NEW_ITEM, "items_match_receivable_lines"),
    "item_never_deleted": Attempt(
        "DELETE FROM ledger_openitem WHERE kind = 'interest' AND balance > 0", "ledger_openitem_is_append_only"
    ),
    "journal_account_belongs": Attempt(
        "UPDATE reports_journalaccount SET account_id = (SELECT id FROM ledger_account WHERE company_id = 99997)"
        " WHERE id = (SELECT min(id) FROM reports_journalaccount)",
        "other_books_belong",
        "INSERT INTO ledger_account (company_id, code, name, role, is_default, is_active)"
        " VALUES (99997, 'X', '', 'bank', false, true)",
    ),
    "journal_debtor_belongs": Attempt(
        copied("reports_journaldebtor", number="99999", customer_id=GIVER),
        "other_books_belong",
        f"UPDATE customers_customer SET company_id = 99997 WHERE id = {GIVER}",
    ),
    "close_signoff_of_open_month": Attempt(
        copied("reports_closesignoff", position="9", month="'2026-02-01'"), "close_signoff_of_open_month"
    ),
    "close_pack_of_its_closing": Attempt(
        copied("reports_closepack", version="9", closed_at="'2026-03-02'"), "close_pack_of_its_closing"
    ),
    "close_pack_file_comes_with_it": Attempt(
        copied("reports_closepackfile", report="'more'"), "close_pack_file_comes_with_it"
    ),
    "journal_entry_belongs": Attempt(
        copied("reports_journalbatchentry", "NOT stands", stands="true", entry_id=FREE_ENTRY), "journal_entry_belongs"
    ),
    "request_begins_waiting": Attempt(
        copied(
            "office_approvalrequest",
            state="'approved'",
            requested_by_id="(SELECT min(id) FROM office_user)",
            decided_by_id="(SELECT max(id) FROM office_user)",
            decided_at="now()",
            company_id="(SELECT id FROM office_company)",
            role_id="(SELECT min(id) FROM auth_group)",
        ),
        "request_begins_waiting",
    ),
    "another_person_decides": Attempt(
        "UPDATE office_approvalrequest SET state = 'approved', decided_at = now(),"
        " decided_by_id = (SELECT max(id) FROM office_user) WHERE id = 99999",
        "another_person_decides",
        copied(
            "office_approvalrequest",
            action="'another'",
            state="'waiting'",
            requested_by_id="(SELECT min(id) FROM office_user)",
            decided_by_id="NULL",
            decided_at="NULL",
            company_id="(SELECT id FROM office_company)",
            role_id="(SELECT min(id) FROM auth_group)",
        )
        + "; UPDATE office_user SET same_person_as_id = (SELECT min(id) FROM office_user)"
        " WHERE id = (SELECT max(id) FROM office_user)",
    ),
    "online_part_belongs": Attempt(
        copied("payments_onlinepaymentpart", item_id="(SELECT min(id) FROM ledger_openitem WHERE amount < 0)"),
        "online_part_belongs",
    ),
    "mail_begins_queued": Attempt(
        copied("office_outgoingmail", key="'new'", status="'sent'", finished_at="now()"), "mail_begins_queued"
    ),
    "mail_moves_along_its_arrows": Attempt(
        "UPDATE office_outgoingmail SET status = 'sent', finished_at = now() WHERE status = 'queued'",
        "mail_moves_along_its_arrows",
    ),
    "mail_stays_in_a_copy": Attempt(
        "UPDATE office_outgoingmail SET status = 'handed_over', leased_until = now() WHERE status = 'queued'",
        "mail_stays_in_a_copy",
        "INSERT INTO office_restoredcopy (backed_up_at, restored_at) VALUES (now(), now())",
        beside=("mail_moves_along_its_arrows",),
    ),
    "webhook_stays_in_a_copy": Attempt(
        "UPDATE office_webhookdelivery SET state = 'sending', leased_until = now()",
        "webhook_stays_in_a_copy",
        "INSERT INTO office_restoredcopy (backed_up_at, restored_at) VALUES (now(), now())",
    ),
    "roles_stand_alone": Attempt(
        "INSERT INTO office_user_groups (user_id, group_id) SELECT h.user_id, r.id FROM office_user_groups h"
        " JOIN auth_group r ON r.name = 'auditor' AND r.id <> h.group_id LIMIT 1",
        "roles_stand_alone",
    ),
    "audit_link_written_once": Attempt(
        "UPDATE office_auditlink SET position = position", "office_auditlink_is_append_only"
    ),
    "audit_link_by_trigger_alone": Attempt(
        "INSERT INTO office_auditlink (record_id, position, hash) VALUES (99999, 99999, '')",
        "office_auditlink_is_append_only",
    ),
    "audit_head_by_trigger_alone": Attempt(
        "UPDATE office_audithead SET position = position + 1", "office_audithead_is_append_only"
    ),
    "ties_within_lines": Attempt(
        "INSERT INTO payments_banktie (amount, at, line_id, book_line_id) SELECT 999, now(), b.id, l.id"
        " FROM payments_bankline b, ledger_line l LIMIT 1",
        "ties_within_lines",
    ),
    "payout_without_receipts": Attempt(
        copied(
            "payments_payout",
            line_id="(SELECT max(bank_line_id) FROM payments_receipt)",
            entry_id=FREE_ENTRY,
            amount="1",
        ),
        "receipts_within_bank_line",
    ),
    "receipt_within_bank_line": Attempt(
        copied("payments_receipt", "bank_line_id IS NOT NULL", number="'X'", entry_id=FREE_ENTRY, amount="999"),
        "receipts_within_bank_line",
    ),
    "receipt_without_payout": Attempt(
        copied(
            "payments_receipt",
            "bank_line_id IS NOT NULL",
            number="'X'",
            entry_id=FREE_ENTRY,
            amount="1",
            bank_line_id="(SELECT max(line_id) FROM payments_payout)",
        ),
        "receipts_within_bank_line",
    ),
    "order_of_its_customer": Attempt(f"UPDATE billing_order SET customer_id = {LAST}", "order_of_its_customer"),
    "shipment_of_its_customer": Attempt(
        f"UPDATE billing_shipment SET customer_id = {LAST}", "shipment_of_its_customer"
    ),
    "shipment_line_placed": Attempt(
        "UPDATE billing_shipmentline SET quantity = quantity + 900 WHERE returns_id IS NOT NULL",
        "returned_within_shipped",
    ),
    "recovery_within_write_off": Attempt(
        copied(
            "payments_recovery",
            entry_id=FREE_ENTRY,
            receipt_id="(SELECT max(id) FROM payments_receipt WHERE status = 'recorded')",
            amount="999",
        ),
        "recoveries_within_write_off",
    ),
}
"""What the other guards refuse."""
