"""Health says that the process lives; readiness whether it can work, in words and without a secret."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config.services import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost_database(transactional_db: None) -> Any:
    """A database that is not there any more."""
    connection.close()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "gone"
    yield
    connection.close()
    connection.settings_dict["NAME"] = name


def test_it_is_ready_with_all_it_needs(client: Client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"state": "ready", "checks": {"database": "ok", "broker": "ok", "migrations": "ok"}},
    )
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/healthz")["Cache-Control"] == answer["Cache-Control"]


def test_without_a_database_it_lives_and_is_not_ready(client: Client, lost_database: None):
    lives, ready = client.get("/healthz"), client.get("/readyz")
    assert (lives.status_code, lives.content, ready.status_code) == (200, b"ok", 503)
    assert ready.json()["checks"]["database"] == "away: it does not answer"
    assert "gone" not in ready.content.decode()


def test_without_a_broker_it_is_ready_and_says_what_is_slower(client: Client, settings: Any):
    settings.REDIS_URL = f"redis://:a-secret-of-ours@127.0.0.1:{free_port()}/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["state"]) == (200, "degraded")
    assert "secret" not in answer.content.decode()


def test_without_a_migration_it_is_not_ready(client: Client):
    MigrationRecorder(connection).record_unapplied("office", "0001_initial")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "1 missing: run prepare_database")


def test_a_later_versions_migration_does_no_harm(client: Client):
    MigrationRecorder(connection).record_applied("office", "9999_later")
    assert client.get("/readyz").status_code == 200


def test_who_asks_from_the_machine_itself_is_not_sent_to_https(client: Client, settings: Any):
    settings.SECURE_SSL_REDIRECT = True
    assert [Client().get(address).status_code for address in ("/healthz", "/readyz", "/log-in/")] == [200, 200, 301]
