"""The customer's pages for paying a document; they lie under the document's own, as its cookie does."""

from django.urls import path

from payments.web import paying, telling_paid

app_name = "paying"
urlpatterns = [
    path("d/<str:ref>/paid/", telling_paid.tell_paid, name="tell_paid"),
    path("d/<str:ref>/pay/", paying.pay, name="pay"),
    path("d/<str:ref>/receipts/<int:receipt_id>/", paying.receipt, name="receipt"),
    path("d/<str:ref>/pay/<str:reference>/", paying.after, name="after"),
]
