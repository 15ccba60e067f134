from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django.db import transaction

from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record
from office.models import BankAccount, Company, User
from payments.account_numbers import is_account_number
from payments.bank_files import ReadLine, ReadStatement, Unread, reader_of
from payments.bank_lines import FACTS, as_plain, facts_of, fingerprint_of, named_in, not_known, number_twins
from payments.bank_tables import read_by_mapping
from payments.matching.asking import match_policy_of
from payments.models import BankFile, BankLine, BankStatement, UnreadLine
from payments.operations.match_certain import start_matching
from payments.operations.read_debit_answers import Answers, settle_from_bank
from payments.retold import sort_retold


@dataclass
class Taken:
    """What came of a file: how many of its lines are new, were known, could not be read, or are not booked yet.

    `debits` is what it said of our direct debits.
    """

    file: BankFile
    new: int = 0
    known: int = 0
    unread: int = 0
    doubtful: int = 0
    """How many may be payments that another format told of: a person says."""
    pending: int = 0
    unknown_accounts: list[str] = field(default_factory=list)
    matched: int = 0
    """How many lines, new or not, were matched without a person right after."""
    debits: Answers = field(default_factory=Answers)


def take_bank_file(
    company: Company, name: str, content: bytes, *, by: User | None, account_id: int | None = None
) -> Taken:
    """Keep what a bank's file says: each line once, whatever file and format it comes in, and however often.

    Statements of accounts that are none of ours are left out and named. A table is read by the mapping kept for it;
    `account_id` is whose it is where it does not say so. Raises Refused where the form of the file is broken, none of
    its accounts is ours, or its columns are not known (UnknownTable); then nothing is kept.
    """
    read = reader_of(content)
    statements = read(content) if read else read_by_mapping(company, name, content, account_id)
    return take_statements(company, name, content, statements, by=by)


def take_statements(
    company: Company, name: str, content: bytes, read: Sequence[ReadStatement], *, by: User | None
) -> Taken:
    """Keep the statements that were read of a file."""
    with transaction.atomic():
        accounts = list(BankAccount.objects.select_for_update(no_key=True).filter(company=company).order_by("pk"))
        found = [account_of(statement, accounts) for statement in read]
        unknown = _unknown(read, found)
        if not any(found):
            raise Refused(f"{_listed(unknown)} Add it to your bank accounts first.", code="unknown_account")
        taken = Taken(_file(company, name, content, unknown, by), unknown_accounts=unknown)
        for account in accounts:
            theirs = [(place, each) for place, each in enumerate(read, start=1) if found[place - 1] == account]
            _take(taken, account, theirs)
        counts = {"new": taken.new, "known": taken.known, "unread": taken.unread}
        counts |= {"doubtful": taken.doubtful} if taken.doubtful else {}
        record(by, "take_bank_file", taken.file, after=counts)
    taken.debits = settle_from_bank(company, by=by)
    return taken


def take_and_match(
    company: Company, name: str, content: bytes, *, by: User | None, account_id: int | None = None
) -> Taken:
    """As take_bank_file; what is certain of the lines that wait is matched then, where the company's policy says so."""
    return match_after(take_bank_file(company, name, content, by=by, account_id=account_id), company, by=by)


def match_after(taken: Taken, company: Company, *, by: User | None) -> Taken:
    """Match what is certain of the lines that wait, where something new was taken and the policy says so."""
    if taken.new and match_policy_of(company).is_automatic:
        taken.matched = start_matching(company, by=by).result.get("Matched", 0)
    return taken


def account_of(statement: ReadStatement, accounts: Sequence[BankAccount]) -> BankAccount | None:
    """Which of our accounts a statement is of: that of its number and currency."""
    fitting = [
        account
        for account in accounts
        if is_account_number(statement.account, account.iban) and statement.currency in ("", account.currency)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _unknown(read: Sequence[ReadStatement], found: Sequence[BankAccount | None]) -> list[str]:
    names = [
        " in ".join(part for part in (statement.account or "an account without a number", statement.currency) if part)
        for statement, account in zip(read, found, strict=True)
        if account is None
    ]
    return list(dict.fromkeys(names))


def _listed(unknown: Sequence[str]) -> str:
    return f"{', '.join(unknown)} is none of your bank accounts."


def _file(company: Company, name: str, content: bytes, unknown: list[str], by: User | None) -> BankFile:
    digest = sha256(content).hexdigest()
    file, is_new = BankFile.objects.get_or_create(
        company=company,
        sha256=digest,
        defaults={"name": name[:200], "content": content, "unknown_accounts": unknown, "taken_by": by},
    )
    if not is_new and file.unknown_accounts != unknown:
        file.unknown_accounts = unknown
        file.save(update_fields=["unknown_accounts"])
    return file


def _take(taken: Taken, account: BankAccount, read: Sequence[tuple[int, ReadStatement]]) -> None:
    """Take the statements of one account, whose row is locked."""
    kept = dict(BankStatement.objects.filter(file=taken.file).values_list("position", "pk"))
    lines: list[BankLine] = []
    unread: list[UnreadLine] = []
    for position, statement in read:
        row = _statement(taken.file, account, position, statement)
        if position in kept:
            row.pk = kept[position]
        else:
            insert_all([row])
        for line in statement.lines:
            if not line.is_pending:
                _sort(line, row, lines, unread)
        taken.pending += row.pending_count
    number_twins([*lines, *unread])
    retold = sort_retold(account, list(not_known(account, lines)))
    doubtful = list(not_known(account, [_doubtful(line, other) for line, other in retold.doubtful]))
    broken = list(not_known(account, unread))
    insert_all(retold.new)
    insert_all([*broken, *doubtful])
    taken.new += len(retold.new)
    taken.unread += len(broken)
    taken.doubtful += len(doubtful)
    taken.known += len(lines) + len(unread) - len(retold.new) - len(broken) - len(doubtful)


def _doubtful(line: BankLine, other: BankLine) -> UnreadLine:
    """A line that a person has to look at, as it may be one that another format told of."""
    told = {name: getattr(line, name) for name in ("bank_account", "statement", "place", "fingerprint", "twin")}
    facts = as_plain({name: getattr(line, name) for name in FACTS})
    return UnreadLine(**told, facts=facts, unread=[], may_be=other)


def _statement(file: BankFile, account: BankAccount, position: int, read: ReadStatement) -> BankStatement:
    days = [line.booked_on for line in read.lines if line.booked_on]
    return BankStatement(
        file=file,
        position=position,
        bank_account=account,
        message=read.message[:40],
        number=read.number[:100],
        currency=account.currency,
        from_on=read.from_on or min(days, default=None),
        until_on=read.until_on or max(days, default=None),
        opening=read.opening,
        closing=read.closing,
        line_count=sum(not line.is_pending for line in read.lines),
        pending_count=sum(line.is_pending for line in read.lines),
        adds_up=read.adds_up,
        notes=[*read.notes, *(f"{each.place}: {each.name} cannot be read: {each.found}" for each in read.unread)],
    )


def _sort(line: ReadLine, row: BankStatement, lines: list[BankLine], unread: list[UnreadLine]) -> None:
    """A line is either as it must be, or one for a person to look at."""
    account = row.bank_account
    line.currency = line.currency or account.currency
    if line.currency != account.currency:
        line.unread.append(Unread(line.place, "currency", line.currency))
    facts, place = facts_of(line), line.place[:100]
    if line.unread:
        fields = [{"place": each.place, "name": each.name, "found": each.found} for each in line.unread]
        told = fingerprint_of(facts, [[field["name"], field["found"]] for field in fields])
        unread.append(
            UnreadLine(
                bank_account=account, statement=row, place=place, fingerprint=told, facts=as_plain(facts), unread=fields
            )
        )
    else:
        told = fingerprint_of(facts)
        kept = facts | named_in(facts)
        lines.append(BankLine(bank_account=account, statement=row, place=place, fingerprint=told, **kept))
