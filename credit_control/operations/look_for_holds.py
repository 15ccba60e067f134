"""Looking by the rules of holds when somebody asks: a run over all customers, which goes on where it was stopped."""

from datetime import date

from django.db import transaction

from credit_control.hold_rules import causes_of
from credit_control.operations.place_holds_by_rule import place_holds_by_rule
from credit_control.operations.send_reminders import lock_customers
from customers.models import Customer, HoldPolicy, hold_policy_of
from customers.operations.set_hold_policy import FIELDS
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.work.runs import RunKind, begin_run
from office.written import plain_day

PIECE = 200
PLACED, RELEASED = "Put on hold", "Released"


@transaction.atomic
def look_for_holds(company: Company, *, on: date, by: User | None) -> Run:
    """Hand a look at all customers to the workers. Raises Refused where the company's policy looks for nothing."""
    policy = hold_policy_of(company)
    if not causes_of(policy):
        raise Refused("By its rules the company puts nobody on hold. Say first when it does.", code="no_rule")
    ids = list(Customer.objects.filter(company=company).order_by("pk").values_list("pk", flat=True))
    parameters = {"customers": ids, "on": str(on), "policy": {name: _plain(policy, name) for name in FIELDS}}
    run = Run(
        company=company, by=by, kind=RUN_KIND.name, title=f"Holds by rule, {plain_day(on)}", parameters=parameters
    )
    begin_run(run)
    record(by, "look_for_holds", run, after={"customers": len(ids), "on": on})
    return run


def do_piece(run: Run) -> None:
    """Look at the next customers of a run; after the last the day counts as looked at, if the policy is still that.

    Raises Refused on a later day: who is late by now would be released.
    """
    ids, on = run.parameters["customers"], date.fromisoformat(run.parameters["on"])
    if on != run.company.today():
        raise Refused("The day that was looked at is over. Look anew.", code="day_is_over")
    run.total = len(ids)
    piece = ids[run.done : run.done + PIECE]
    lock_customers(run.company, piece)
    looked = place_holds_by_rule(run.company, on=on, only=piece)
    run.result[PLACED] = run.result.get(PLACED, 0) + looked.placed
    run.result[RELEASED] = run.result.get(RELEASED, 0) + looked.released
    run.done += len(piece)
    if run.done >= run.total:
        run.status = RunStatus.DONE
        HoldPolicy.objects.filter(company=run.company, **run.parameters["policy"]).update(looked_on=on)


RUN_KIND = RunKind("look_for_holds", do_piece)


def _plain(policy: HoldPolicy, name: str) -> str | int | None:
    """What the policy says, as a run keeps it."""
    value = getattr(policy, name)
    return value if value is None or isinstance(value, int) else str(value)
