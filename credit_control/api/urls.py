"""Getting paid, for programs."""

from django.urls import path

from credit_control.api import late_charges, promises, rates, rules

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
]
