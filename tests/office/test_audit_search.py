"""The audit trail is searched by who, what, when and words, by an index each; an export of it proves itself."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from office.audit import coming_from, record
from office.audit.chain import next_hash
from office.audit.export import with_proof
from office.audit.search import records_of
from office.models import AuditRecord
from office.operations.seal_audit import seal_audit
from office.web.audit import AUDIT
from office.web.lists.page import ListPage
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def auditor(company: Any) -> Any:
    return world.make_user(company, "auditor", name="Nora Field")


@pytest.fixture
def trail(company: Any, auditor: Any) -> dict[str, int]:
    """Five records, by what they are called here."""
    ada, ben = world.make_user(company, name="Ada Kern"), world.make_user(company, name="Ben Vogt")
    customer = world.make_customer(company, "Bramble GmbH")
    told: dict[str, int] = {}

    def note(name: str, by: Any, action: str, subject: Any, origin: str = "", **said: Any) -> None:
        with coming_from(origin):
            record(by, action, subject, **said)
        told[name] = AuditRecord.objects.latest("pk").pk

    note("renamed", ada, "update_customer", customer, "web 10.0.0.7", before={"name": "Old"}, after={"name": "Bramble"})
    note("held", ben, "place_hold", customer, "api 10.0.0.8", reason="Cheque bounced, see INV-2026-0042")
    note("own", ada, "set_own_day", company, "web 10.0.0.7", after={"day": "2026-12-24", "name": "Weihnächten"})
    note("token", ada, "create_api_token", ada)
    return told


def found(company: Any, trail: dict[str, int], **params: str | timedelta) -> set[str]:
    """Which of the records an address finds; a time from now is asked for as a day."""
    query, today = QueryDict(mutable=True), timezone.now().date()
    query.update(
        {name: str(today + value) if isinstance(value, timedelta) else value for name, value in params.items()}
    )
    shown = ListPage(AUDIT, records_of(company), query, world.make_user(company))
    ids = {row.pk for row in shown.page.rows}
    return {name for name, pk in trail.items() if pk in ids}


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, {"renamed", "held", "own", "token"}),
        ({"by": "ada"}, {"renamed", "own", "token"}),
        ({"by": "nobody"}, set()),
        ({"action": "place_hold"}, {"held"}),
        ({"kind": "office.company"}, {"own"}),
        ({"kind": "office.user"}, {"token"}),
        ({"thing": "bramble"}, {"renamed", "held"}),
        ({"thing": "cheque"}, set()),
        ({"origin": "api"}, {"held"}),
        ({"origin": "10.0.0.7"}, {"renamed", "own"}),
        ({"q": "bounced"}, {"held"}),
        ({"q": "inv-2026-0042"}, {"held"}),
        ({"q": "INV-2026-00"}, {"held"}),
        ({"q": "0042-2026"}, set()),
        ({"q": "weihnä"}, {"own"}),
        ({"q": "old bramble"}, {"renamed"}),
        ({"q": "hold"}, {"held"}),
        ({"q": "' & | ! :* <-> \\ \x00"}, {"renamed", "held", "own", "token"}),
        ({"recorded_from": timedelta(days=-1)}, {"renamed", "held", "own", "token"}),
        ({"recorded_to": timedelta(days=-2)}, set()),
        ({"recorded_from": timedelta(days=2)}, set()),
    ],
)
def test_each_way_finds_these(company: Any, trail: dict[str, int], params: dict[str, Any], names: set[str]) -> None:
    assert found(company, trail, **params) == names


def test_one_thing_is_named_by_its_kind_and_id(company: Any, trail: dict[str, int]) -> None:
    customer = AuditRecord.objects.get(pk=trail["held"]).subject_id

    assert found(company, trail, thing=f"customers.customer:{customer}") == {"renamed", "held"}
    assert found(company, trail, thing=f"customers.customer:{customer + 1}") == set()


MANY = 30_000
ASKED = [
    {},
    {"by": "Person 3"},
    {"action": "rare_act"},
    {"action": "issue_invoice"},
    {"kind": "office.company"},
    {"kind": "billing.invoice"},
    {"thing": "INV-2026-000777"},
    {"thing": "billing.invoice:777"},
    {"origin": "10.0.0.77"},
    {"q": "needle"},
    {"q": "common"},
    {"recorded_from": "2025-02-03", "recorded_to": "2025-02-03"},
    {"recorded_to": "2025-01-02"},
]


@pytest.fixture
def many(company: Any, superuser_cursor: Any) -> None:
    """Records of a hundred days by twenty people."""
    people = [world.make_user(company, name=f"Person {n}").pk for n in range(20)]
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(
        "INSERT INTO office_auditrecord (company_id, by_id, action, subject_type, subject_id, subject_name, before,"
        " after, reason, origin, policy_version, recorded_at) SELECT %s, (%s::bigint[])[1 + n %% 20],"
        " CASE WHEN n = 99 THEN 'rare_act' WHEN n %% 2 = 0 THEN 'issue_invoice' ELSE 'record_receipt' END,"
        " CASE WHEN n = 98 THEN 'office.company' ELSE 'billing.invoice' END, n / 10,"
        " 'INV-2026-' || lpad((n / 10)::text, 6, '0'), '{}',"
        " jsonb_build_object('total', n), CASE WHEN n = 97 THEN 'needle' ELSE 'common' END,"
        " 'web 10.0.0.' || n %% 200, 0, '2025-01-01'::timestamptz + n * interval '5 minutes'"
        " FROM generate_series(1, %s) AS n",
        [company.pk, people, MANY],
    )
    superuser_cursor.execute("ANALYZE office_auditrecord")


def plan_of(rows: QuerySet[Any]) -> str:
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_no_way_reads_the_whole_trail(company: Any, many: None) -> None:
    read_whole = []
    for params in ASKED:
        query = QueryDict(mutable=True)
        query.update(params)
        shown = ListPage(AUDIT, records_of(company), query, world.make_user(company))
        plan = plan_of(shown.in_order.values_list("pk", "list_sort")[:51])
        assert shown.page.rows, params
        if "Seq Scan on office_auditrecord" in plan:
            read_whole.append((params, plan))

    assert read_whole == []


@pytest.fixture
def browser(auditor: Any) -> Client:
    browser = Client()
    browser.force_login(auditor)
    return browser


def exported(browser: Client, **params: str) -> list[dict[str, str]]:
    answer = browser.get(reverse("office:audit_list"), params | {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_proves_itself_without_us(company: Any, trail: Any, browser: Client) -> None:
    [seal] = seal_audit(company, now=timezone.now() + timedelta(days=1))
    rows = exported(browser)
    assert len(rows) >= 4
    for row in rows:
        assert next_hash(row["Hash before"], row["Says"]) == row["Hash"]
    own = {int(row["Position"].replace(",", "")): row for row in rows if row["Says"].split(", ")[1] == str(company.pk)}
    assert all(row["Hash before"] == own[place - 1]["Hash"] for place, row in own.items() if place - 1 in own)
    assert own[seal.position]["Hash"] == seal.hash
    assert {row["Sealed by"] for row in own.values()} == {seal.seal}


def write(tmp_path: Path, browser: Client, change: Any = lambda text: text, **params: str) -> Path:
    answer = browser.get(reverse("office:audit_list"), params | {"format": "csv"})
    path = tmp_path / "audit.csv"
    path.write_bytes(change(b"".join(answer.streaming_content).decode()).encode())
    return path


def test_an_export_is_held_against_the_chain(
    company: Any, trail: Any, browser: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal_audit(company, now=timezone.now() + timedelta(days=1))
    path = write(tmp_path, browser, q="bramble")
    call_command("check_audit", file=path)
    assert "records, each as the chain has it." in capsys.readouterr().out
    for old, new, words in (
        ("bounced, see", "cleared, see", "what it says does not have this hash"),
        ('api 10.0.0.8"', 'web 10.0.0.8"', "what it says does not have this hash"),
    ):
        path = write(tmp_path, browser, lambda text, old=old, new=new: text.replace(old, new))
        with pytest.raises(SystemExit):
            call_command("check_audit", file=path)
        assert words in capsys.readouterr().err
    path = write(tmp_path, browser, lambda text: text.replace("Hash before", "x"))
    with pytest.raises(CommandError, match="has no columns"):
        call_command("check_audit", file=path)


def test_an_export_tells_that_the_chain_was_written_anew(
    company: Any, trail: Any, browser: Client, tmp_path: Path, superuser_cursor: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    seal_audit(company, now=timezone.now() + timedelta(days=1))
    path = write(tmp_path, browser, q="bounced")
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE office_auditlink SET hash = reverse(hash); DELETE FROM office_auditseal")
    with pytest.raises(SystemExit):
        call_command("check_audit", file=path)
    told = capsys.readouterr().err

    assert "the chain holds no such hash there" in told
    assert "there is no such seal any more" in told


def test_a_record_has_a_page_with_its_change_and_its_proof(
    company: Any, trail: dict[str, int], browser: Client, client: Client
) -> None:
    page = browser.get(reverse("office:audit_record", args=[trail["renamed"]])).content.decode()
    row = AuditRecord.objects.select_related("link").get(pk=trail["renamed"])
    assert "<del>Old</del>" in page
    assert "<ins>Bramble</ins>" in page
    assert row.link.hash in page
    assert f'href="{reverse("customers:customer", args=[row.subject_id])}"' in page
    assert f"?thing=customers.customer%3A{row.subject_id}" in page
    listed = browser.get(reverse("office:audit_list")).content.decode()
    assert reverse("office:audit_record", args=[trail["renamed"]]) in listed
    assert row.link.hash not in listed

    client.force_login(world.make_user(world.make_company(legal_name="Other Ltd"), "auditor"))
    assert client.get(reverse("office:audit_record", args=[trail["renamed"]])).status_code == 404


def test_the_list_says_up_to_where_it_is_sealed(company: Any, trail: Any, browser: Client) -> None:
    assert "Each day is sealed when it is over." in browser.get(reverse("office:audit_list")).content.decode()
    [seal] = seal_audit(company, now=timezone.now() + timedelta(days=1))

    assert seal.seal in browser.get(reverse("office:audit_list")).content.decode()


def test_programs_read_the_trail_and_its_seals_page_by_page(company: Any, trail: dict[str, int], auditor: Any) -> None:
    [seal] = seal_audit(company, now=timezone.now() + timedelta(days=1))
    program = Program(auditor)
    seen, cursor = [], {}
    while True:
        page = program.get("audit-records/", limit=3, **cursor).json()
        seen += page["results"]
        if not page["next"]:
            break
        cursor = {"cursor": page["next"]}
    assert [row["id"] for row in seen] == sorted(records_of(company).values_list("pk", flat=True))
    assert all(next_hash(row["hash_before"] or "", row["says"]) == row["hash"] for row in seen)
    [held] = program.get("audit-records/", q="bounced", action="place_hold", by="ben").json()["results"]
    assert (held["id"], held["by"], held["reason"]) == (trail["held"], "Ben Vogt", "Cheque bounced, see INV-2026-0042")
    assert [each["seal"] for each in program.get("audit-seals/").json()["results"]] == [seal.seal]
    assert Program(world.make_user(company, "sales")).get("audit-records/").status_code == 403


def test_what_proves_a_record_is_read_with_it(company: Any, trail: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert all(row.says and row.link for row in with_proof(records_of(company)))


def test_who_sees_only_their_own_customers_reads_what_they_did_themselves(
    company: Any, trail: dict[str, int], client: Client
) -> None:
    limited = world.make_user(company, "auditor", only_own_customers=True)
    record(limited, "update_customer", world.make_customer(company, "Their own"))
    own = AuditRecord.objects.latest("pk").pk
    client.force_login(limited)
    assert client.get(reverse("office:audit_record", args=[trail["renamed"]])).status_code == 404
    assert client.get(reverse("office:audit_record", args=[own])).status_code == 200
    assert {row["by"] for row in Program(limited).get("audit-records/").json()["results"]} == {"Auditor"}
