"""The customer's account behind a link from a mail."""

from django.urls import path

from credit_control.web import (
    asking_plans,
    portal,
    portal_archive,
    portal_code,
    portal_details,
    portal_history,
    portal_mandate,
    portal_paying,
    portal_plans,
    portal_renewal,
)

app_name = "account"
urlpatterns = [
    path("account/<str:token>/", portal.enter, name="enter"),
    path("account/d/<str:ref>/", portal.account, name="page"),
    path("account/d/<str:ref>/renew/", portal_renewal.renew, name="renew"),
    path("account/d/<str:ref>/code/", portal_code.code, name="code"),
    path("d/<str:ref>/account/", portal_code.from_document, name="from_document"),
    path("account/d/<str:ref>/pdf/", portal.pdf, name="pdf"),
    path("account/d/<str:ref>/xlsx/", portal.xlsx, name="xlsx"),
    path("account/d/<str:ref>/statement/", portal_history.statement, name="statement_now"),
    path("account/d/<str:ref>/documents/", portal_history.documents, name="documents"),
    path("account/d/<str:ref>/archive/", portal_archive.archive, name="archive"),
    path("account/d/<str:ref>/archive/documents.zip", portal_archive.archive_file, name="archive_file"),
    path("account/d/<str:ref>/files/<int:invoice_id>/", portal_history.document_pdf, name="document_pdf"),
    path("account/d/<str:ref>/documents/<str:document>/", portal.document, name="document"),
    path("account/d/<str:ref>/statements/<int:statement_id>/", portal.kept_statement, name="statement"),
    path("account/d/<str:ref>/plan/ask/", asking_plans.ask, name="ask_plan"),
    path("account/d/<str:ref>/plan/<int:plan_id>/", portal_plans.plan, name="plan"),
    path("account/d/<str:ref>/plan/<int:plan_id>/pdf/", portal_plans.plan_pdf, name="plan_pdf"),
    path("account/d/<str:ref>/pay/", portal_paying.pay, name="pay"),
    path("account/d/<str:ref>/pay/<str:reference>/", portal_paying.after, name="after_paying"),
    path("account/d/<str:ref>/mandate/", portal_mandate.mandate, name="mandate"),
    path("account/d/<str:ref>/mandate/<int:mandate_id>/pdf/", portal_mandate.mandate_pdf, name="mandate_pdf"),
    path("account/d/<str:ref>/mandate/<int:mandate_id>/end/", portal_mandate.end, name="end_mandate"),
    path("account/d/<str:ref>/details/", portal_details.details, name="details"),
    path("account/d/<str:ref>/choices/", portal_details.choices, name="choices"),
    path("account/d/<str:ref>/logo/", portal.logo, name="logo"),
    path("account/d/<str:ref>/seen/", portal.seen, name="seen"),
]
