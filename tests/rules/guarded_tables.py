"""Guards whose harm is no single statement, and what guards let be: by guard and by table, as PostgreSQL names them."""

STAMPED = {
    "entry_stamped": ("ledger_entry", {"key": "'new'", "dated_on": "'2026-03-02'", "reverses_id": "NULL"}, ()),
    "allocation_stamped": ("ledger_allocation", {"reverses_id": "NULL", "amount": "1"}, ("allocation_moves_balances",)),
    "item_opens_whole": ("ledger_openitem", {}, ("items_match_lines",)),
    "audit_stamped": ("office_auditrecord", {}, ()),
}
"""Guards that write the moment themselves: the table, what else a row of it needs, and who would refuse it."""

EMPTIED = {
    "allocation_never_emptied": ("ledger_allocation", ()),
    "line_never_emptied": ("ledger_line", ()),
    "item_never_emptied": ("ledger_openitem", ("allocation_never_emptied",)),
    "entry_never_emptied": (
        "ledger_entry",
        ("allocation_never_emptied", "item_never_emptied", "line_never_emptied"),
    ),
    "audit_never_emptied": ("office_auditrecord", ()),
    "audit_link_never_emptied": ("office_auditlink", ()),
    "audit_head_never_emptied": ("office_audithead", ()),
    "audit_seal_never_emptied": ("office_auditseal", ()),
}
"""Guards of whole tables, and who guards what would be emptied with them."""

ELSEWHERE = {
    "deduction_within_deposit": "tests/billing/test_deposits.py",
    "invoice_unmailed_once_issued": "tests/billing/test_unmailed.py",
    "audit_linked": "tests/office/test_audit_chain.py",
    "invoice_mailed": "tests/billing/test_unmailed.py",
    "settled_is_told": "tests/office/test_webhooks.py",
}
"""Triggers that refuse nothing, or whose harm takes several documents: the test that has them on and off."""

MAY_CHANGE = {
    "billing_attachment": "name media_type content size sha256 goes_along added_at added_by_id invoice_id",
    "billing_dispute": "department respond_by escalated_at status outcome outcome_note closed_on closed_at closed_by_id"
    " credit_memo_id owner_id reason_code_id replacement_id",
    "billing_disputedamount": "released_on released_at",
    "credit_control_latecharge": "waived_on",
    "customers_accountapplication": "status reason decided_at decided_by_id",
    "customers_changerequest": "status reason sealed_number decided_at decided_by_id",
    "customers_customeraccount": "sealed_number blocked_reason blocked_at closed_reason closed_at",
    "customers_declaredpayer": "ended_at ended_by_id",
    "customers_givenmandate": "status reason decided_at decided_by_id",
    "customers_mandate": "account_id last_used_on revoked_on revoked_reason",
    "customers_privacyrequest": "status note answer gone stays closed_at closed_by_id",
    "office_approvalrequest": "state escalated_at",
    "office_comment": "withdrawn_at",
    "office_task": "title note about_name department assignments due_on done_at outcome assignee_id done_by_id",
    "payments_bankfile": "unknown_accounts",
    "payments_bankmonth": "reopened_at reopened_by_id reopened_reason",
    "payments_banktie": "undone_at undone_by_id",
    "payments_chargeback": "status answered_on decided_on outcome_note decided_by_id won_receipt_id",
    "payments_debitcollection": "trace",
    "payments_handpayment": "undone_at",
    "payments_onlinepayment": "session_id checkout_url",
    "payments_paymentfile": "sealed_content",
    "payments_paidnotice": "status answer closed_at closed_by_id",
    "payments_payout": "reversal_entry_id reversal_reason",
    "payments_remittance": "bank_line_id withdrawn_because",
    "payments_repaymentline": "is_under_way",
    "payments_settlement": "undone_on undone_by_id undo_reason",
}
"""What a guard lets change by itself of the rows that the history leaves, by table."""

ROWS = {
    "billing_disputemessage": {"kind": "'to_customer'", "words": "'x'"},
    "billing_medicalservice": {"procedure": "'99213'", "pointers": "'A'"},
    "credit_control_salesdigest": {"since": "'2026-03-01'"},
    "payments_bankmonth": {"month": "'2026-02-01'", "on": "'2026-02-28'"},
    "office_webhookdelivery": {"state": "'waiting'"},
    "payments_paidnotice": {"status": "'open'"},
    "payments_revaluation": {"reversal_entry_id": "2"},
    "payments_settleditem": {"rest": "'discount'", "credit_memo_id": "1"},
    "customers_accountapplication": {"status": "'open'"},
    "customers_applicationpoint": {"note": "'x'"},
    "customers_changerequest": {"status": "'open'"},
    "customers_privacyrequest": {"status": "'open'", "due_on": "'2026-04-02'"},
    "customers_declaredpayer": {"payer_id": "2"},
    "customers_givenmandate": {"status": "'open'"},
    "customers_mandateamendment": {"new_account_id": "2"},
    "office_approvalrequest": {"state": "'waiting'"},
}
"""What made-up rows hold."""
