from collections.abc import Sequence

from django.db import transaction

from customers.models import ApplicationPolicy, PointKey
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies


@transaction.atomic
@changes_policies
def set_application_policy(company: Company, required: Sequence[str], *, by: User | None) -> ApplicationPolicy:
    """Say which points are required before an account is opened. Raises Refused for one that there is not."""
    unknown = set(required) - set(PointKey.values)
    if unknown:
        raise Refused(f"There is no point {sorted(unknown)[0]!r}.", code="unknown_point")
    ApplicationPolicy.objects.get_or_create(company=company)
    policy = ApplicationPolicy.objects.select_for_update(no_key=True).get(company=company)
    before, policy.required = policy.required, [key for key in PointKey.values if key in required]
    policy.save()
    if before != policy.required:
        record(by, "set_application_policy", company, before={"required": before}, after={"required": policy.required})
    return policy
