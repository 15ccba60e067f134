"""The last whole check of the book: when it was, who asked for it, and what it found, in words and with its pages."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.text import slugify

from ledger.checks import Finding
from office.models import Company, Run, RunStatus, User
from office.work.runs import LARGE
from reports.check_words import Words, words_of
from reports.nightly import KIND
from reports.subjects import pages_of


@dataclass(frozen=True)
class FoundByCheck:
    """What one check found, of what was named."""

    check: str
    words: Words
    findings: list[Finding]

    @property
    def key(self) -> str:
        """The check's name as an address says it."""
        return slugify(self.check)[:60].strip("-")

    @property
    def title(self) -> str:
        """The promise that is broken, as a sentence begins."""
        return self.check[0].upper() + self.check[1:]


@dataclass(frozen=True)
class WholeCheck:
    """How it stands: the last that came to its end, and the one under way, if there is one."""

    last: Run | None
    running: Run | None

    @property
    def count(self) -> int:
        """How much the last one found."""
        return int(self.last.parameters["count"]) if self.last else 0

    @property
    def named(self) -> int:
        """How much of that is kept by name."""
        return len(self.last.parameters["found"]) if self.last else 0

    @property
    def by_check(self) -> list[FoundByCheck]:
        """What was named, check by check."""
        found = [Finding(*each) for each in self.last.parameters["found"]] if self.last else []
        ordered = sorted(found, key=lambda each: each.check)
        return [
            FoundByCheck(check, words_of(check), list(of_it))
            for check, of_it in groupby(ordered, lambda each: each.check)
        ]


def whole_check(company: Company) -> WholeCheck:
    """How the whole check of a company's book stands."""
    runs = Run.objects.filter(company=company, kind=KIND).defer(*LARGE).select_related("by").order_by("-pk")
    unfinished = runs.filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING])
    return WholeCheck(last=runs.filter(status=RunStatus.DONE).first(), running=unfinished.first())


def found_count(user: User, company: Company) -> int:
    """How much the last whole check found, for whoever may look at the whole book."""
    return 0 if user.only_own_customers else whole_check(company).count


def with_pages(findings: list[Finding], user: User, company: Company) -> list[tuple[Finding, str]]:
    """Findings, each with the page of what it is about, or nothing."""
    pages = pages_of([finding.subject for finding in findings], user, company)
    return [(finding, pages.get(finding.subject, "")) for finding in findings]
