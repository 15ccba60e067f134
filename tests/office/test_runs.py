"""Long runs: pieces that happen wholly or not at all, what ends a run, and who takes it up again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ledger.refusals import Refused
from office import tasks
from office.importing import rows_so_far
from office.models import Company, Run, RunStatus
from office.reading import Mapping
from office.reading.mapping import ColumnRule
from office.work import runs
from office.work.retrying import DATABASE_AWAY
from office.work.runs import RunKind, carry_out, do_next_piece, resume_run, unfinished_runs
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(company: Company) -> Iterator[Run]:
    """A run of three pieces."""

    def do_piece(run: Run) -> None:
        run.total, run.done = 3, run.done + 1
        run.status = RunStatus.DONE if run.done == 3 else RunStatus.RUNNING

    runs.register_kind(RunKind("count", do_piece, page=""))
    yield Run.objects.create(company=company, kind="count", title="Counting")
    del runs.KINDS["count"]


def failing(error: Exception) -> RunKind:
    """A kind whose piece writes something and then fails."""

    def do_piece(run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(title="half done")
        raise error

    return RunKind("count", do_piece, page="")


def test_a_task_does_the_pieces_until_the_run_is_done(run: Run) -> None:
    tasks.carry_out_run(run.pk)

    run.refresh_from_db()
    assert (run.status, run.done, run.percent) == (RunStatus.DONE, 3, 100)
    assert run.finished_at is not None


def test_a_task_that_rings_again_for_a_finished_run_does_nothing(run: Run) -> None:
    tasks.carry_out_run(run.pk)
    tasks.carry_out_run(run.pk)

    run.refresh_from_db()
    assert run.done == 3


def test_a_refusal_ends_the_run_with_its_words_and_leaves_nothing_of_the_piece(run: Run) -> None:
    runs.register_kind(failing(Refused("The month is closed.", code="period_closed")))
    do_next_piece(run.pk)

    run.refresh_from_db()
    assert (run.status, run.explanation, run.title) == (RunStatus.FAILED, "The month is closed.", "Counting")


def test_a_fault_ends_the_run_and_is_not_hidden(run: Run) -> None:
    runs.register_kind(failing(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        do_next_piece(run.pk)

    run.refresh_from_db()
    assert (run.status, run.title) == (RunStatus.FAILED, "Counting")


@pytest.mark.parametrize("lost", DATABASE_AWAY)
def test_a_lost_connection_leaves_the_run_to_the_sweep(run: Run, lost: type[Exception]) -> None:
    runs.register_kind(failing(lost()))
    with pytest.raises(lost):
        do_next_piece(run.pk)

    assert unfinished_runs(timezone.now()) == []
    assert unfinished_runs(timezone.now() + timedelta(minutes=3)) == [run.pk]


def test_only_a_run_that_failed_goes_on(run: Run) -> None:
    with pytest.raises(Refused) as refusal:
        resume_run(run.pk)
    assert refusal.value.code == "invalid_move"

    Run.objects.filter(pk=run.pk).update(status=RunStatus.FAILED)
    resume_run(run.pk)
    tasks.carry_out_run(run.pk)
    run.refresh_from_db()
    assert run.done == 3


HEAD = b"\xef\xbb\xbfLine,Column,Found,What to do\r\n"


def finished(company: Company, errors: bytes | None) -> str:
    """The page of a run that is done, with such a file of rows left out."""
    run = Run.objects.create(
        company=company, kind="import_customers", title="Import", status=RunStatus.DONE, errors_file=errors
    )
    client = Client()
    client.force_login(world.make_user(company, "manager"))
    return client.get(f"/office/runs/{run.pk}/").content.decode()


def test_its_page_shows_the_first_rows_left_out_and_what_to_do(company: Company) -> None:
    rows = [b'3,Name,"\'=Two\nlines",Give it a name.\r\n', *(b"%d,,x,Mend it.\r\n" % line for line in range(4, 2_000))]
    page = finished(company, HEAD + b"".join(rows))

    assert '<th scope="row">3, Name, =Two\nlines</th><td>Give it a name.</td>' in page
    assert page.count("Mend it.") == 4
    assert "All rows left out" in page


@pytest.mark.parametrize("errors", [None, b"", HEAD])
def test_where_none_is_left_out_it_offers_no_file(company: Company, errors: bytes | None) -> None:
    assert "left out" not in finished(company, errors)


def test_an_import_in_one_piece_says_how_far_it_is(company: Company) -> None:
    run = Run.objects.create(company=company, kind="import_customers", title="Import", status=RunStatus.RUNNING)
    client = Client()
    client.force_login(world.make_user(company, "manager"))
    assert "Reading the file." in client.get(f"/office/runs/{run.pk}/").content.decode()

    run.input_file = b"Number,Name\n" + b"".join(b"N%d,Customer %d\n" % (number, number) for number in range(600))
    run.parameters = {"mapping": Mapping({name: ColumnRule(name.title()) for name in ("number", "name")}).as_json()}
    run.save()
    list(carry_out(run.pk))

    assert rows_so_far(run.pk) == 500
    Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING, total=0)
    assert "Reading the file: 500 so far." in client.get(f"/office/runs/{run.pk}/").content.decode()
