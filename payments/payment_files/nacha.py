"""ACH files in the form of Nacha: records of 94 characters, hash totals, and blocks of ten records.

Nacha Operating Rules, Appendix Three; amounts are in cents of US dollars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from payments.payment_files.texts import ach_text

WIDTH, BLOCK = 94, 10
DEBITS, CREDITS = "225", "220"
"""Service class codes: a batch of debits only, or of credits only."""
CODES = {(DEBITS, False): "27", (DEBITS, True): "37", (CREDITS, False): "22", (CREDITS, True): "32"}
"""Transaction codes, by the class and whether the account is for savings."""
TEN_DIGITS = 10**10


@dataclass(frozen=True)
class AchHead:
    """What a file says of itself: our bank's routing number, our company id, and whose files of the day it is."""

    routing_number: str
    company_id: str
    company_name: str
    bank_name: str
    made_at: datetime
    on: date
    modifier: str = "A"
    purpose: str = "PAYMENT"
    sec_code: str = "CCD"


@dataclass(frozen=True)
class AchEntry:
    """What is debited from, or credited to, one account; `trace` are our seven digits by which it comes back."""

    routing_number: str
    account_number: str
    amount: Decimal
    name: str
    reference: str
    trace: int
    is_savings: bool = False


def trace_number(head_routing: str, trace: int) -> str:
    """The fifteen digits that name an entry: our bank's first eight, and seven of our own."""
    return f"{head_routing[:8]}{trace % 10**7:07}"


def write_nacha(head: AchHead, service_class: str, entries: Sequence[AchEntry]) -> bytes:
    """The file: header, one batch of entries by rising trace number, controls, and nines to fill the last block."""
    ordered = sorted(entries, key=lambda entry: trace_number(head.routing_number, entry.trace))
    batch = [_batch_header(head, service_class), *(_entry(head, service_class, each) for each in ordered)]
    hash_total = sum(int(each.routing_number[:8]) for each in ordered) % TEN_DIGITS
    total = sum(_cents(each.amount) for each in ordered)
    sums = (0, total) if service_class == CREDITS else (total, 0)
    batch.append(_batch_control(head, service_class, len(ordered), hash_total, sums))
    records = [_file_header(head), *batch]
    blocks = -(-(len(records) + 1) // BLOCK)
    records.append(_file_control(blocks, len(ordered), hash_total, sums))
    records += ["9" * WIDTH] * (blocks * BLOCK - len(records))
    if wrong := [record for record in records if len(record) != WIDTH]:
        raise ValueError(f"A record has {len(wrong[0])} characters, not {WIDTH}.")
    return "".join(f"{record}\n" for record in records).encode("ascii")


def _file_header(head: AchHead) -> str:
    made = head.made_at.strftime("%y%m%d%H%M")
    names = ach_text(head.bank_name, 23) + ach_text(head.company_name, 23)
    origin = ach_text(head.company_id, 10)
    return f"101 {head.routing_number}{origin}{made}{head.modifier}094101{names}{'':8}"


def _batch_header(head: AchHead, service_class: str) -> str:
    who = f"{ach_text(head.company_name, 16)}{'':20}{ach_text(head.company_id, 10)}"
    what = f"{head.sec_code}{ach_text(head.purpose, 10)}{'':6}{head.on:%y%m%d}{'':3}"
    return f"5{service_class}{who}{what}1{head.routing_number[:8]}0000001"


def _entry(head: AchHead, service_class: str, entry: AchEntry) -> str:
    to = f"{entry.routing_number}{ach_text(entry.account_number, 17)}{_cents(entry.amount):010}"
    who = f"{ach_text(entry.reference, 15)}{ach_text(entry.name, 22)}{'':2}0"
    code = CODES[service_class, entry.is_savings]
    return f"6{code}{to}{who}{trace_number(head.routing_number, entry.trace)}"


def _batch_control(head: AchHead, service_class: str, count: int, hash_total: int, sums: tuple[int, int]) -> str:
    totals = f"{count:06}{hash_total:010}{sums[0]:012}{sums[1]:012}"
    return f"8{service_class}{totals}{ach_text(head.company_id, 10)}{'':25}{head.routing_number[:8]}0000001"


def _file_control(blocks: int, count: int, hash_total: int, sums: tuple[int, int]) -> str:
    return f"9{1:06}{blocks:06}{count:08}{hash_total:010}{sums[0]:012}{sums[1]:012}{'':39}"


def _cents(amount: Decimal) -> int:
    """An amount in cents. Raises ValueError for what has parts of one, or is more than ten digits hold."""
    cents = amount * 100
    if cents != int(cents) or not 0 < cents < TEN_DIGITS:
        raise ValueError(f"{amount} is no amount that ACH moves.")
    return int(cents)
