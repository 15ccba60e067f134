"""Figures for Prometheus: of requests, as each process counted them, and of the office, as its database says.

With gunicorn each process writes its counts to a file, and whichever is asked adds them up (gunicorn.conf.py). What
the workers do is read from the database: they may run on other machines. No customer, address or number is in a label.
"""

import os
import secrets
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import Error, connection
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from office.copies import is_held
from office.models import Backup, DeliveryState, Job, MailStatus, OutgoingMail, Run, RunStatus, WebhookDelivery
from office.web.doors import open_door

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
"""Seconds."""
WAITING_MAIL = (MailStatus.QUEUED, MailStatus.SENDING, MailStatus.HANDED_OVER, MailStatus.UNCERTAIN)

OWN = CollectorRegistry()
REQUESTS = Counter("duebook_http_requests", "Requests answered.", ["route", "method", "status"], registry=OWN)
SECONDS = Histogram(
    "duebook_http_request_seconds", "How long they took.", ["route", "method"], registry=OWN, buckets=BUCKETS
)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request, where anybody asks for figures at all."""
    if settings.METRICS_TOKEN:
        method = method if method in METHODS else "other"
        REQUESTS.labels(route, method, status).inc()
        SECONDS.labels(route, method).observe(seconds)


@never_cache
@require_GET
@open_door
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever brings METRICS_TOKEN; without that variable there is no such address."""
    if not settings.METRICS_TOKEN:
        raise Http404("No figures are given.")
    if not _may_read(request.headers.get("Authorization", "")):
        return HttpResponse("Not yours to read.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    office = CollectorRegistry()
    office.register(Office())
    return HttpResponse(generate_latest(_requests()) + generate_latest(office), content_type=CONTENT_TYPE_LATEST)


def _may_read(said: str) -> bool:
    scheme, _, token = said.partition(" ")
    fits = secrets.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    return scheme.lower() == "bearer" and fits


def _requests() -> CollectorRegistry:
    """The counts of this process, or of all that serve beside it."""
    if MULTIPROCESS not in os.environ:
        return OWN
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together


class Office(Collector):
    """What the database knows, asked anew each time. Where it is away, that alone is said."""

    def collect(self) -> Iterator[Metric]:
        """Each figure."""
        yield _one("disk_free_bytes", "Free on the disk that this process writes to.", shutil.disk_usage("/").free)
        try:
            found = list(office_figures())
        except Error:
            found = []
        yield _one("database_up", "Whether the database answers.", bool(found))
        yield from found


def office_figures() -> Iterator[Metric]:
    """The figures of the database."""
    now = timezone.now()
    mails = OutgoingMail.objects.filter(status__in=WAITING_MAIL).values_list("status")
    yield _by("mails", "Mail that did not leave or may not have.", "status", dict(mails.annotate(Count("pk"))))
    due = OutgoingMail.objects.filter(status=MailStatus.QUEUED, due_at__lte=now).aggregate(since=Min("due_at"))["since"]
    yield _one("oldest_due_mail_seconds", "For how long the oldest mail that is due waits.", _age(due, now))
    waiting = WebhookDelivery.objects.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
    yield _one("webhook_deliveries_waiting", "What programs are to be told yet.", waiting.count())
    runs = Run.objects.filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING]).values_list("status")
    yield _by("runs", "Long runs that are not at their end.", "status", dict(runs.annotate(Count("pk"))))
    jobs = list(Job.objects.order_by("name"))
    done = {job.name: job.done_at.timestamp() for job in jobs if job.done_at}
    yield _by("job_last_success_timestamp_seconds", "When a job last went well.", "job", done)
    yield _by("job_failing", "How often a job failed since.", "job", {job.name: job.failures for job in jobs})
    yield _total("job_done", "How often a job went well.", {job.name: job.done_times for job in jobs})
    yield _total("job_failed", "How often a job failed.", {job.name: job.failed_times for job in jobs})
    last = Backup.objects.order_by("-made_at").first()
    yield _one("last_backup_timestamp_seconds", "As of when; 0: never.", last.made_at.timestamp() if last else 0)
    yield _one("restored_copy_held", "Whether this is a restored copy that nobody released.", is_held())
    size, connections = _server()
    yield _one("database_bytes", "Size of the database.", size)
    yield _one("database_connections", "Connections to it.", connections)


def _server() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(datname), numbackends FROM pg_stat_database WHERE datname = current_database()"
        )
        found: tuple[int, int] = cursor.fetchone()
        return found


def _age(since: object, now: object) -> float:
    return (now - since).total_seconds() if since else 0  # type: ignore[operator]  # two moments


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"duebook_{name}", words, value=float(value))


def _by(name: str, words: str, label: str, values: dict[str, float]) -> Metric:
    return _labelled(GaugeMetricFamily(f"duebook_{name}", words, labels=[label]), values)


def _total(name: str, words: str, values: dict[str, int]) -> Metric:
    return _labelled(CounterMetricFamily(f"duebook_{name}", words, labels=["job"]), dict(values))


def _labelled(family: GaugeMetricFamily | CounterMetricFamily, values: dict[str, float]) -> Metric:
    for value, figure in values.items():
        family.add_metric([value], figure)
    return family
