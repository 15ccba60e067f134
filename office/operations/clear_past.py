from typing import Any

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, OwnTerm, User
from office.privacy.keeping import years_kept
from office.privacy.sweeping import MOST, SWEEPS
from office.privacy.terms import Term, schedule_of

LONGEST = 30
"""Years; whoever keeps everything for good needs a reason that the law of privacy knows (Art. 5 (1) (e) GDPR)."""


@transaction.atomic
def clear_past(company: Company, *, by: User | None) -> dict[str, int]:
    """Empty or delete what is past its time, of each kind so many at once; how many that were, by kind.

    Raises Refused where nothing is.
    """
    done = {}
    for sweep in SWEEPS:
        rows = sweep.past(company)
        chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
        if chosen:
            sweep.clear(rows.model._default_manager.filter(pk__in=chosen))
            done[sweep.what] = len(chosen)
    if not done:
        raise Refused("Nothing is past its time.", code="nothing_past")
    record(by, "clear_past", company, after=done)
    return done


@transaction.atomic
def set_own_terms(company: Company, years: dict[str, int], *, by: User | None) -> None:
    """Keep papers for so many years, by term. Raises Refused for fewer than the law says, and for an unknown term."""
    law = schedule_of(company.country)
    for term, wanted in years.items():
        if term not in Term.values:
            raise Refused(f"{term!r} is no kind of papers.", code="unknown_term")
        if not law.years(term) <= wanted <= LONGEST:
            raise Refused(
                f"{Term(term).label}: at least {law.years(term)} years ({law.law}), at most {LONGEST}.",
                code="too_short" if wanted < law.years(term) else "too_long",
            )
    before: dict[str, Any] = years_kept(company)
    for term, wanted in years.items():
        OwnTerm.objects.update_or_create(company=company, term=term, defaults={"years": wanted})
    changed = {term: wanted for term, wanted in years.items() if wanted != before[term]}
    if changed:
        record(by, "set_own_terms", company, before={term: before[term] for term in changed}, after=changed)
