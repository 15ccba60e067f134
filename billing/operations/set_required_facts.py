from collections.abc import Mapping

from django.db import transaction

from billing.accuracy.required import required_of
from billing.models import Fact, RequiredFact, Severity
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies


@transaction.atomic
@changes_policies
def set_required_facts(company: Company, wanted: Mapping[str, str], *, by: User | None) -> dict[Fact, Severity]:
    """Say how severe it is that facts are missing; what is not named stays. Raises Refused for what there is not."""
    if set(wanted) - set(Fact.values) or set(wanted.values()) - set(Severity.values):
        raise Refused("There is no such fact or severity.", code="unknown_fact")
    before = required_of(company)
    for fact, severity in wanted.items():
        if severity == Severity.IGNORE:
            RequiredFact.objects.filter(company=company, fact=fact).delete()
        else:
            RequiredFact.objects.update_or_create(company=company, fact=fact, defaults={"severity": severity})
    after = required_of(company)
    if changed := [fact for fact in Fact if before[fact] != after[fact]]:
        was, now = ({fact.value: each[fact].value for fact in changed} for each in (before, after))
        record(by, "set_required_facts", company, before=was, after=now)
    return after
