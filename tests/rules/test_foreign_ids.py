"""Whatever ids of another company stand in a form's fields, nothing is kept that joins the two."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F, ForeignKey, Model
from django.test import Client
from django.urls import reverse

from office.roles import ROLES, STAND_ALONE
from tests import world
from tests.rules.test_hostile_input import ROOMS

pytestmark = pytest.mark.django_db


def way_to_company(model: type[Model], steps: int = 3) -> str:
    """How a row's company is found, such as invoice__company; nothing for what belongs to none."""
    links = [each for each in model._meta.fields if isinstance(each, ForeignKey) and not each.null]
    if any(each.name == "company" for each in model._meta.fields):
        return "company"
    ways = (f"{link.name}__{way}" for link in links if steps and (way := way_to_company(link.related_model, steps - 1)))
    return min(ways, key=len, default="")


def links_between_owned() -> Iterator[tuple[type[Model], str, str, str]]:
    """Each link from a row of a company to another: its model and name, and how both companies are found."""
    for model in apps.get_models():
        if not (own := way_to_company(model)) or not model._meta.managed:
            continue
        for link in model._meta.fields:
            if isinstance(link, ForeignKey) and (way := way_to_company(link.related_model)):
                yield model, link.name, own, f"{link.name}__{way}"


LINKS = [each for each in links_between_owned() if each[2] != each[3]]


def joined() -> list[str]:
    """The links that lead from one company's row to another's."""
    return [
        f"{model.__name__}.{name}"
        for model, name, own, theirs in LINKS
        if model._default_manager.filter(**{f"{name}__isnull": False}).exclude(**{own: F(theirs)}).exists()
    ]


def ids_in(typed: Any) -> bool:
    return isinstance(typed, str) and typed.isdecimal()


def test_the_links_that_are_looked_at_are_many():
    assert len(LINKS) > 100


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.rpartition(".")[2])
def test_ids_of_another_company_join_nothing(company: Any, customer: Any, room: ModuleType) -> None:
    other = world.make_company(legal_name="Birch Ltd")
    world.make_user(other, "manager")
    user = world.make_user(company, "manager")
    user.groups.set(world.Group.objects.filter(name__in=set(ROLES) - set(STAND_ALONE)))
    browser = Client()
    browser.force_login(user)
    theirs, ours = room.forms(world.make_customer(other, "Aspen AG")), room.forms(customer)

    for page, (arguments, typed) in ours.items():
        ids = {name: each for name, each in theirs[page][1].items() if ids_in(each) and ids_in(typed.get(name))}
        for name, foreign in ids.items():
            if typed[name] != foreign:
                browser.post(reverse(page, args=arguments), typed | {name: foreign})
    assert joined() == []
