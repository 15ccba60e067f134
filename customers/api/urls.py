"""Where programs find customers."""

from django.urls import path

from customers.api import views

urlpatterns = [
    path("customers/", views.CustomersView.as_view()),
    path("customer-groups/", views.GroupsView.as_view()),
    path("customers/<int:customer_id>/", views.CustomerView.as_view()),
    path("customers/<int:customer_id>/open-items/", views.OpenItemsView.as_view()),
]
