"""Records in the chain of a company, and what is found wrong with it."""

from typing import Any

from office.audit import record
from office.audit.check import check_chain
from office.models import AuditLink, AuditRecord

ODD = {"name": 'Ünï "x" \\ \t\n\x01 € 😀 </a>', "z": "", "": "=1+1"}


def links_of(company: Any) -> list[tuple[int, int]]:
    return list(AuditLink.objects.filter(company=company).order_by("position").values_list("position", "record_id"))


def words_of(company: Any) -> list[str]:
    return [found.place + found.words for found in check_chain(company).breaks]


def fill(company: Any, count: int = 8) -> list[int]:
    """Records of a company, each in its own transaction; their ids."""
    for number in range(count):
        record(None, "set_own_day", company, before=ODD, after={"n": number}, reason=f"number {number}")
    return list(AuditRecord.objects.filter(company=company).order_by("pk").values_list("pk", flat=True))
