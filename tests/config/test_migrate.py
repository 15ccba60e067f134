"""An empty database gets its tables quickly, and they are what the models say and what Django's own way makes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from tests.conftest import drop_database, superuser_connection

DJANGOS_WAY = """
import sys, django
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
call_command(Command(), verbosity=0)
"""
TABLES = """
    SELECT 'column', table_name::text, column_name::text, concat_ws(' ', udt_name, character_maximum_length,
        numeric_precision, numeric_scale, is_nullable, is_identity, column_default, generation_expression)
    FROM information_schema.columns WHERE table_schema = current_schema
    UNION SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema::regnamespace AND contype <> 'n'
    UNION SELECT 'index', tablename, indexname, replace(replace(indexdef, current_schema || '.', ''), 'public.', '')
    FROM pg_indexes WHERE schemaname = current_schema
"""
THE_REST = """
    UNION SELECT 'place', table_name, column_name, ordinal_position::text
    FROM information_schema.columns WHERE table_schema = current_schema
    UNION SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT 'function', '', proname, pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = current_schema::regnamespace AND prokind = 'f'
    UNION SELECT 'migration', '', app, name FROM django_migrations
    UNION SELECT 'right', g.name, app_label, codename
    FROM auth_group g JOIN auth_group_permissions ON group_id = g.id
    JOIN auth_permission p ON p.id = permission_id JOIN django_content_type c ON c.id = content_type_id
"""


def found(database: Any, query: str) -> set[tuple[str, ...]]:
    with database.cursor() as cursor:
        cursor.execute(query)
        return set(cursor.fetchall())


@pytest.fixture
def superuser(db: None) -> Iterator[Any]:
    """A connection of the test database in which everything is undone."""
    superuser = psycopg2.connect(
        os.environ.get("DATABASE_SUPERUSER_URL", settings.DATABASE_OWNER_URL), dbname=connection.settings_dict["NAME"]
    )
    yield superuser
    superuser.close()


@pytest.fixture
def empty_database(db: None) -> Iterator[str]:
    """The name of a database that has nothing yet."""
    name = f"{connection.settings_dict['NAME']}_empty"
    owner = psycopg2.extensions.parse_dsn(settings.DATABASE_OWNER_URL)["user"]
    superuser_connection("postgres").cursor().execute(f'CREATE DATABASE "{name}" OWNER "{owner}"')
    yield name
    drop_database(name)


def test_the_tables_are_what_the_models_say(superuser: Any) -> None:
    made = found(superuser, TABLES)
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in apps.get_models():
            if model._meta.managed and Path(model._meta.app_config.path).parent == settings.BASE_DIR:
                editor.create_model(model)
        statements = [*editor.collected_sql, *(f"{each};" for each in editor.deferred_sql)]
        editor.deferred_sql.clear()
    superuser.cursor().execute("CREATE SCHEMA as_models; SET LOCAL search_path = as_models, public")
    superuser.cursor().execute("\n".join(statements))

    assert found(superuser, TABLES) - made == set()


@pytest.mark.skipif("DUEBOOK_THOROUGH" not in os.environ, reason="Django's own way takes minutes")
def test_an_empty_database_becomes_what_django_makes_of_it(superuser: Any, empty_database: str) -> None:
    environment = os.environ | {"DATABASE_URL": settings.DATABASE_OWNER_URL}
    subprocess.run([sys.executable, "-c", DJANGOS_WAY, empty_database], check=True, env=environment)

    assert found(superuser_connection(empty_database), TABLES + THE_REST) == found(superuser, TABLES + THE_REST)
