"""The pages of getting paid."""

from django.urls import path

from credit_control.web import (
    charge,
    claiming,
    customer_rule,
    due_day,
    ladders,
    listing,
    policy,
    promises,
    rates,
    reminders,
    reminding,
    rules,
    statement_now,
)

app_name = "credit_control"
urlpatterns = [
    path("late-charges/", listing.late_charge_list, name="late_charge_list"),
    path("late-charges/new/", claiming.claim_page, name="claim_late_charges"),
    path("late-charges/<int:charge_id>/", charge.charge_page, name="late_charge"),
    path("late-charges/<int:charge_id>/waive/", charge.waive, name="waive_late_charge"),
    path("customers/<int:customer_id>/late-charges/", customer_rule.customer_rule, name="customer_rule"),
    path("customers/<int:customer_id>/statement/", statement_now.statement_now, name="statement_now"),
    path("customers/<int:customer_id>/statement/pdf/", statement_now.statement_now_pdf, name="statement_now_pdf"),
    path("customers/<int:customer_id>/statement/xlsx/", statement_now.statement_now_xlsx, name="statement_now_xlsx"),
    path("settings/late-charges/", rules.rule_list, name="rule_list"),
    path("settings/late-charges/new/", rules.rule_page, name="rule_new"),
    path("settings/late-charges/<int:rule_id>/", rules.rule_page, name="rule"),
    path("settings/late-charges/usual/", rules.add_usual, name="add_usual_rule"),
    path("settings/late-charges/choose/", rules.choose, name="choose_rule"),
    path("settings/reference-rates/", rates.rate_list, name="reference_rate_list"),
    path("settings/reference-rates/set/", rates.set_rate, name="set_reference_rate"),
    path("settings/reference-rates/usual/", rates.add_usual, name="add_usual_rates"),
    path("promises/", promises.promise_list, name="promise_list"),
    path("promises/<int:promise_id>/withdraw/", promises.withdraw, name="withdraw_promise"),
    path("customers/<int:customer_id>/promise/", promises.promise_page, name="promise_new"),
    path("reminders/", reminders.reminder_list, name="reminder_list"),
    path("reminders/new/", reminding.remind_page, name="send_reminders"),
    path("reminders/<int:reminder_id>/", reminders.reminder_page, name="reminder"),
    path("reminders/<int:reminder_id>/pdf/", reminders.letter, name="reminder_letter"),
    path("items/<int:item_id>/due-day/", due_day.due_day, name="put_off_due_day"),
    path("settings/credit/", policy.credit_policy, name="credit_policy"),
    path("settings/reminders/", ladders.ladder_list, name="ladder_list"),
    path("settings/reminders/new/", ladders.ladder_page, name="ladder_new"),
    path("settings/reminders/<int:ladder_id>/", ladders.ladder_page, name="ladder"),
    path("settings/reminders/usual/", ladders.add_usual, name="add_usual_ladder"),
    path("settings/reminders/choose/", ladders.choose, name="choose_ladder"),
]
