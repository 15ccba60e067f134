"""The lists of medical codes that the company loaded: what is in them, and bringing one in."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from billing.importing.medical_codes import FIELDS, ONE_KIND
from billing.models import MedicalCode, MedicalSystem
from office.web import importing
from office.web.doors import staff_door
from office.web.importing import ImportPage
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

PAGE = ImportPage(
    "import_medical_codes",
    "Import medical codes",
    "billing:medical_code_list",
    FIELDS,
    ONE_KIND,
    switches=[("all_or_none", "Take nothing at all where a row is wrong")],
)
MEDICAL_CODES = ListSpec(
    name="medical_codes",
    title="Medical codes",
    columns=(
        Column("code", "Code", "code", sort="code"),
        Column("system", "System", "get_system_display", sort="system"),
        Column("name", "Meaning", "name", hide_below="phone"),
        Column("valid_from", "Valid from", "valid_from", "day", sort="valid_from"),
        Column("valid_until", "Valid until", "valid_until", "day", sort="valid_until"),
    ),
    order="code",
    filters=(Choice("system", "System", "system", MedicalSystem.choices),),
    search=("code", "name"),
    search_hint="Code or meaning",
    empty=Empty(
        "No codes yet",
        "Without a list, codes are checked for their form alone. Load a list as CSV: code, system, meaning, validity.",
        "file-import",
        "billing:import_medical_codes",
        "Import codes",
    ),
)


@require_GET
@staff_door("office.change_company_settings")
def medical_code_list(request: StaffRequest) -> HttpResponseBase:
    """The codes of the company's lists."""
    codes = MedicalCode.objects.filter(company=request.company)
    return list_page(request, MEDICAL_CODES, codes, template="billing/medical_code_list.html")


@staff_door("office.change_company_settings")
def upload(request: StaffRequest) -> HttpResponse:
    """Take a list in."""
    return importing.upload(request, PAGE)


@staff_door("office.change_company_settings")
def mapping(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, PAGE, run_id)
