"""How long things are kept, by law or longer, and clearing what is past: only that, and only when a person says so."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ledger.refusals import Refused
from office.models import AuditRecord, IdempotentAnswer, LogIn, MailStatus, OutgoingMail, Run, RunStatus, Task
from office.operations.clear_past import clear_past, set_own_terms
from office.operations.make_task import make_task
from office.privacy import sweeping
from office.privacy.keeping import years_kept
from office.privacy.sweeping import past_now
from office.privacy.terms import OTHERWISE, SCHEDULES, Term, last_day, schedule_of
from office.sealing import seal
from office.tasks import propose_clearings
from tests import world
from tests.api.calling import Program, refused

NOTHING = {"mails": 0, "tasks": 0, "runs": 0, "log_ins": 0, "answers": 0}


@pytest.mark.parametrize(
    ("country", "years"),
    [
        ("DE", (10, 8, 6)),
        ("AT", (7, 7, 7)),
        ("CH", (11, 11, 11)),
        ("GB", (7, 7, 7)),
        ("US", (7, 7, 7)),
        ("XX", (11, 11, 11)),
    ],
)
def test_the_years_of_a_country(country: str, years: tuple[int, ...]) -> None:
    assert tuple(schedule_of(country).years(term) for term in Term) == years


def test_a_term_ends_with_the_year() -> None:
    assert last_day(date(2026, 1, 1), 8) == last_day(date(2026, 12, 31), 8) == date(2034, 12, 31)


def test_each_schedule_says_its_law_and_where_it_is_read() -> None:
    assert all(each.law and each.source.startswith("https://") for each in SCHEDULES.values())
    longest = max(each.years(term) for each in SCHEDULES.values() for term in Term)
    assert [OTHERWISE.years(term) for term in Term] == [longest] * 3


@pytest.mark.django_db
def test_a_company_keeps_longer_than_the_law_not_shorter(company: Any, clerk: Any) -> None:
    with pytest.raises(Refused) as shorter:
        set_own_terms(company, {"vouchers": 7}, by=clerk)
    with pytest.raises(Refused) as longer:
        set_own_terms(company, {"vouchers": 31}, by=clerk)
    assert (shorter.value.code, longer.value.code) == ("too_short", "too_long")

    set_own_terms(company, {"vouchers": 12}, by=clerk)

    assert years_kept(company) == {"books": 10, "vouchers": 12, "letters": 6}
    row = AuditRecord.objects.get(action="set_own_terms")
    assert (row.before, row.after) == ({"vouchers": "8"}, {"vouchers": "12"})


def a_mail(customer: Any, key: str, finished: datetime) -> OutgoingMail:
    """A mail that was sent."""
    contact = customer.contacts.get()
    mail = OutgoingMail.objects.create(
        key=key,
        kind="trial",
        company=customer.company,
        customer_id=customer.pk,
        contact_id=contact.pk,
        about_type="customers.customer",
        about_id=customer.pk,
        to_email=contact.email,
        kept_message=b"Dear Eva",
        due_at=finished,
    )
    for status in (MailStatus.SENDING, MailStatus.HANDED_OVER, MailStatus.SENT):
        OutgoingMail.objects.filter(pk=mail.pk).update(status=status, leased_until=finished, finished_at=finished)
    return mail


@pytest.mark.django_db
def test_what_is_past_goes_and_what_is_not_yet_stays(customer: Any, clerk: Any) -> None:
    company, now = customer.company, timezone.now()
    limit = datetime(company.today().year - 6, 1, 1, tzinfo=UTC)
    old, young = a_mail(customer, "old", limit - timedelta(days=1)), a_mail(customer, "young", limit)
    for days in (366, 364):
        ended = now - timedelta(days=days)
        LogIn.objects.create(
            user=clerk, sealed_key=seal("x"), device="Firefox", way="password", seen_at=ended, ended_at=ended,
            ended_because="Logged out",
        )  # fmt: skip
    for days in (31, 29):
        answer = IdempotentAnswer.objects.create(user=clerk, key=f"k{days}", request_hash="h", body={"name": "Eva"})
        IdempotentAnswer.objects.filter(pk=answer.pk).update(created_at=now - timedelta(days=days))
    for days in (181, 179):
        Run.objects.create(
            company=company, kind="x", title="x", status=RunStatus.DONE, input_file=b"Eva",
            finished_at=now - timedelta(days=days),
        )  # fmt: skip
    task = make_task(company, "call", "Call Eva", key="t", by=None)
    Task.objects.filter(pk=task.pk).update(done_at=limit - timedelta(days=1))
    assert past_now(company) == dict.fromkeys(NOTHING, 1)

    done = clear_past(company, by=clerk)

    assert (list(done.values()), past_now(company)) == ([1] * 5, NOTHING)
    old.refresh_from_db(), young.refresh_from_db()
    assert (old.to_email, old.kept_message, old.status) == ("", None, "sent")
    assert (young.to_email, bytes(young.kept_message)) == ("eva@bramble.example", b"Dear Eva")
    assert (LogIn.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)
    assert sorted(bytes(run.input_file or b"") for run in Run.objects.all()) == [b"", b"Eva"]
    assert Task.objects.get().title == "Cleared"
    assert AuditRecord.objects.get(action="clear_past").after["Addresses and texts of mails"] == "1"
    with pytest.raises(Refused) as again:
        clear_past(company, by=clerk)
    assert again.value.code == "nothing_past"


@pytest.mark.django_db
def test_so_many_go_at_once_and_another_companys_never(
    customer: Any, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("office.operations.clear_past.MOST", 1)
    long_ago = timezone.now() - timedelta(days=40)
    other = world.make_user(world.make_company(legal_name="Other Ltd"))
    for user, key in ((clerk, "a"), (clerk, "b"), (other, "c")):
        IdempotentAnswer.objects.create(user=user, key=key, request_hash="h")
    IdempotentAnswer.objects.update(created_at=long_ago)

    clear_past(customer.company, by=clerk)

    assert list(IdempotentAnswer.objects.order_by("key").values_list("key", flat=True)) == ["b", "c"]


@pytest.mark.django_db
def test_a_task_says_once_a_month_that_something_is_past_and_nothing_goes_by_itself(company: Any, clerk: Any) -> None:
    assert (propose_clearings(), Task.objects.count()) == (1, 0)
    IdempotentAnswer.objects.create(user=clerk, key="k", request_hash="h")
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(days=40))

    propose_clearings(), propose_clearings()

    assert Task.objects.get().title == "Clear what is past its time: 1 rows"
    assert IdempotentAnswer.objects.count() == 1


@pytest.mark.django_db
def test_on_screen_and_for_programs(company: Any, client: Client, clerk: Any) -> None:
    administrator = world.make_user(company, "administrator")
    client.force_login(administrator)
    assert "Nothing is past its time" in client.get("/settings/retention/").content.decode()
    wrong = client.post("/settings/retention/", {"books": "10", "vouchers": "3", "letters": "6"})
    assert (wrong.status_code, b"at least 8 years" in wrong.content) == (422, True)
    assert client.post("/settings/retention/clear/", follow=True).status_code == 200

    program = Program(administrator)
    kept = program.post("retention/", {"books": 10, "vouchers": 9, "letters": 6}).json()
    assert (kept["vouchers"], [each["name"] for each in kept["past"]]) == (9, [each.name for each in sweeping.SWEEPS])
    assert refused(program.post("retention/", {"books": 1, "vouchers": 9, "letters": 6})) == (409, "too_short")
    assert refused(program.post("retention/clear/")) == (409, "nothing_past")
    assert refused(Program(clerk).get("retention/")) == (403, "permission_denied")
