"""Every door for programs, called as the description says: no error of ours, and all answers as described.

What an address names exists, in a company that has one of everything. A seed makes each run the same; FUZZ=50 calls
each so often.
"""

import os
import re
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from schemathesis.transport.serialization import Binary

from office.api.docs import description
from tests.rules.foreign_things import kind_in, thing_of

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ", "1"))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@schemathesis.serializer("message/rfc822")
def as_it_came(context: Any, value: Any) -> bytes:
    """A mail is sent as its bytes."""
    return value.data if isinstance(value, Binary) else str(value).encode()


def things_in(path: str) -> dict[str, Any]:
    """The ids of things that there are, for what a path names."""
    route = re.sub(r"\{(\w+)\}", r"<int:\1>", path.removeprefix("/"))
    found = {}
    for name in re.findall(r"\{(\w+)\}", path):
        if kind := kind_in(route[: route.index(f":{name}>") + len(name) + 2]):
            found[name] = thing_of(kind).pk
    return found


def faults_of(client: Client, operation: Any) -> list[str]:
    """What is wrong with the answers of an operation to a few requests; what they note is taken back."""
    faults: list[str] = []
    named = things_in(operation.path)

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(path_parameters=named or None))
    def call(case: Any) -> None:
        with transaction.atomic():
            fault = fault_of(client, case)
            transaction.set_rollback(True)
        if fault:
            faults.append(f"{operation.label}: {fault}")

    call()
    return faults


def fault_of(client: Client, case: Any) -> str:
    """What is wrong with the answer to a request."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    headers = dict(asked.headers)
    try:
        answer = client.generic(
            case.method,
            case.formatted_path,
            asked.body or b"",
            content_type=headers.pop("Content-Type", "application/json"),
            headers=headers,
            QUERY_STRING=asked.url.partition("?")[2],
        )
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:300]} for {asked.url} {str(asked.body)[:500]}"
    told = Response(
        answer.status_code,
        {name.lower(): [value] for name, value in answer.headers.items()},
        b"".join(answer.streaming_content) if answer.streaming else answer.content,
        asked,
        0.1,
        False,
    )
    try:
        case.validate_response(told, checks=CHECKS)
    except BaseExceptionGroup as group:
        return f"{answer.status_code} " + " / ".join(str(each)[:600] for each in group.exceptions)
    return ""


def test_no_answer_is_an_error_of_ours_or_not_described(everybody: Client) -> None:
    schema = schemathesis.openapi.from_dict(description())
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 300
    assert [fault for operation in operations for fault in faults_of(everybody, operation)] == []
