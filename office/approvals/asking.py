"""What one person may not do alone: above an amount, an action waits for another person's word.

The office knows no invoices: each app registers its actions here, says what an action's rule is asked for, and does it
once it is approved. The operation itself asks, so no door can go round it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Model, Q, QuerySet

from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.access import companies_for, found
from office.approvals.deciding import decided_by
from office.models import ApprovalRequest, ApprovalRule, ApprovalState, Company, User


class Unit(StrEnum):
    """What an action's amounts are in: money of the company's currency, or what the value says."""

    MONEY = ""
    PERCENT = "%"
    DAYS = "days"


@dataclass(frozen=True)
class Act:
    """An action that may need approval: how it is done, who may ask for it, and which subjects a person sees.

    One that `is_always` under approval asks a second person whatever its amount, and no rule changes that; so does one
    of which `alone` names a permission, for whoever does not hold that. `unit` is what its amounts are in, `noun` what
    it is called where no thing follows. `drop` tells the owner of the action that it was declined or taken back.
    Whoever lacks the right that `seen_with` names does not see such requests.
    """

    name: str
    label: str
    permission: str
    do: Callable[[ApprovalRequest], Model]
    subjects_for: Callable[[User], QuerySet[Any]]
    page: str
    is_always: bool = False
    alone: str = ""
    unit: Unit = Unit.MONEY
    noun: str = ""
    drop: Callable[[ApprovalRequest], None] = lambda request: None
    seen_with: str = ""

    @property
    def title(self) -> str:
        """What it is called by itself."""
        return self.noun or self.label


PLACES = 4
"""So many an amount is kept with."""
MOST_DAYS = 3650
LARGEST = Decimal(10) ** 12
SECOND_PERSON = "manager"
"""The role whose word is needed where an action is always under approval."""
ACTS: dict[str, Act] = {}


def register_act(act: Act) -> None:
    """Let an action be put under a rule; called when the app that owns it is ready."""
    ACTS[act.name] = act


@dataclass(frozen=True)
class Asked:
    """What somebody wants to do: an action, to which thing, for how much in the action's unit, with what, why.

    Without an amount there is no limit to it: it is above every amount.
    """

    action: str
    company: Company
    subject: Model
    amount: Decimal | None
    arguments: dict[str, Any]
    reason: str

    def is_above(self, amount: Decimal | None) -> bool:
        """Whether it is for more than an amount; nothing is above having no limit."""
        return amount is not None and (self.amount is None or self.amount > amount)


class ApprovalNeeded(Refused):
    """Somebody else has to say yes first. A door answers it by sending the request, see `ask_approval`."""

    def __init__(self, asked: Asked, rule: ApprovalRule, above: Decimal) -> None:
        unit = ACTS[asked.action].unit or asked.company.currency
        what = "To have no limit" if asked.amount is None else f"Above {above.normalize():f} {unit} this"
        words = f"{what} needs the approval of a {rule.role}."
        if rule.pk is None:
            words = f"This needs the approval of a second person, a {rule.role}."
        super().__init__(words, code="approval_needed")
        self.asked = asked
        self.rule = rule


def amount_words(action: str, amount: Decimal, company: Company) -> str:
    """An amount of an action, as people read it."""
    unit = ACTS[action].unit
    return f"{amount.normalize():f} {unit.value}" if unit else format_money(amount, company.currency)


def amount_fits(action: str, amount: Decimal, company: Company) -> bool:
    """Whether an amount can be one of an action's: money, a percentage, or whole days."""
    unit = ACTS[action].unit
    if unit == Unit.PERCENT:
        return 0 <= amount <= 100 and amount == round(amount, PLACES)
    if unit == Unit.DAYS:
        return 0 <= amount <= MOST_DAYS and amount == int(amount)
    return 0 <= amount < LARGEST and round_money(amount, company.currency) == amount


def require_none_waiting(action: str, subject: Model) -> None:
    """Refuse to give up what somebody is asked to say yes to."""
    if ApprovalRequest.objects.filter(action=action, subject_id=subject.pk, state=ApprovalState.WAITING).exists():
        raise Refused("It waits for a second person's word: take that request back first.", code="approval_waiting")


def require_approval(asked: Asked, by: User | None, approved: ApprovalRequest | None) -> None:
    """Pass what needs no approval, or has it, or is a job of the office's own. Raises ApprovalNeeded otherwise."""
    if by is None:
        return None
    if approved is not None:
        return _require_same(asked, approved)
    alone = ACTS[asked.action].alone
    if alone and not by.has_perm(alone):
        return require_second_person(asked, by, approved)
    rule = rule_of(asked.action, asked.company)
    if rule and asked.is_above(above := rule.above_for(by)):
        raise ApprovalNeeded(asked, rule, above)
    return None


def rule_of(action: str, company: Company) -> ApprovalRule | None:
    """The company's rule for an action, if it has one."""
    return ApprovalRule.objects.filter(company=company, action=action).select_related("role").first()


def require_second_person(asked: Asked, by: User | None, approved: ApprovalRequest | None) -> None:
    """As require_approval, for what nobody does alone, however small. Raises ApprovalNeeded."""
    if by is None:
        return None
    if approved is not None:
        return _require_same(asked, approved)
    role, nothing = Group.objects.get(name=SECOND_PERSON), Decimal(0)
    raise ApprovalNeeded(
        asked, ApprovalRule(company=asked.company, action=asked.action, above=nothing, role=role), nothing
    )


def has_rule(action: str, company: Company) -> bool:
    """Whether the company puts an action under approval above some amount."""
    return ApprovalRule.objects.filter(company=company, action=action).exists()


def acts_with_rules() -> dict[str, Act]:
    """The actions that a company may put under a rule."""
    return {name: act for name, act in ACTS.items() if not act.is_always}


def approved_for(action: str, approved: ApprovalRequest | None) -> ApprovalRequest | None:
    """The approval of this action where one act asks for several, one after another: this one, or one given before it
    to the same person, for the same thing done in the same way."""
    if approved is None or approved.action == action:
        return approved
    before = ApprovalRequest.objects.filter(
        action=action,
        company=approved.company_id,
        subject_id=approved.subject_id,
        arguments=approved.arguments,
        requested_by=approved.requested_by_id,
        state=ApprovalState.APPROVED,
        pk__lt=approved.pk,
    )
    return before.order_by("-pk").first()


def waits_next(request: ApprovalRequest) -> ApprovalRequest | None:
    """What waits for one more person since this was approved, if the act asks for several."""
    waiting = ApprovalRequest.objects.filter(
        company=request.company_id,
        subject_id=request.subject_id,
        arguments=request.arguments,
        requested_by=request.requested_by_id,
        state=ApprovalState.WAITING,
        pk__gt=request.pk,
    )
    return waiting.select_related("role").first()


def said_yes(approved: ApprovalRequest | None) -> dict[str, Any]:
    """Who approved, for the audit row of what is done."""
    return {"approved_by": approved.decided_by} if approved else {}


def _require_same(asked: Asked, approved: ApprovalRequest) -> None:
    """An approval is for what was asked: this action, with these arguments, for no more."""
    is_same = (approved.action, approved.arguments) == (asked.action, asked.arguments)
    if approved.state != ApprovalState.APPROVED or not is_same or asked.is_above(approved.amount):
        raise Refused("It is no longer what was asked for. Ask anew.", code="approval_outdated")


def requests_for(user: User, actions: Collection[str] | None = None) -> QuerySet[ApprovalRequest]:
    """The requests about things that a person sees; with actions, only for these."""
    seen = Q(pk__in=())
    for act in ACTS.values():
        is_seen = not act.seen_with or user.has_perm(act.seen_with)
        if is_seen and (actions is None or act.name in actions):
            seen |= Q(action=act.name, subject_id__in=act.subjects_for(user).values("pk"))
    rows = ApprovalRequest.objects.filter(seen, company__in=companies_for(user))
    return rows.select_related("company", "requested_by", "decided_by", "role")


def get_request_for(user: User, request_id: int) -> ApprovalRequest:
    """The request, or Http404 where this person may not see one of that id."""
    return found(requests_for(user).filter(pk=request_id), "request")


def waiting_for(user: User, company: Company) -> QuerySet[ApprovalRequest]:
    """What waits for this person's decision, by themselves or in another's place. Each page asks how many."""
    asked = Q(company=company, state=ApprovalState.WAITING) & decided_by(user, company, company.today())
    actions = set(ApprovalRequest.objects.filter(asked).values_list("action", flat=True).distinct())
    return requests_for(user, actions).filter(asked)
