"""Whether the audit trail since its last good seal is as it was written; `manage.py check_audit` looks at all of it."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.checks import ALL_IDS, Check, Finding
from office.audit.check import Break, chain_break, last_good_seal, seal_break
from office.models import Company
from office.operations.seal_audit import chains


@dataclass(frozen=True)
class AuditCheck(Check):
    """Looks at a company's chain, and at the one of what is no company's, for the first that is wrong with it."""

    wrong_with: Callable[[Company | None], Break | None] = seal_break

    def find(self, company_id: int | None = None, ids: tuple[int, int] = ALL_IDS) -> list[Finding]:
        """The first that is wrong with each chain."""
        asked = [each for each in chains() if company_id is None or each is None or each.pk == company_id]
        return [self._finding(company, found) for company in asked if (found := self.wrong_with(company))]

    def _finding(self, company: Company | None, found: Break) -> Finding:
        subject = found.place.strip() or f"audit trail of {company or 'no company'}"
        return Finding(self.name, subject, found.words)


def not_as_written(company: Company | None) -> Break | None:
    """What is wrong with the links since the last good seal: before that nothing is signed that is not sound."""
    return chain_break(company, since=last_good_seal(company))


AUDIT_CHECKS: list[Check] = [
    AuditCheck("the audit trail is as it was written", wrong_with=not_as_written),
    AuditCheck("each day of the audit trail has its seal, which fits", wrong_with=seal_break),
]
