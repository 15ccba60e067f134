"""The pages of money that came in."""

from django.urls import path

from payments.web import allocation, bank, bank_lists, bank_tables, listing, matching, policies, receipt, write_offs

app_name = "payments"
urlpatterns = [
    path("receipts/", listing.receipt_list, name="receipt_list"),
    path("receipts/new/", receipt.new_receipt, name="receipt_new"),
    path("receipts/<int:receipt_id>/", receipt.receipt_page, name="receipt"),
    path("receipts/<int:receipt_id>/reverse/", receipt.reverse_page, name="reverse_receipt"),
    path("customers/<int:customer_id>/allocate/", allocation.allocation_page, name="allocate"),
    path("customers/<int:customer_id>/allocate/totals/", allocation.allocation_totals, name="allocation_totals"),
    path("settlements/<int:settlement_id>/", allocation.settlement_page, name="settlement"),
    path("settlements/<int:settlement_id>/undo/", allocation.undo_all, name="undo_settlement"),
    path("open-items/<int:item_id>/not-disputed/", allocation.not_disputed, name="withdraw_dispute"),
    path("customers/<int:customer_id>/oldest-first/", allocation.oldest_first, name="oldest_first"),
    path("customers/<int:customer_id>/refund/", allocation.refund_page, name="refund_credit"),
    path("allocations/<int:allocation_id>/undo/", allocation.undo, name="undo_allocation"),
    path("customers/<int:customer_id>/write-off/", write_offs.write_off_page, name="write_off_new"),
    path("write-offs/", write_offs.write_off_list, name="write_off_list"),
    path("write-offs/<int:write_off_id>/", write_offs.write_off_shown, name="write_off"),
    path("write-offs/<int:write_off_id>/recover/", write_offs.recover, name="record_recovery"),
    path("write-offs/<int:write_off_id>/reverse/", write_offs.reverse_it, name="reverse_write_off"),
    path("settings/payments/", policies.payment_policy, name="payment_policy"),
    path("bank/", bank.bank, name="bank"),
    path("bank/import/", bank.take, name="take_bank_file"),
    path("bank/tables/<int:run_id>/", bank_tables.map_table, name="map_bank_table"),
    path("bank/mappings/", bank_tables.mapping_list, name="bank_mapping_list"),
    path("bank/mappings/<int:mapping_id>/forget/", bank_tables.forget, name="forget_bank_mapping"),
    path("bank/files/<int:file_id>/", bank.bank_file, name="bank_file"),
    path("bank/statements/", bank_lists.statement_list, name="bank_statement_list"),
    path("bank/lines/", bank_lists.line_list, name="bank_line_list"),
    path("bank/lines/<int:line_id>/", matching.bank_line, name="bank_line"),
    path("bank/lines/<int:line_id>/match/", matching.match, name="match_bank_line"),
    path("bank/lines/<int:line_id>/set-aside/", matching.set_aside, name="set_aside_bank_line"),
    path("bank/lines/<int:line_id>/take-back/", matching.take_back, name="take_back_set_aside"),
    path("bank/unread/", bank_lists.unread_line_list, name="unread_line_list"),
    path("bank/unread/<int:unread_id>/", bank.unread_line, name="unread_line"),
    path("bank/unread/<int:unread_id>/leave-out/", bank.leave_out, name="leave_out_unread_line"),
]
