"""Whatever could be about a person is named in the registry: which column, whose, and what becomes of it."""

from collections import defaultdict

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from office.privacy.registry import HELD, IMPERSONAL, Subject
from tests import world

TELLING = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)
TELLING += (models.GenericIPAddressField, models.FileField)
NEVER_A_PERSON = {
    *("number", "currency", "company_currency", "into_currency", "country", "region", "language"),
    *("key", "kind", "unit", "hash", "previous_hash", "sha256", "version", "source_reference", "fingerprint"),
    *("about_type", "subject_type", "action"),
}
"""Columns whose name says that they are about no person, in whatever table."""


def columns_that_could(model: type[models.Model]) -> set[str]:
    """The columns of text or bytes that are neither chosen from a list nor say so by their name."""
    fields = [each for each in model._meta.local_fields if isinstance(each, TELLING) and not each.choices]
    return {each.name for each in fields} - NEVER_A_PERSON


def named() -> dict[str, set[str]]:
    """The columns that the registry names, by table."""
    found: dict[str, set[str]] = defaultdict(set)
    for held in HELD:
        found[held.label] |= set(f"{held.fields} {held.plain}".split())
    return found


def test_each_column_of_text_or_bytes_is_in_the_registry() -> None:
    """A new one fails here: name it in its room's `personal.py`, under what it is, or its table as impersonal."""
    known = named()
    forgotten = {
        model._meta.label: missing
        for model in apps.get_models()
        if model._meta.label not in IMPERSONAL
        and (missing := columns_that_could(model) - known.get(model._meta.label, set()))
    }

    assert forgotten == {}


def test_the_registry_names_what_there_is_and_each_table_once() -> None:
    labels = {model._meta.label: {each.name for each in model._meta.local_fields} for model in apps.get_models()}

    assert {label: names - labels[label] for label, names in named().items() if names - labels[label]} == {}
    assert set(named()) & set(IMPERSONAL) == set()
    assert set(IMPERSONAL) - set(labels) == set()
    assert all(IMPERSONAL.values())


@pytest.mark.parametrize("held", HELD, ids=lambda held: f"{held.label}: {held.what}")
def test_each_entry_says_what_becomes_of_it(held) -> None:
    """It goes, and how is said; or it stays, and by which term and why is said."""
    assert (held.erase is None) == bool(held.term) == bool(held.why)
    assert bool(held.becomes) == (held.erase is not None)
    assert held.is_found or held.term


@pytest.mark.django_db
def test_the_rows_of_a_person_and_their_days_can_be_asked_for() -> None:
    customer = world.make_customer(world.make_company())
    subject = Subject(customer.company, tuple(customer.contacts.values_list("pk", flat=True)), (customer.pk,))

    for held in HELD:
        list(held.rows_of(subject).values_list(held.day or "pk", flat=True))
