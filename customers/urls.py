"""The customers' pages."""

from django.urls import path

from customers.web import customer, editor, groups, importing, listing, terms

app_name = "customers"
urlpatterns = [
    path("", listing.customer_list, name="customer_list"),
    path("pick/", listing.pick_customer, name="pick"),
    path("import/", importing.upload, name="import"),
    path("import/<int:run_id>/", importing.mapping, name="import_mapping"),
    path("groups/", groups.group_list, name="group_list"),
    path("terms/", terms.terms_list, name="terms_list"),
    path("terms/<int:terms_id>/retire/", terms.retire, name="retire_terms"),
    path("new/", editor.new_customer, name="new"),
    path("<int:customer_id>/", customer.customer_page, name="customer"),
    path("<int:customer_id>/edit/", editor.edit_customer, name="edit"),
]
