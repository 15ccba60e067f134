"""The pack of a closed month: a run reads every report in one moment, renders the papers one by one, and keeps it."""

from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction

from ledger.models import Period
from ledger.periods import hold_month
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.papers.renderer import PdfUnavailable
from office.work.runs import begin_run
from reports.closing.comparing import FIGURES, TITLES
from reports.closing.reading import Gathered, read_pack
from reports.closing.state import KIND, closed_at, is_being_made
from reports.closing.step import MonthEnd
from reports.models import ClosePack, ClosePackFile


@transaction.atomic
def make_close_pack(company: Company, month: date, *, by: User | None) -> Run:
    """Have the pack of a closed month made, where there is none of its closing yet.

    Raises Refused for an open month, where there is one, and while one is being made.
    """
    period = hold_month(company.pk, month)
    if not period.closed_at:
        raise Refused(f"{month:%B %Y} is open: its pack is made when it is closed.", code="month_open")
    end = MonthEnd(company, period.month)
    _refuse_second(end, period.closed_at)
    if is_being_made(end):
        raise Refused("The pack of this month is being made.", code="pack_under_way")
    run = begin_pack(company, period, by=by)
    record(by, "make_close_pack", run)
    return run


def begin_pack(company: Company, period: Period, *, by: User | None) -> Run:
    """Hand the pack of a closing to the workers, in the transaction that closes the month: so none is forgotten."""
    assert period.closed_at, "A pack is of a closed month."
    asked = {"month": str(period.month), "closed_at": period.closed_at.isoformat()}
    run = Run(company=company, by=by, kind=KIND, title=f"Reports of {period.month:%B %Y}", parameters=asked)
    begin_run(run)
    return run


def plan_pack(run: Run) -> Callable[[Run], None]:
    """The next piece of a run: reading everything, or one paper's PDF, or keeping it all.

    What takes long is done before the run is held. Raises Refused where the month was reopened meanwhile.
    """
    month = _month_of(run)
    if closed_at(run.company, month.first_day) != _closing_of(run):
        raise Refused("The month was reopened before its pack was made.", code="month_reopened")
    if not run.input:
        gathered = read_pack(month, _reader_of(run))
        return lambda held: _keep_gathered(held, gathered)
    gathered = Gathered.of(run.input)
    if not gathered.waiting:
        return keep_pack
    name = gathered.waiting[0]
    try:
        pdf = gathered.rendered(name)
    except PdfUnavailable as error:
        raise Refused(str(error), code="no_pdf") from error
    return lambda held: _keep_pdf(held, name, pdf)


def _keep_gathered(run: Run, gathered: Gathered) -> None:
    if not run.input:
        run.input_file = gathered.packed()
        run.done, run.total = 1, len(gathered.waiting) + 2


def _keep_pdf(run: Run, name: str, pdf: bytes) -> None:
    gathered = Gathered.of(run.input)
    gathered.take(name, pdf)
    run.input_file = gathered.packed()
    run.done = run.total - len(gathered.waiting) - 1


@transaction.atomic
def keep_pack(run: Run) -> None:
    """Keep what a run gathered as the pack of its closing."""
    gathered, month, closing = Gathered.of(run.input), _month_of(run), _closing_of(run)
    if hold_month(run.company_id, month.first_day).closed_at != closing:
        raise Refused("The month was reopened before its pack was made.", code="month_reopened")
    _refuse_second(month, closing)
    last = ClosePack.objects.filter(company=run.company, month=month.first_day).order_by("-version").first()
    files = _files(gathered)
    pack = ClosePack.objects.create(
        company=run.company,
        month=month.first_day,
        version=last.version + 1 if last else 1,
        closed_at=closing,
        known_at=gathered.known_at,
        file_count=len(files),
        made_by=run.by,
    )
    for file in files:
        file.pack = pack
        file.save()
    record(run.by, "keep_close_pack", pack, after={"files": len(files), "known_at": gathered.known_at})
    run.status, run.done, run.input_file = RunStatus.DONE, run.total, None
    run.result = {"Files": len(files)}
    run.explanation = f"{pack} is kept."


def _files(gathered: Gathered) -> list[ClosePackFile]:
    made = sorted(gathered.files, key=lambda named: (list(TITLES).index(named[0]), named[1]))
    named = [(report, TITLES[report], form, gathered.files[report, form]) for report, form in made]
    return [_file(*each) for each in [*named, (FIGURES, "Figures of all reports", "json", gathered.figures_file())]]


def _file(report: str, title: str, form: str, content: bytes) -> ClosePackFile:
    digest = sha256(content).hexdigest()
    return ClosePackFile(report=report, title=title, form=form, content=content, size=len(content), sha256=digest)


def _refuse_second(month: MonthEnd, closing: datetime) -> None:
    if ClosePack.objects.filter(company=month.company, month=month.first_day, closed_at=closing).exists():
        raise Refused("The pack of this month is kept already.", code="pack_kept")


def _month_of(run: Run) -> MonthEnd:
    return MonthEnd(run.company, date.fromisoformat(run.parameters["month"]))


def _closing_of(run: Run) -> datetime:
    return datetime.fromisoformat(run.parameters["closed_at"])


def _reader_of(run: Run) -> User:
    """In whose name it is made. Raises Refused for somebody who sees some customers only, by now."""
    if run.by and run.by.only_own_customers:
        raise Refused("A pack is of the whole book: let somebody make it who sees all of it.", code="sees_less")
    return run.by or User(name="Duebook")
