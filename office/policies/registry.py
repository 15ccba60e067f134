"""The rules that a company works by, in plain words: each room registers its own, and says where they are changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Model

from ledger.fields import label_of
from office.models import Company


class Rule(NamedTuple):
    """One rule: its key within its policy, and what it says, as one sentence."""

    key: str
    words: str


class Policy(NamedTuple):
    """Rules that are set on one page: what they are about, and how a company's are read."""

    key: str
    title: str
    url_name: str
    rules: Callable[[Company], Sequence[Rule]]


class Chapter(NamedTuple):
    """A policy as a company has it."""

    policy: Policy
    rules: Sequence[Rule]


class Difference(NamedTuple):
    """What became of a rule between two versions; empty words: there was none, or is none any more."""

    key: str
    before: str
    after: str


POLICIES: dict[str, Policy] = {}
ROLES = "roles"


def register_policy(policy: Policy) -> None:
    """Let a policy be shown and kept; called when the room that owns it is ready."""
    POLICIES[policy.key] = policy


def policies_of(company: Company) -> list[Chapter]:
    """The rules that hold now; what each role may do, which is long, comes last."""
    policies = sorted(POLICIES.values(), key=lambda policy: policy.key == ROLES)
    return [Chapter(policy, policy.rules(company)) for policy in policies]


def rules_of(company: Company) -> dict[str, str]:
    """The rules that hold now, by key, as a version keeps them."""
    return {
        f"{chapter.policy.key}.{rule.key}": rule.words for chapter in policies_of(company) for rule in chapter.rules
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """The rules that say something else, in the order of the later version, then those that are gone."""
    keys = [*after, *(key for key in before if key not in after)]
    found = [Difference(key, before.get(key, ""), after.get(key, "")) for key in keys]
    return [each for each in found if each.before != each.after]


def title_of(key: str) -> str:
    """What a rule's policy is called; empty for one that is no more."""
    policy = POLICIES.get(key.partition(".")[0])
    return policy.title if policy else ""


def settings_as_rules(row: Model, names: Sequence[str]) -> list[Rule]:
    """Fields of a row as sentences: what each is called, and what it is set to."""
    return [Rule(name, f"{_label(row, name)}: {_set_to(row, name)}.") for name in names]


def _label(row: Model, name: str) -> str:
    words = label_of(row.__class__, name)  # of the model, where the row is read on first use
    return words[:1].upper() + words[1:]


def _set_to(row: Model, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "none"
    shown = getattr(row, f"get_{name}_display", None)
    if shown:
        return str(shown())
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
