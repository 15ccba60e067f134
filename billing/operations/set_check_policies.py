from collections.abc import Mapping

from django.db import transaction

from billing.accuracy.registry import CHECKS
from billing.issue_checks import severities_of
from billing.models import CheckPolicy, IssueCheck, Severity
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies


@transaction.atomic
@changes_policies
def set_check_policies(company: Company, wanted: Mapping[str, str], *, by: User | None) -> dict[IssueCheck, Severity]:
    """Say how severe checks are; what is not named stays.

    Raises Refused for what there is not, and for a stop by a check that no draft is asked before it is issued.
    """
    if set(wanted) - set(IssueCheck.values) or set(wanted.values()) - set(Severity.values):
        raise Refused("There is no such check or severity.", code="unknown_check")
    for check, severity in wanted.items():
        if severity == Severity.STOP and not CHECKS[IssueCheck(check)].before_issue:
            words = f"“{IssueCheck(check).label}” is looked for afterwards, and stops nothing."
            raise Refused(words, code="cannot_stop")
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
