"""The certificates of exemption that customers have shown."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from billing.models import Tax, TaxExemption
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@dataclass(frozen=True)
class ExemptionDetails:
    """A certificate by its number, the tax it lets us bill, and its first and last day; no last day is no end."""

    tax_id: int
    certificate: str
    valid_from: date
    valid_until: date | None = None


@transaction.atomic
def add_exemption(customer_id: int, details: ExemptionDetails, *, by: User | None) -> TaxExemption:
    """Note a certificate. Raises Refused without a number, twice, backwards, or for a tax that needs none."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    certificate = details.certificate.strip()
    tax = Tax.objects.filter(company=customer.company_id, pk=details.tax_id, needs_certificate=True).first()
    if not certificate:
        raise Refused("Type the number of the certificate.", code="certificate_number_missing")
    if tax is None:
        raise Refused("Choose a tax that needs a certificate; mark it so under Settings.", code="unknown_tax")
    if details.valid_until and details.valid_until < details.valid_from:
        raise Refused("Its last day is before its first.", code="bad_days")
    if customer.tax_exemptions.filter(tax=tax, certificate=certificate).exists():
        raise Refused(f"Certificate {certificate} is noted already.", code="certificate_known")
    exemption = TaxExemption.objects.create(
        customer=customer,
        tax=tax,
        certificate=certificate,
        valid_from=details.valid_from,
        valid_until=details.valid_until,
    )
    record(by, "add_exemption", customer, after=_facts(exemption))
    return exemption


@transaction.atomic
def end_exemption(exemption_id: int, *, last_day: date, by: User | None) -> TaxExemption:
    """Let a certificate hold until a day. Raises Refused for a day before its first."""
    rows = TaxExemption.objects.select_for_update(of=["self"], no_key=True).select_related("customer", "tax")
    exemption = rows.get(pk=exemption_id)
    if last_day < exemption.valid_from:
        raise Refused(f"It holds from {exemption.valid_from}; it cannot end before.", code="bad_days")
    before = _facts(exemption)
    exemption.valid_until = last_day
    exemption.save()
    record(by, "end_exemption", exemption.customer, before=before, after=_facts(exemption))
    return exemption


def _facts(exemption: TaxExemption) -> dict[str, Any]:
    return {
        "certificate": exemption.certificate,
        "tax": exemption.tax.name,
        "valid_from": exemption.valid_from,
        "valid_until": exemption.valid_until,
    }
