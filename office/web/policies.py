"""The company's rules in plain words: what holds now, what held before, and what became of what."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from office.models import PolicyVersion
from office.policies.registry import Difference, differences, policies_of, title_of
from office.web.doors import staff_door
from office.web.requests import StaffRequest

SHOWN = 50
"""So many versions are listed, the latest first."""


class Change(NamedTuple):
    """A version, and what it says otherwise than the one before, each under its policy's title."""

    version: PolicyVersion
    differences: list[tuple[str, Difference]]


@require_GET
@staff_door("office.view_policyversion")
def policies(request: StaffRequest) -> HttpResponse:
    """What holds now, and how it came to be."""
    versions = PolicyVersion.objects.filter(company=request.company).select_related("changed_by")[: SHOWN + 1]
    changes = [Change(after, _titled(before.rules, after.rules)) for after, before in pairwise(versions)]
    context = {"chapters": policies_of(request.company), "latest": versions[0] if versions else None}
    return render(request, "office/policies.html", context | {"changes": changes[:SHOWN]})


@require_GET
@staff_door("office.view_policyversion")
def policy_version(request: StaffRequest, version: int) -> HttpResponse:
    """What held under one version, as acts in the audit trail name it."""
    rows = PolicyVersion.objects.filter(company=request.company).select_related("changed_by")
    shown = rows.filter(version=version).first()
    if shown is None:
        raise Http404("No such version.")
    before = rows.filter(version=version - 1).first()
    chapters: dict[str, list[str]] = {}
    for key, words in shown.rules.items():
        chapters.setdefault(title_of(key) or key, []).append(words)
    context = {
        "shown": shown,
        "next": rows.filter(version=version + 1).first(),
        "chapters": chapters.items(),
        "differences": _titled(before.rules, shown.rules) if before else [],
    }
    return render(request, "office/policy_version.html", context)


def _titled(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, Difference]]:
    return [(title_of(each.key) or each.key, each) for each in differences(before, after)]
