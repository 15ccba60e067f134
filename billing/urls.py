"""Staff's pages for invoices and credit memos."""

from django.urls import path

from billing.web import acts, credit, document, editor, exemptions, importing, listing, months, taxes

app_name = "billing"
urlpatterns = [
    path("invoices/", listing.invoice_list, name="invoice_list"),
    path("credit-memos/", listing.credit_memo_list, name="credit_memo_list"),
    path("invoices/import/", importing.upload, name="import"),
    path("invoices/import/<int:run_id>/", importing.mapping, name="import_mapping"),
    path("invoices/new/", editor.new_invoice, name="invoice_new"),
    path("invoices/totals/", editor.live_totals, name="live_totals"),
    path("invoices/<int:invoice_id>/", document.document_page, name="invoice"),
    path("invoices/<int:invoice_id>/edit/", editor.edit_invoice, name="invoice_edit"),
    path("invoices/<int:invoice_id>/pdf/", document.pdf, name="invoice_pdf"),
    path("invoices/<int:invoice_id>/copy/", acts.copy, name="copy_invoice"),
    path("invoices/<int:invoice_id>/issue/", acts.issue, name="issue_invoice"),
    path("invoices/<int:invoice_id>/delete/", acts.delete, name="delete_draft"),
    path("invoices/<int:invoice_id>/send/", acts.send, name="send_invoice"),
    path("invoices/<int:invoice_id>/void/", acts.void, name="void_invoice"),
    path("invoices/<int:invoice_id>/credit/", credit.credit_page, name="credit_invoice"),
    path("months/", months.month_list, name="month_list"),
    path("months/<str:month>/close/", months.close, name="close_month"),
    path("months/<str:month>/reopen/", months.reopen, name="reopen_month"),
    path("settings/taxes/", taxes.tax_list, name="tax_list"),
    path("settings/taxes/<int:tax_id>/", taxes.tax_page, name="tax"),
    path("settings/taxes/<int:tax_id>/retire/", taxes.retire, name="retire_tax"),
    path("settings/tax-rates/<int:rate_id>/remove/", taxes.take_back_rate, name="remove_rate"),
    path("customers/<int:customer_id>/certificates/", exemptions.exemption_list, name="exemption_list"),
    path("certificates/<int:exemption_id>/end/", exemptions.end, name="end_exemption"),
    path("links/<int:link_id>/renew/", acts.renew, name="renew_link"),
    path("links/<int:link_id>/revoke/", acts.revoke, name="revoke_link"),
]
