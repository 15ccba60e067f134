"""Where programs find customers."""

from django.urls import path

from customers.api import accounts, change_requests, duplicates, holds, limits, mandates, merging, payers, terms, views

urlpatterns = [
    path("customers/", views.CustomersView.as_view()),
    path("customer-groups/", views.GroupsView.as_view()),
    path("customers/duplicates/", duplicates.DuplicatesView.as_view()),
    path("customers/duplicates/dismiss/", duplicates.DismissDuplicateView.as_view()),
    path("customers/<int:customer_id>/", views.CustomerView.as_view()),
    path("customers/<int:customer_id>/open-items/", views.OpenItemsView.as_view()),
    path("customers/<int:customer_id>/merge/", merging.MergeView.as_view()),
    path("customers/<int:customer_id>/payer/", payers.PayerView.as_view()),
    path("customers/<int:customer_id>/accounts/", accounts.CustomerAccountsView.as_view()),
    path("customer-accounts/<int:account_id>/", accounts.CustomerAccountView.as_view()),
    path("customer-accounts/<int:account_id>/number/", accounts.RevealAccountView.as_view()),
    path("customer-accounts/<int:account_id>/block/", accounts.BlockAccountView.as_view()),
    path("customer-accounts/<int:account_id>/release/", accounts.ReleaseAccountView.as_view()),
    path("customer-accounts/<int:account_id>/close/", accounts.CloseAccountView.as_view()),
    path("customers/<int:customer_id>/mandates/", mandates.CustomerMandatesView.as_view()),
    path("change-requests/", change_requests.ChangeRequestsView.as_view()),
    path("change-requests/<int:request_id>/", change_requests.ChangeRequestView.as_view()),
    path("change-requests/<int:request_id>/approve/", change_requests.ApproveChangeView.as_view()),
    path("change-requests/<int:request_id>/refuse/", change_requests.RefuseChangeView.as_view()),
    path("mandates/", mandates.MandatesView.as_view()),
    path("mandates/<int:mandate_id>/", mandates.MandateView.as_view()),
    path("mandates/<int:mandate_id>/amend/", mandates.AmendMandateView.as_view()),
    path("mandates/<int:mandate_id>/approve/", mandates.ApproveMandateView.as_view()),
    path("mandates/<int:mandate_id>/decline/", mandates.DeclineMandateView.as_view()),
    path("mandates/<int:mandate_id>/pdf/", mandates.MandatePdfView.as_view()),
    path("mandates/<int:mandate_id>/revoke/", mandates.RevokeMandateView.as_view()),
    path("customers/<int:customer_id>/credit-limit/", limits.CreditLimitView.as_view()),
    path("holds/", holds.HoldsView.as_view()),
    path("holds/<int:hold_id>/", holds.HoldView.as_view()),
    path("holds/<int:hold_id>/release/", holds.ReleaseHoldView.as_view()),
    path("terms/", terms.TermsListView.as_view()),
    path("terms/<int:terms_id>/second-person/", terms.SecondPersonView.as_view()),
    path("terms/<int:terms_id>/retire/", terms.RetireTermsView.as_view()),
]
