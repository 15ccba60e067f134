"""The office's pages."""

from django.urls import path

from office.web import approvals, audit, login, mail, numbers, rates, runs, sending_hours, settings, staff, tokens

app_name = "office"
urlpatterns = [
    path("log-in/", login.log_in, name="log_in"),
    path("log-out/", login.log_out, name="log_out"),
    path("approvals/", approvals.inbox, name="approval_list"),
    path("approvals/<int:request_id>/decide/", approvals.decide, name="decide_request"),
    path("approvals/<int:request_id>/withdraw/", approvals.withdraw, name="withdraw_request"),
    path("settings/approvals/", approvals.rules, name="approval_rules"),
    path("mail/", mail.mail_list, name="mail_list"),
    path("mail/<int:mail_id>/", mail.mail, name="mail"),
    path("mail/<int:mail_id>/attachments/<int:position>/", mail.attachment, name="mail_attachment"),
    path("mail/<int:mail_id>/settle/", mail.settle, name="settle_mail"),
    path("me/tokens/", tokens.token_list, name="token_list"),
    path("me/tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_api_token"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("office/runs/", runs.run_list, name="run_list"),
    path("office/runs/<int:run_id>/", runs.run, name="run"),
    path("office/runs/<int:run_id>/errors/", runs.run_errors, name="run_errors"),
    path("settings/", settings.company_settings, name="company_settings"),
    path("settings/numbers/", numbers.number_patterns, name="number_patterns"),
    path("settings/numbers/as-typed/", numbers.as_typed, name="numbers_as_typed"),
    path("settings/logo/", settings.logo, name="company_logo"),
    path("settings/sending-hours/", sending_hours.sending_hours, name="sending_hours"),
    path("settings/own-days/", sending_hours.set_day, name="set_own_day"),
    path("settings/own-days/<int:own_day_id>/remove/", sending_hours.remove_day, name="remove_own_day"),
    path("settings/rates/", rates.rate_list, name="rate_list"),
    path("settings/rates/set/", rates.set_rate, name="set_exchange_rate"),
    path("settings/rates/take/", rates.take, name="take_rates"),
    path("settings/staff/", staff.staff_list, name="staff_list"),
    path("settings/staff/<int:user_id>/", staff.staff, name="staff"),
    path("me/password/", login.change_password, name="change_password"),
    path("companies/<int:company_id>/choose/", login.choose_company, name="choose_company"),
]
