"""Where programs find customers."""

from django.urls import path

from customers.api import terms, views

urlpatterns = [
    path("customers/", views.CustomersView.as_view()),
    path("customer-groups/", views.GroupsView.as_view()),
    path("customers/<int:customer_id>/", views.CustomerView.as_view()),
    path("customers/<int:customer_id>/open-items/", views.OpenItemsView.as_view()),
    path("terms/", terms.TermsListView.as_view()),
    path("terms/<int:terms_id>/retire/", terms.RetireTermsView.as_view()),
]
