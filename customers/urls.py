"""The customers' pages."""

from django.urls import path

from customers.web import (
    accounts,
    customer,
    editor,
    groups,
    holds,
    importing,
    listing,
    mandates,
    payers,
    standing,
    terms,
)

app_name = "customers"
urlpatterns = [
    path("customers/", listing.customer_list, name="customer_list"),
    path("customers/pick/", listing.pick_customer, name="pick"),
    path("customers/standing/", standing.standing, name="standing"),
    path("customers/import/", importing.upload, name="import"),
    path("customers/import/<int:run_id>/", importing.mapping, name="import_mapping"),
    path("customers/groups/", groups.group_list, name="group_list"),
    path("customers/accounts/", accounts.account_list, name="account_list"),
    path("customers/accounts/<int:account_id>/", accounts.account_page, name="account"),
    path("customers/accounts/<int:account_id>/reveal/", accounts.reveal, name="reveal_account"),
    path("customers/accounts/<int:account_id>/block/", accounts.block, name="block_account"),
    path("customers/accounts/<int:account_id>/release/", accounts.release, name="release_account"),
    path("customers/accounts/<int:account_id>/close/", accounts.close, name="close_account"),
    path("customers/<int:customer_id>/accounts/new/", accounts.new_account, name="account_new"),
    path("customers/<int:customer_id>/mandates/new/", mandates.new_mandate, name="mandate_new"),
    path("mandates/", mandates.mandate_list, name="mandate_list"),
    path("mandates/<int:mandate_id>/", mandates.mandate_page, name="mandate"),
    path("mandates/<int:mandate_id>/amend/", mandates.amend, name="amend_mandate"),
    path("mandates/<int:mandate_id>/revoke/", mandates.revoke, name="revoke_mandate"),
    path("settings/terms/", terms.terms_list, name="terms_list"),
    path("settings/terms/<int:terms_id>/retire/", terms.retire, name="retire_terms"),
    path("customers/new/", editor.new_customer, name="new"),
    path("customers/<int:customer_id>/", customer.customer_page, name="customer"),
    path("customers/<int:customer_id>/payer/", payers.payer, name="payer"),
    path("holds/", holds.hold_list, name="hold_list"),
    path("customers/<int:customer_id>/holds/", holds.customer_holds, name="customer_holds"),
    path("customers/<int:customer_id>/holds/place/", holds.place, name="place_hold"),
    path("customers/<int:customer_id>/limit/", holds.change_limit, name="change_credit_limit"),
    path("customers/holds/<int:hold_id>/", holds.hold_page, name="hold"),
    path("customers/holds/<int:hold_id>/release/", holds.release, name="release_hold"),
    path("customers/<int:customer_id>/edit/", editor.edit_customer, name="edit"),
]
