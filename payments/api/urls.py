"""Where programs find receipts, allocations, refunds and what banks said."""

from django.urls import path

from payments.api import bank, bank_tables, policies, remittances, settlements, views, write_offs

urlpatterns = [
    path("receipts/", views.ReceiptsView.as_view()),
    path("receipts/<int:receipt_id>/", views.ReceiptView.as_view()),
    path("receipts/<int:receipt_id>/reverse/", views.ReverseReceiptView.as_view()),
    path("allocations/", views.AllocationsView.as_view()),
    path("allocations/<int:allocation_id>/undo/", views.UndoAllocationView.as_view()),
    path("settlements/", settlements.SettlementsView.as_view()),
    path("settlements/<int:settlement_id>/", settlements.SettlementView.as_view()),
    path("settlements/<int:settlement_id>/undo/", settlements.UndoSettlementView.as_view()),
    path("open-items/<int:item_id>/not-disputed/", settlements.WithdrawDisputeView.as_view()),
    path("refunds/", views.RefundsView.as_view()),
    path("write-offs/", write_offs.WriteOffsView.as_view()),
    path("write-offs/<int:write_off_id>/", write_offs.WriteOffView.as_view()),
    path("write-offs/<int:write_off_id>/reverse/", write_offs.ReverseWriteOffView.as_view()),
    path("write-offs/<int:write_off_id>/recoveries/", write_offs.RecoveriesView.as_view()),
    path("payment-policy/", policies.PaymentPolicyView.as_view()),
    path("bank-files/", bank.BankFilesView.as_view()),
    path("bank-tables/", bank_tables.BankTablesView.as_view()),
    path("bank-tables/preview/", bank_tables.PreviewView.as_view()),
    path("bank-mappings/", bank_tables.BankMappingsView.as_view()),
    path("bank-mappings/<int:mapping_id>/", bank_tables.BankMappingView.as_view()),
    path("bank-statements/", bank.BankStatementsView.as_view()),
    path("bank-lines/", bank.BankLinesView.as_view()),
    path("bank-lines/<int:line_id>/", bank.BankLineView.as_view()),
    path("bank-lines/<int:line_id>/match/", bank.MatchBankLineView.as_view()),
    path("bank-lines/<int:line_id>/set-aside/", bank.SetAsideView.as_view()),
    path("bank-lines/<int:line_id>/take-back/", bank.TakeBackView.as_view()),
    path("remittances/", remittances.RemittancesView.as_view()),
    path("remittances/<int:remittance_id>/", remittances.RemittanceView.as_view()),
    path("remittances/<int:remittance_id>/join/", remittances.JoinView.as_view()),
    path("remittances/<int:remittance_id>/part/", remittances.PartView.as_view()),
    path("remittances/<int:remittance_id>/withdraw/", remittances.WithdrawView.as_view()),
    path("remittances/<int:remittance_id>/apply/", remittances.ApplyView.as_view()),
    path("unread-lines/", bank.UnreadLinesView.as_view()),
    path("unread-lines/<int:unread_id>/complete/", bank.CompleteUnreadLineView.as_view()),
    path("unread-lines/<int:unread_id>/leave-out/", bank.LeaveOutUnreadLineView.as_view()),
]
