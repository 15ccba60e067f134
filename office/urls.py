"""The office's pages."""

from django.urls import path

from office.web import audit, login, mail, settings, tokens

app_name = "office"
urlpatterns = [
    path("log-in/", login.log_in, name="log_in"),
    path("log-out/", login.log_out, name="log_out"),
    path("mail/", mail.mail_list, name="mail_list"),
    path("mail/<int:mail_id>/", mail.mail, name="mail"),
    path("mail/<int:mail_id>/attachments/<int:position>/", mail.attachment, name="mail_attachment"),
    path("mail/<int:mail_id>/settle/", mail.settle, name="settle_mail"),
    path("me/tokens/", tokens.token_list, name="token_list"),
    path("me/tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_api_token"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("settings/", settings.company_settings, name="company_settings"),
    path("settings/logo/", settings.logo, name="company_logo"),
]
