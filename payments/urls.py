"""The pages of money that came in."""

from django.urls import path

from payments.web import allocation, listing, receipt

app_name = "payments"
urlpatterns = [
    path("receipts/", listing.receipt_list, name="receipt_list"),
    path("receipts/new/", receipt.new_receipt, name="receipt_new"),
    path("receipts/<int:receipt_id>/", receipt.receipt_page, name="receipt"),
    path("receipts/<int:receipt_id>/reverse/", receipt.reverse_page, name="reverse_receipt"),
    path("customers/<int:customer_id>/allocate/", allocation.allocation_page, name="allocate"),
    path("customers/<int:customer_id>/oldest-first/", allocation.oldest_first, name="oldest_first"),
    path("customers/<int:customer_id>/refund/", allocation.refund_page, name="refund_credit"),
    path("allocations/<int:allocation_id>/undo/", allocation.undo, name="undo_allocation"),
]
