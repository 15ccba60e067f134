"""Taxes and certificates of exemption through the API."""

import pytest

from billing.models import Tax
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(company):
    return Program(world.make_user(company, "administrator"))


def test_a_tax_with_two_parts_is_added_changed_and_retired(administrator, program):
    rates = [{"percent": "5", "name": "GST 5%"}, {"percent": "7", "name": "PST 7%"}]
    tax = administrator.post("taxes/", {"name": "GST + PST", "rates": rates}).json()
    assert [(rate["part"], rate["name"], rate["percent"]) for rate in tax["rates"]] == [
        (1, "GST 5%", "5"),
        (2, "PST 7%", "7"),
    ]

    later = {"part": 2, "percent": "8", "name": "PST 8%", "valid_from": "2027-01-01"}
    changed = administrator.post(f"taxes/{tax['id']}/rates/", later).json()
    added = next(rate for rate in changed["rates"] if rate["percent"] == "8")
    assert added["valid_from"] == "2027-01-01"
    assert refused(administrator.post(f"taxes/{tax['id']}/rates/", later)) == (409, "begins_twice")
    assert administrator.delete(f"tax-rates/{added['id']}/").status_code == 204
    assert administrator.post(f"taxes/{tax['id']}/retire/", {}).json()["is_active"] is False
    assert len(program.get("taxes/").json()["results"]) == 1


def test_a_clerk_changes_no_tax_and_another_companys_is_not_found(administrator, program):
    tax = {"name": "VAT", "rates": [{"percent": "20"}]}
    assert refused(program.post("taxes/", tax)) == (403, "permission_denied")
    theirs = world.make_tax(world.make_company(), "20")
    assert administrator.post(f"taxes/{theirs.pk}/retire/", {}).status_code == 404
    assert administrator.delete(f"tax-rates/{theirs.rates.get().pk}/").status_code == 404
    assert Tax.objects.get().is_active


def test_a_certificate_is_noted_read_and_ended(administrator, program, customer):
    rate = {"percent": "0", "category": "E", "reason": "Bought for resale"}
    resale = {"name": "Resale", "needs_certificate": True, "rates": [rate]}
    tax = administrator.post("taxes/", resale).json()
    shown = {"tax_id": tax["id"], "certificate": "TX-1", "valid_from": "2026-01-01"}
    noted = program.post(f"customers/{customer.pk}/exemptions/", shown).json()
    assert noted["valid_until"] is None

    ended = program.post(f"exemptions/{noted['id']}/end/", {"last_day": "2026-06-30"}).json()
    assert ended["valid_until"] == "2026-06-30"
    assert program.get(f"customers/{customer.pk}/exemptions/").json()["results"] == [ended]
    assert refused(program.post(f"customers/{customer.pk}/exemptions/", shown)) == (409, "certificate_known")
