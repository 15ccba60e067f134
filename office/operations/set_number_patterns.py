from collections.abc import Mapping

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, NumberPattern, NumberSeries, User
from office.numbers.patterns import checked_pattern
from office.numbers.series import PATTERNS, RUNNING_ON, patterns_of

WORDS = {"receipt_batch": "Receipt batches", "write_off": "Write-offs"}
"""What kinds are called whose plural is not their name and an s."""


@transaction.atomic
def set_number_patterns(company: Company, wanted: Mapping[str, str], *, by: User | None) -> dict[str, str]:
    """Say how numbers are written from the next one on; kinds that are not named stay, and so do past years.

    Raises Refused naming the kind whose pattern could give a number twice; then none is changed.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    before = patterns_of(company)
    after = before | {kind: checked_pattern_of(kind, pattern) for kind, pattern in wanted.items()}
    changed = [kind for kind in after if after[kind] != before[kind]]
    for kind in sorted(changed):
        NumberPattern.objects.update_or_create(company=company, kind=kind, defaults={"pattern": after[kind]})
        first = 0 if kind in RUNNING_ON else company.today().year
        NumberSeries.objects.filter(company=company, kind=kind, year__gte=first).update(pattern=after[kind])
    if changed:
        was, is_now = ({kind: patterns[kind] for kind in changed} for patterns in (before, after))
        record(by, "set_number_patterns", company, before=was, after=is_now)
    return after


def checked_pattern_of(kind: str, pattern: str) -> str:
    """The pattern as it is kept. Raises Refused, naming the kind, for one that could give a number twice."""
    if kind not in PATTERNS:
        raise Refused(f"There are no numbers of the kind {kind}.", code="unknown_kind")
    try:
        return checked_pattern(pattern, is_yearly=kind not in RUNNING_ON)
    except Refused as refusal:
        raise Refused(f"{kind_words(kind)}: {refusal.message}", code=refusal.code) from refusal


def kind_words(kind: str) -> str:
    """A kind as people say it: Credit memos."""
    words = kind.replace("_", " ").capitalize()
    return WORDS.get(kind, f"{words}s")
