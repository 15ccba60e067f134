"""The customer's pages: a link from a mail, and the document behind it."""

from django.urls import path

from billing.web import portal, portal_choices, portal_disputes, portal_renewal

app_name = "portal"
urlpatterns = [
    path("<str:token>/", portal.enter, name="enter"),
    path("d/<str:ref>/", portal.document, name="document"),
    path("d/<str:ref>/renew/", portal_renewal.renew, name="renew"),
    path("d/<str:ref>/pdf/", portal.pdf, name="pdf"),
    path("d/<str:ref>/xml/", portal.xml, name="xml"),
    path("d/<str:ref>/files/<int:attachment_id>/", portal.file, name="file"),
    path("d/<str:ref>/logo/", portal.logo, name="logo"),
    path("d/<str:ref>/dispute/", portal_disputes.object_page, name="open_dispute"),
    path("d/<str:ref>/dispute/<int:dispute_id>/", portal_disputes.dispute_page, name="dispute"),
    path(
        "d/<str:ref>/dispute/<int:dispute_id>/files/<int:file_id>/", portal_disputes.dispute_file, name="dispute_file"
    ),
    path("d/<str:ref>/choices/", portal_choices.choices, name="choices"),
    path("d/<str:ref>/seen/", portal.seen, name="seen"),
]
