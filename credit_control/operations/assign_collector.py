from collections.abc import Collection

from django.db import transaction

from credit_control.models import CreditFile
from customers.models import Customer
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record_all
from office.models import Company, User


@transaction.atomic
def assign_collector(
    company: Company, customer_ids: Collection[int], collector_id: int | None, *, by: User | None
) -> int:
    """Give customers to a collector, or to nobody; the count of those that changed.

    Raises Refused for somebody who does not work here or may not work the list.
    """
    collector = _collector(company, collector_id) if collector_id is not None else None
    people = Customer.objects.select_for_update(no_key=True).filter(company=company, pk__in=customer_ids)
    locked = list(people.order_by("pk"))
    known = set(CreditFile.objects.filter(customer__in=locked).values_list("customer", flat=True))
    insert_all([CreditFile(company=company, customer=each) for each in locked if each.pk not in known])
    changed = CreditFile.objects.filter(customer__in=locked).exclude(collector=collector)
    subjects = [each.customer for each in changed.select_related("customer").order_by("pk")]
    changed.update(collector=collector)
    record_all(by, "assign_collector", subjects, after=[{"collector": str(collector or "nobody")}] * len(subjects))
    return len(subjects)


def _collector(company: Company, collector_id: int) -> User:
    person = User.objects.filter(pk=collector_id, companies=company, is_active=True).first()
    if person is None or not person.has_perm("credit_control.work_list"):
        raise Refused("Nobody of that id works the list here.", code="no_such_collector")
    return person
