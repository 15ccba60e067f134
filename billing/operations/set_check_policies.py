from collections.abc import Mapping

from django.db import transaction

from billing.issue_checks import severities_of
from billing.models import CheckPolicy, IssueCheck, Severity
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies


@transaction.atomic
@changes_policies
def set_check_policies(company: Company, wanted: Mapping[str, str], *, by: User | None) -> dict[IssueCheck, Severity]:
    """Say how severe checks before issue are; what is not named stays. Raises Refused for what there is not."""
    if set(wanted) - set(IssueCheck.values) or set(wanted.values()) - set(Severity.values):
        raise Refused("There is no such check or severity.", code="unknown_check")
    before = severities_of(company)
    for check, severity in wanted.items():
        CheckPolicy.objects.update_or_create(company=company, check_name=check, defaults={"severity": severity})
    after = severities_of(company)
    changed = [check for check in IssueCheck if before[check] != after[check]]
    record(
        by,
        "set_check_policies",
        company,
        before={check.value: before[check].value for check in changed},
        after={check.value: after[check].value for check in changed},
    )
    return after
