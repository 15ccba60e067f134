"""Finding audit records by who, what, when and words: each way by an index, also among millions."""

import re
from datetime import date, datetime, time, timedelta

from django.apps import apps
from django.db import connection
from django.db.models import BooleanField, Func, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from office.days import FIRST_DAY, LAST_DAY
from office.models import AuditRecord, Company, User
from office.models.audit import SAID, AuditWords

JOINING = str.maketrans(dict.fromkeys("-_./\\:,;'\"@+&?=%#()[]{}<>|*~^$", " "))
AS_ONE_WORD = str.maketrans(".:", "xx")
"""Both as in office/migrations/0042_audit_search.sql."""
MOST_PEOPLE = 1000
Records = QuerySet[AuditRecord]


class _Holds(Func):
    """Whether the words of a record hold what is asked."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()


def records_of(company: Company) -> Records:
    """The records of a company, and of what is no company's: what its people did, such as with their own tokens, and
    what somebody unknown tried in their name."""
    people = company.staff.all()
    by_them = Q(company=None, by__in=people)
    in_their_name = Q(company=None, by=None, subject_type="office.user", subject_id__in=people.values("pk"))
    return AuditRecord.objects.filter(Q(company=company) | by_them | in_their_name).select_related("by", "link")


def records_for(user: User, company: Company) -> Records:
    """Those that a person reads: all of the company; who sees only their own customers, what they did themselves."""
    records = records_of(company)
    return records.filter(by=user) if user.only_own_customers else records


def holding(records: Records, text: str) -> Records:
    """The records that hold each word, or a word that begins so; words that belong together stand together."""
    for typed in text.split():
        parts = re.findall(r"\w+", typed.translate(JOINING))
        if parts:
            query = " <-> ".join(f"'{part}'" for part in parts) + ":*"
            records = records.filter(_Holds(AuditWords(*SAID), RawSQL("to_tsquery('simple', %s)", [query])))
    return records


def by_person(records: Records, text: str) -> Records:
    """By people with this in their name."""
    people = User.objects.filter(name__icontains=text).values_list("pk", flat=True)[:MOST_PEOPLE]
    return records.filter(by__in=list(people))


def of_thing(records: Records, text: str) -> Records:
    """About a thing whose number or name holds these words; `billing.invoice:7` is that thing alone."""
    if exact := re.fullmatch(r"([a-z_]+\.[a-z]+):([0-9]{1,18})", text):
        return records.filter(subject_type=exact[1], subject_id=int(exact[2]))
    for word in text.split():
        records = holding(records, word).filter(subject_name__icontains=word)
    return records


def from_origin(records: Records, text: str) -> Records:
    """That came from such a door or address."""
    for word in text.split():
        records = holding(records, word.translate(AS_ONE_WORD)).filter(origin__icontains=word)
    return records


def within_days(records: Records, days: tuple[date | None, date | None]) -> Records:
    """Recorded from a day to a day, both included, where the reader is; nothing was recorded outside of our times."""
    first, last = days
    if first:
        records = records.filter(recorded_at__gte=_begins(min(max(first, FIRST_DAY), LAST_DAY)))
    if last:
        records = records.filter(recorded_at__lt=_begins(min(max(last, FIRST_DAY), LAST_DAY) + timedelta(days=1)))
    return records


def acts() -> list[tuple[str, str]]:
    """What was ever done, each with its words."""
    return [(each, each.replace("_", " ").capitalize()) for each in _used("action")]


def kinds() -> list[tuple[str, str]]:
    """What it was ever done to, each with its words."""
    return sorted(((each, kind_words(each)) for each in _used("subject_type")), key=lambda kind: kind[1])


def kind_words(label: str) -> str:
    """What a kind of thing is called."""
    try:
        named = str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        named = label
    return named[:1].upper() + named[1:]


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _used(column: str) -> list[str]:
    """The values that a column has, by looking for the next after each: as quick for millions as for a few."""
    sql = f"""
        WITH RECURSIVE used (value) AS (
            (SELECT {column} FROM office_auditrecord ORDER BY {column} LIMIT 1)
            UNION ALL SELECT (SELECT r.{column} FROM office_auditrecord r WHERE r.{column} > used.value
                ORDER BY r.{column} LIMIT 1) FROM used WHERE used.value IS NOT NULL
        ) SELECT value FROM used WHERE value IS NOT NULL"""  # noqa: S608  our own names
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [value for (value,) in cursor.fetchall()]
