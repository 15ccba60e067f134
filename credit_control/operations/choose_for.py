from typing import Any, TypeVar

from django.db import transaction

from credit_control.models import LadderChoice, LateChargeChoice
from customers.models import Customer, CustomerGroup
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

Choice = TypeVar("Choice", LadderChoice, LateChargeChoice)


@transaction.atomic
def choose_for(
    choices: type[Choice],
    what: str,
    company: Company,
    chosen_id: int | None,
    *,
    by: User | None,
    group_id: int | None = None,
    customer_id: int | None = None,
    clear: bool = False,
) -> Choice | None:
    """Say which `what` (a field of the choices, such as `rule`) holds for a customer, a group, or else the company.

    None chooses nothing; `clear` takes the choice away, so that the wider one holds. Raises Refused for what is not the
    company's.
    """
    whose: dict[str, Any] = {"company": company, "group": None, "customer": None}
    if customer_id is not None:
        whose["customer"] = _own(Customer, company, customer_id, "customer")
    elif group_id is not None:
        whose["group"] = _own(CustomerGroup, company, group_id, "group")
    kind: Any = choices._meta.get_field(what).related_model
    chosen = _own(kind, company, chosen_id, what) if chosen_id is not None and not clear else None
    before = choices.objects.filter(**whose).select_related(what).first()
    choice = None
    if clear:
        choices.objects.filter(**whose).delete()
    else:
        choice, _ = choices.objects.update_or_create(**whose, defaults={what: chosen})
    subject = whose["customer"] or company
    action = f"choose_{str(kind._meta.verbose_name).replace(' ', '_')}"
    record(by, action, subject, before={what: str(before or "")}, after={what: str(choice or "")})
    return choice


def _own(kind: Any, company: Company, row_id: int, what: str) -> Any:
    row = kind.objects.filter(company=company, pk=row_id).first()
    if row is None:
        raise Refused(f"There is no such {what}.", code=f"no_such_{what}")
    return row
