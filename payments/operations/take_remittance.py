from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.db import transaction

from customers.models import Customer
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.reasons import required_reason
from payments.advised import known_numbers
from payments.models import Remittance, RemittanceLine
from payments.remittances import ReadAdvice, read_advice
from payments.remittances.reasons import coded


@dataclass(frozen=True)
class AdviceDetails:
    """What the payer says besides the lines; `total` is what they say these add up to."""

    customer: Customer | None = None
    currency: str = ""
    paid_on: date | None = None
    payer_reference: str = ""
    decimal: str = ""
    total: Decimal | None = None


def take_remittance(
    company: Company, name: str, content: bytes, details: AdviceDetails, *, by: User | None
) -> Remittance:
    """Keep a payer's advice, a table or a PDF. The same bytes again are the same advice.

    Raises Refused for what cannot be read or does not add up; then nothing is kept.
    """
    currency = details.currency or (details.customer.currency if details.customer else company.currency)
    advice = read_advice(content, currency, known_numbers(company), details.decimal)
    return keep_advice(company, name, content, advice, details, by=by)


@transaction.atomic
def keep_advice(
    company: Company, name: str, content: bytes, advice: ReadAdvice, details: AdviceDetails, *, by: User | None
) -> Remittance:
    """Keep an advice that was read or sent. Raises Refused where it does not add up, or is another company's."""
    if details.customer and details.customer.company_id != company.pk:
        raise Refused("That customer is not one of this company's.", code="unknown_customer")
    advice.total = details.total if details.total is not None else advice.total
    advice.require_sound()
    remittance, is_new = Remittance.objects.get_or_create(
        company=company, sha256=sha256(content).hexdigest(), defaults=_kept(name, content, advice, details, by)
    )
    if is_new:
        insert_all(_lines(remittance, advice))
        record(by, "take_remittance", remittance, after={"total": remittance.total, "lines": len(advice.lines)})
    return remittance


@transaction.atomic
def withdraw_remittance(remittance_id: int, *, reason: str, by: User | None) -> Remittance:
    """Let an advice explain nothing any more. Raises Refused without a reason, or where it was applied."""
    reason = required_reason(reason, "Say why the advice is withdrawn.")
    remittance = Remittance.objects.select_for_update(no_key=True).get(pk=remittance_id)
    if remittance.withdrawn_because:
        raise Refused("The advice is withdrawn already.", code="invalid_move")
    if remittance.uses.filter(receipt__was_mistaken=False).exists():
        raise Refused("The advice was applied: reverse its receipts first.", code="invalid_move")
    remittance.bank_line, remittance.withdrawn_because = None, reason
    remittance.save(update_fields=["bank_line", "withdrawn_because"])
    record(by, "withdraw_remittance", remittance, reason=reason)
    return remittance


def _kept(
    name: str, content: bytes, advice: ReadAdvice, details: AdviceDetails, by: User | None
) -> Mapping[str, object]:
    return {
        "name": name[:200],
        "content": content,
        "kind": advice.kind,
        "customer": details.customer,
        "currency": advice.currency,
        "total": advice.sum,
        "paid_on": details.paid_on,
        "payer_reference": details.payer_reference[:100],
        "taken_by": by,
    }


def _lines(remittance: Remittance, advice: ReadAdvice) -> list[RemittanceLine]:
    return [
        RemittanceLine(
            remittance=remittance,
            position=position,
            reference=line.reference,
            paid=line.paid,
            discount=line.discount,
            reason=(coded(line.reason) if line.discount else ""),
            reason_words=line.reason,
        )
        for position, line in enumerate(advice.lines, start=1)
    ]
