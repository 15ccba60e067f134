from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.ways_in.log_ins import end_log_ins, log_ins_of


@transaction.atomic
def end_log_in(log_in_id: int, *, by: User) -> None:
    """Put one of one's own browsers out. Raises Refused where it is out already, or another person's."""
    found = log_ins_of(by).filter(pk=log_in_id)
    if not (log_in := found.first()):
        raise Refused("That log-in has ended.", code="log_in_ended")
    end_log_ins(found, "ended by its owner")
    record(by, "end_log_in", by, before={"log-in": log_in})


@transaction.atomic
def end_other_log_ins(by: User, *, but: int) -> int:
    """Put all of one's own browsers out but one. Returns how many."""
    count = end_log_ins(log_ins_of(by).exclude(pk=but), "ended by its owner")
    if count:
        record(by, "end_other_log_ins", by, before={"log-ins": count})
    return count
