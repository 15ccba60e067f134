"""Getting paid, for programs."""

from django.urls import path

from credit_control.api import ladders, late_charges, promises, rates, reminders, rules

urlpatterns = [
    path("late-charges/", late_charges.LateChargesView.as_view()),
    path("late-charges/preview/", late_charges.PreviewView.as_view()),
    path("late-charges/run/", late_charges.RunView.as_view()),
    path("late-charges/<int:charge_id>/", late_charges.LateChargeView.as_view()),
    path("late-charges/<int:charge_id>/waive/", late_charges.WaiveView.as_view()),
    path("late-charge-rules/", rules.RulesView.as_view()),
    path("late-charge-rules/usual/", rules.UsualRuleView.as_view()),
    path("late-charge-rules/choices/", rules.ChoicesView.as_view()),
    path("late-charge-rules/choices/customer/", rules.CustomerChoiceView.as_view()),
    path("late-charge-rules/<int:rule_id>/", rules.RuleView.as_view()),
    path("reference-rates/", rates.RatesView.as_view()),
    path("reference-rates/usual/", rates.UsualRatesView.as_view()),
    path("promises/", promises.PromisesView.as_view()),
    path("promises/<int:promise_id>/", promises.PromiseView.as_view()),
    path("promises/<int:promise_id>/withdraw/", promises.WithdrawView.as_view()),
    path("reminders/", reminders.RemindersView.as_view()),
    path("reminders/preview/", reminders.PreviewView.as_view()),
    path("reminders/run/", reminders.RunView.as_view()),
    path("reminders/<int:reminder_id>/", reminders.ReminderView.as_view()),
    path("reminder-ladders/", ladders.LaddersView.as_view()),
    path("reminder-ladders/choices/", ladders.LadderChoicesView.as_view()),
    path("reminder-ladders/<int:ladder_id>/", ladders.LadderView.as_view()),
    path("credit-policy/", ladders.CreditPolicyView.as_view()),
    path("open-items/<int:item_id>/due-day/", ladders.DueDayView.as_view()),
]
