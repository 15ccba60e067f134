"""How the office itself does: each part good, weak or bad, in words, with what to do."""

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import django
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Min, Q
from django.urls import reverse

from config.health import OK, broker_words, missing_migrations
from office.copies import held_copy
from office.models import (
    ApiToken,
    Backup,
    Company,
    DeliveryState,
    MailStatus,
    OutgoingMail,
    Run,
    RunStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from office.operations.tell_of_ends import BEFORE_A_KEY
from office.work.jobs import job_states, other_failures
from office.written import plain_moment
from reports.book_figures import migrations
from reports.nightly import KIND as BOOK_CHECK

GOOD, WEAK, BAD = "good", "weak", "bad"
GIB = 1024**3


@dataclass(frozen=True)
class Look:
    """One part: how it is, what there is to say, what to do about it, and where."""

    what: str
    verdict: str
    words: str
    to_do: str = ""
    url: str = ""


def looks(company: Company, now: datetime) -> list[Look]:
    """Every part, what is bad first. Keys, runs and webhooks are those of the company."""
    found = [
        _copy(),
        _database(),
        _migrations(),
        _broker(),
        _disk(),
        _backup(now),
        _book(company, now),
        _jobs(),
        _mail(now),
        _uncertain(now),
        _webhooks(company),
        _runs(company, now),
        _keys(company, now),
    ]
    return sorted(found, key=lambda look: (BAD, WEAK, GOOD).index(look.verdict))


def versions() -> Iterator[tuple[str, str]]:
    """What runs here, each with its version."""
    yield "Duebook", str(settings.SPECTACULAR_SETTINGS["VERSION"])
    yield "Python", platform.python_version()
    yield "Django", django.get_version()
    yield "PostgreSQL", ".".join(map(str, connection.get_database_version()))
    yield "Broker", _broker_version()
    yield "Last migrations", ", ".join(f"{app} {name[:4]}" for app, name in sorted(migrations().items()) if app in OURS)


OURS = ("ledger", "office", "customers", "billing", "payments", "credit_control", "reports")


def _copy() -> Look:
    copy, what = held_copy(), "Restored copy"
    if copy is None:
        return Look(what, GOOD, "This office is no copy that is held.", url=reverse("office:restored_copy"))
    words = f"This is a copy as of {copy.backed_up_at:%Y-%m-%d %H:%M} UTC: nothing leaves it."
    return Look(what, BAD, words, "Release it once it is the office.", reverse("office:restored_copy"))


def _database() -> Look:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(datname), (SELECT count(*) FROM pg_stat_activity WHERE backend_type ="
            " 'client backend'), current_setting('max_connections')::int"
            " FROM pg_stat_database WHERE datname = current_database()"
        )
        size, used, most = cursor.fetchone()
    words = f"{size / GIB:.2f} GiB; {used} of {most} connections are in use."
    if used < most * 0.8:
        return Look("Database", GOOD, words)
    return Look("Database", WEAK if used < most * 0.95 else BAD, words, "Raise max_connections, or run fewer workers.")


def _migrations() -> Look:
    missing = missing_migrations()
    if not missing:
        return Look("Migrations", GOOD, "The database has all that this version needs.")
    return Look("Migrations", BAD, f"{len(missing)} are missing.", "Run manage.py prepare_database.")


def _broker() -> Look:
    if broker_words() == OK:
        return Look("Broker", GOOD, "It answers.")
    return Look("Broker", WEAK, "It does not answer: work begins within a minute, not at once.", "Start it again.")


def _disk() -> Look:
    disk = shutil.disk_usage(settings.BASE_DIR)
    share, words = disk.free / disk.total, f"{disk.free / GIB:.1f} of {disk.total / GIB:.1f} GiB are free here."
    if share > 0.1:
        return Look("Disk", GOOD, words)
    return Look("Disk", WEAK if share > 0.03 else BAD, words, "Make room: old logs and backups first.")


def _backup(now: datetime) -> Look:
    last, run_it = Backup.objects.order_by("-made_at").first(), "Run manage.py backup FILE, each night."
    if last is None:
        return Look("Backup", BAD, "None was made yet.", run_it)
    age = now - last.made_at
    words = f"As of {last.made_at:%Y-%m-%d %H:%M} UTC, {last.size / GIB:.2f} GiB, in {last.path}."
    if age < timedelta(hours=26):
        return Look("Backup", GOOD, words)
    return Look("Backup", WEAK if age < timedelta(days=3) else BAD, words, run_it)


def _book(company: Company, now: datetime) -> Look:
    what, url = "Book and audit trail", reverse("reports:book_checks")
    last = Run.objects.filter(company=company, kind=BOOK_CHECK, status=RunStatus.DONE).order_by("-pk").first()
    if last is None or last.finished_at is None:
        return Look(what, WEAK, "They were not checked yet.", "Wait for the night, or run manage.py check_book.", url)
    words = f"Checked {plain_moment(last.finished_at)}: {last.explanation}"
    if last.parameters.get("count"):
        return Look(what, BAD, words, "Look at each finding.", url)
    if now - last.finished_at > timedelta(days=2):
        return Look(what, WEAK, words, "Look whether the jobs of the clock run.", url)
    return Look(what, GOOD, words, url=url)


def _jobs() -> Look:
    states, url = job_states(), reverse("office:run_list")
    failed = [each.words for each in states if each.state == "failed"] + [job.name for job in other_failures()]
    late = [each.words for each in states if each.state in ("overdue", "waiting")]
    if failed:
        return Look("Jobs", BAD, f"Failed: {_some(failed)}.", "They are tried again by themselves. See why.", url)
    if late:
        return Look("Jobs", WEAK, f"Not begun for long: {_some(late)}.", "Start the worker and beat.", url)
    return Look("Jobs", GOOD, f"All {len(states)} went well the last time.", url=url)


def _mail(now: datetime) -> Look:
    due = OutgoingMail.objects.filter(status=MailStatus.QUEUED, due_at__lte=now)
    oldest, count = due.aggregate(oldest=Min("due_at"))["oldest"], due.count()
    age = now - oldest if oldest else timedelta()
    url = reverse("office:mail_list")
    if age < timedelta(minutes=15):
        return Look("Mail that is due", GOOD, f"{count} wait, the oldest for less than 15 minutes.", url=url)
    words = f"{count} wait, the oldest for {int(age.total_seconds() // 60)} minutes."
    verdict = WEAK if age < timedelta(hours=1) else BAD
    return Look("Mail that is due", verdict, words, "Look whether the worker runs and the relay answers.", url)


def _uncertain(now: datetime) -> Look:
    what, url = "Mail that needs a person", reverse("office:mail_list")
    lately = Q(status=MailStatus.FAILED, finished_at__gt=now - timedelta(days=7))
    uncertain = OutgoingMail.objects.filter(status=MailStatus.UNCERTAIN).count()
    failed = OutgoingMail.objects.filter(lately).count()
    if not uncertain + failed:
        return Look(what, GOOD, "None.", url=url)
    words = f"{uncertain} uncertain, {failed} failed in a week."
    return Look(what, WEAK, words, "Open each, and send it again or say that it left.", url)


def _webhooks(company: Company) -> Look:
    url = reverse("office:webhook_list")
    paused = WebhookEndpoint.objects.filter(company=company, ended_at=None).exclude(paused_at=None).count()
    unended = WebhookDelivery.objects.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
    waiting = unended.filter(endpoint__company=company).count()
    words = f"{waiting} wait; {paused} programs are told nothing."
    if paused or waiting > 1000:
        return Look("Webhooks", WEAK, words, "Mend the program, then resume it or send again.", url)
    return Look("Webhooks", GOOD, words, url=url)


def _runs(company: Company, now: datetime) -> Look:
    lately = Run.objects.filter(company=company, finished_at__gt=now - timedelta(days=7))
    failed = lately.filter(status=RunStatus.FAILED).count()
    if failed:
        url = f"{reverse('office:run_list')}?state=failed"
        return Look("Runs", WEAK, f"{failed} failed in a week.", "Open each: most can go on where they stopped.", url)
    return Look("Runs", GOOD, "None failed in a week.", url=reverse("office:run_list"))


def _keys(company: Company, now: datetime) -> Look:
    here = Q(company=company) | Q(company=None, user__companies=company)
    ends = ApiToken.objects.filter(here, revoked_at=None, expires_at__gt=now, expires_at__lte=now + BEFORE_A_KEY)
    names = list(ends.order_by("expires_at").values_list("name", flat=True))
    url = reverse("office:key_list")
    if names:
        return Look("API keys", WEAK, f"End within two weeks: {_some(names)}.", "Have their owners rotate them.", url)
    return Look("API keys", GOOD, "None ends within two weeks.", url=url)


def _some(names: list[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _broker_version() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        told = client.info("server")
    except redis.RedisError:
        return "does not answer"
    finally:
        client.close()
    return f"{told.get('server_name', 'redis')} {told.get('valkey_version') or told.get('redis_version')}"
