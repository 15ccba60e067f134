"""Where programs find documents."""

from django.urls import path

from billing.api import acts, recurring, taxes, views

urlpatterns = [
    path("invoices/", views.InvoicesView.as_view()),
    path("invoices/consolidate/", recurring.ConsolidateView.as_view()),
    path("invoices/<int:invoice_id>/", views.InvoiceView.as_view()),
    path("invoices/<int:invoice_id>/copy/", acts.CopyView.as_view()),
    path("invoices/<int:invoice_id>/issue/", acts.IssueView.as_view()),
    path("invoices/<int:invoice_id>/send/", acts.SendView.as_view()),
    path("invoices/<int:invoice_id>/void/", acts.VoidView.as_view()),
    path("invoices/<int:invoice_id>/credit/", acts.CreditView.as_view()),
    path("invoices/<int:invoice_id>/pdf/", acts.PdfView.as_view()),
    path("invoices/<int:invoice_id>/xml/", acts.XmlView.as_view()),
    path("invoices/<int:invoice_id>/links/", acts.LinksView.as_view()),
    path("links/<int:link_id>/renew/", acts.RenewLinkView.as_view()),
    path("links/<int:link_id>/revoke/", acts.RevokeLinkView.as_view()),
    path("taxes/", taxes.TaxesView.as_view()),
    path("taxes/<int:tax_id>/rates/", taxes.TaxRatesView.as_view()),
    path("taxes/<int:tax_id>/retire/", taxes.RetireTaxView.as_view()),
    path("tax-rates/<int:rate_id>/", taxes.TaxRateView.as_view()),
    path("customers/<int:customer_id>/exemptions/", taxes.ExemptionsView.as_view()),
    path("exemptions/<int:exemption_id>/end/", taxes.EndExemptionView.as_view()),
    path("recurring-invoices/", recurring.RecurringInvoicesView.as_view()),
    path("recurring-invoices/<int:recurring_id>/", recurring.RecurringInvoiceView.as_view()),
    path("recurring-invoices/<int:recurring_id>/pause/", recurring.PauseView.as_view()),
    path("recurring-invoices/<int:recurring_id>/resume/", recurring.ResumeView.as_view()),
    path("recurring-invoices/<int:recurring_id>/end/", recurring.EndView.as_view()),
    path("recurring-invoices/periods/<int:occurrence_id>/again/", recurring.BillAgainView.as_view()),
    path("usage/", recurring.UsageView.as_view()),
]
