from datetime import date

from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.approvals.deciding import DECIDES, log_ins_of
from office.audit import record
from office.models import Company, Deputy, User

ASKS = "office.ask_approval"
KEEPS_STAFF = "office.manage_staff"
LONGEST = 366


@transaction.atomic
def name_deputy(company: Company, person: User, deputy: User, first_on: date, last_on: date, *, by: User) -> Deputy:
    """Let somebody decide in another's place, from a day to another. One names one's own; who keeps staff names any.

    Raises Refused for days that are past, not in order or more than a year, for oneself by whichever log-in, for who
    decides nothing, who does not work for the company or may not see approvals, and where the days overlap.
    """
    if person.pk != by.pk and not by.has_perm(KEEPS_STAFF):
        raise Refused("You name a deputy for yourself only.", code="not_yours")
    for each in (person, deputy):
        if not each.is_active or not each.companies.filter(pk=company.pk).exists():
            raise Refused(f"{each} does not work for {company}.", code="not_of_company")
    if deputy in log_ins_of(person):
        raise Refused("Nobody is their own deputy. Choose a colleague.", code="own_deputy")
    if not person.has_perm(DECIDES):
        raise Refused(f"{person} decides nothing that a deputy could.", code="decides_nothing")
    if not deputy.has_perm(ASKS):
        raise Refused(f"{deputy} may not see what is to be decided.", code="may_not_see")
    if not company.today() <= last_on or not first_on <= last_on or (last_on - first_on).days > LONGEST:
        raise Refused("The days are in order, not past, and a year at most.", code="bad_days")
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    mine = Deputy.objects.filter(company=company, person=person, deputy=deputy, ended_at=None)
    if mine.filter(first_on__lte=last_on, last_on__gte=first_on).exists():
        raise Refused(f"{deputy} stands in for {person} on some of these days already.", code="overlaps")
    named = Deputy.objects.create(
        company=company, person=person, deputy=deputy, first_on=first_on, last_on=last_on, set_by=by
    )
    record(by, "name_deputy", person, after={"deputy": deputy, "from": first_on, "until": last_on})
    return named


@transaction.atomic
def end_deputy(deputy_id: int, *, by: User) -> Deputy:
    """Let somebody decide in another's place no more. Raises Refused for another's deputy, and one that ended."""
    named = Deputy.objects.select_for_update(no_key=True, of=("self",)).get(pk=deputy_id)
    if by.pk not in (named.person_id, named.deputy_id) and not by.has_perm(KEEPS_STAFF):
        raise Refused("Only the two of them, or who keeps staff, may end this.", code="not_yours")
    if named.ended_at:
        raise Refused("That has ended already.", code="ended")
    named.ended_by, named.ended_at = by, timezone.now()
    named.save(update_fields=["ended_by", "ended_at"])
    record(by, "end_deputy", named.person, before={"deputy": named.deputy})
    return named
