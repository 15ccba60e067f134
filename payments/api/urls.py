"""Where programs find receipts, allocations and refunds."""

from django.urls import path

from payments.api import views

urlpatterns = [
    path("receipts/", views.ReceiptsView.as_view()),
    path("receipts/<int:receipt_id>/", views.ReceiptView.as_view()),
    path("receipts/<int:receipt_id>/reverse/", views.ReverseReceiptView.as_view()),
    path("allocations/", views.AllocationsView.as_view()),
    path("allocations/<int:allocation_id>/undo/", views.UndoAllocationView.as_view()),
    path("refunds/", views.RefundsView.as_view()),
]
