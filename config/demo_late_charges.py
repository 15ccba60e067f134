"""Late charges of the demo office: a rule of its own, and what one customer was charged by it."""

from datetime import date, timedelta
from decimal import Decimal

from credit_control.operations.claim_late_charges import claim_late_charges
from credit_control.operations.set_late_charge_rules import choose_late_charge_rule, save_late_charge_rule
from credit_control.operations.set_reference_rates import add_usual_rates
from credit_control.proposals import late_customers, proposals_for
from credit_control.usual_rules import UK_STEPS
from customers.models import Customer
from office.models import Company, User

RULE = {"name": "Our terms: 8 % a year and a fee by size", "percent": Decimal(8), "fee_steps": UK_STEPS}
LOOKS_BACK = timedelta(days=60)


def add_late_charges(company: Company, today: date, by: User) -> None:
    """A rule for all customers, the published rates, and the charge of the customer who owes most by it."""
    add_usual_rates(company, by=by)
    rule = save_late_charge_rule(company, RULE | {"due_from": today - LOOKS_BACK, "grace_days": 3}, by=by)
    choose_late_charge_rule(company, rule.pk, by=by)
    customers = Customer.objects.filter(pk__in=late_customers(company, today)).select_related("company")
    proposals = [row for row in proposals_for(company, customers, today) if not row.why_not]
    worst = max(proposals, key=lambda row: row.total)
    claim_late_charges(company, [worst.customer.pk], on=today, by=by)
